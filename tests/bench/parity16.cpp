// The native video code: gigabytes of data per second, per kernel, encoding and decoding.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>

#include "base/bytes.hpp"
#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "fec/rs16.hpp"

namespace pf::bench {
namespace {

struct Shape {
  std::size_t k, m, bytes;
};

constexpr Shape kEncode[] = {
    {20, 4, 1408},    {50, 5, 1408},   {100, 10, 1408},   {200, 20, 1408},   {200, 20, 1388},
    {200, 180, 1408}, {500, 50, 1408}, {1000, 100, 1408}, {2000, 200, 1408}, {4096, 410, 1408}};
constexpr Shape kDecode[] = {{50, 5, 1408}, {200, 20, 1408}, {2000, 200, 1408}};

// What lies between shards in a packet: both headers and the tag of punktfunk2.md 6.1.
constexpr std::size_t kBetween = 46;

struct Arena {
  explicit Arena(const Shape& shape)
      : stride(shape.bytes + kBetween), memory((shape.k + shape.m) * stride) {
    std::mt19937 random(1);
    for (auto& b : memory) b = static_cast<std::uint8_t>(random());
  }
  std::uint8_t* shard(std::size_t i) { return memory.data() + i * stride; }

  std::size_t stride;
  Bytes memory;
};

void print(const char* what, const Shape& shape, const std::vector<Variant>& variants,
           const Effort& effort) {
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  const double gigabytes = static_cast<double>(shape.k * shape.bytes) / 1e9;
  fmt::print("{} GF(2^16) {}+{} x {} B, GB/s of data: median (10th..90th percentile), x scalar\n",
             what, shape.k, shape.m, shape.bytes);
  for (std::size_t v = 0; v < variants.size(); ++v)
    fmt::print("  {:<24} {:8.2f} ({:.2f}..{:.2f}) {:6.1f}x\n", variants[v].name,
               gigabytes / timings[v].median, gigabytes / timings[v].high,
               gigabytes / timings[v].low, timings[0].median / timings[v].median);
}

void encode(const Shape& shape, const Effort& effort) {
  Arena arena(shape);
  std::vector<Variant> variants;
  for (const fec::Kernel kernel : fec::available_kernels()) {
    const auto encoder = std::make_shared<fec::Rs16Encoder>(
        fec::Rs16Encoder::create({shape.k, shape.m, shape.bytes}, kernel).value());
    variants.push_back({fec::kernel_name(kernel), [=, &arena, &shape] {
                          static_cast<void>(encoder->encode(arena.shard(0), arena.stride, shape.k,
                                                            arena.shard(shape.k), arena.stride,
                                                            shape.m, shape.bytes));
                        }});
  }
  print("parity", shape, variants, effort);
}

// All of the parity is needed.
void decode(const Shape& shape, const Effort& effort) {
  Arena arena(shape);
  std::vector<std::uint64_t> received((shape.k + shape.m + 63) / 64, ~std::uint64_t{0});
  for (std::size_t lost = 0; lost < shape.m; ++lost) {
    const std::size_t i = lost * shape.k / shape.m;
    received[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }
  std::vector<Variant> variants;
  for (const fec::Kernel kernel : fec::available_kernels()) {
    const auto decoder = std::make_shared<fec::Rs16Decoder>(
        fec::Rs16Decoder::create({shape.k, shape.m, shape.bytes}, kernel).value());
    variants.push_back({fec::kernel_name(kernel), [=, &arena, &shape, &received] {
                          static_cast<void>(decoder->decode(arena.shard(0), arena.stride, shape.k,
                                                            arena.shard(shape.k), arena.stride,
                                                            shape.m, shape.bytes, received));
                        }});
  }
  print("repair", shape, variants, effort);
}

}  // namespace

void parity16(const Effort& effort) {
  // A quick run only shows that it runs, perhaps without optimisation.
  const std::size_t most = effort.rounds < 10 ? 100 : 65535;
  for (const auto& shape : kEncode)
    if (shape.k <= most) encode(shape, effort);
  for (const auto& shape : kDecode)
    if (shape.k <= most) decode(shape, effort);
}

}  // namespace pf::bench
