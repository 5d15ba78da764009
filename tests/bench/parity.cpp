// Reed-Solomon parity and repair: gigabytes of data per second, per kernel and algorithm.
#include <fmt/format.h>

#include <numeric>
#include <random>

#include "base/bytes.hpp"
#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "fec/rs8.hpp"

namespace pf::bench {
namespace {

struct Shape {
  unsigned k, m;
  std::size_t bytes;
};

constexpr Shape kShapes[] = {{200, 40, 1408}, {200, 40, 1376}, {100, 20, 1408}, {50, 10, 1408},
                             {40, 8, 1408},   {20, 4, 1408},   {5, 2, 1408}};

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  std::mt19937 random(1);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return bytes;
}

void encode(const Shape& shape, const Effort& effort) {
  Bytes arena = random_bytes((shape.k + shape.m) * shape.bytes);
  std::uint8_t* data = arena.data();
  std::uint8_t* parity = data + shape.k * shape.bytes;
  std::vector<Variant> variants;
  for (const fec::Kernel kernel : fec::available_kernels()) {
    const fec::Rs8Plan plan(shape.k, shape.m, kernel);
    const std::string name = fec::kernel_name(kernel);
    if (kernel == fec::Kernel::Scalar) {
      variants.push_back({name, [=] { plan.encode(data, parity, shape.bytes, shape.bytes); }});
      continue;
    }
    variants.push_back(
        {name + " dense", [=] { plan.encode_dense(data, parity, shape.bytes, shape.bytes); }});
    variants.push_back({name + " transform",
                        [=] { plan.encode_transform(data, parity, shape.bytes, shape.bytes); }});
  }
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  const double gigabytes = static_cast<double>(shape.k * shape.bytes) / 1e9;
  fmt::print("parity {}+{} x {} B, GB/s of data: median (10th..90th percentile)\n", shape.k,
             shape.m, shape.bytes);
  for (std::size_t v = 0; v < variants.size(); ++v)
    fmt::print("  {:<24} {:8.2f} ({:.2f}..{:.2f})\n", variants[v].name,
               gigabytes / timings[v].median, gigabytes / timings[v].high,
               gigabytes / timings[v].low);
}

void repair(const Shape& shape, const Effort& effort) {
  Bytes arena = random_bytes((shape.k + shape.m) * shape.bytes);
  std::vector<std::uint8_t*> shards;
  for (unsigned i = 0; i < shape.k + shape.m; ++i) shards.push_back(&arena[i * shape.bytes]);
  std::vector<std::uint8_t> present(shape.k + shape.m, 1);
  for (unsigned i = 0; i < shape.m; ++i) present[i * shape.k / shape.m] = 0;
  std::vector<Variant> variants;
  for (const fec::Kernel kernel : fec::available_kernels()) {
    if (kernel == fec::Kernel::Scalar) continue;
    const fec::Rs8Plan plan(shape.k, shape.m, kernel);
    variants.push_back({fec::kernel_name(kernel), [=, &shards, &present] {
                          static_cast<void>(plan.reconstruct(shards, present, shape.bytes));
                        }});
  }
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  fmt::print("repair {}+{} x {} B, {} lost, us: median (10th..90th percentile)\n", shape.k, shape.m,
             shape.bytes, shape.m);
  for (std::size_t v = 0; v < variants.size(); ++v)
    fmt::print("  {:<24} {:8.1f} ({:.1f}..{:.1f})\n", variants[v].name, timings[v].median * 1e6,
               timings[v].low * 1e6, timings[v].high * 1e6);
}

}  // namespace

void parity(const Effort& effort) {
  for (const auto& shape : kShapes) encode(shape, effort);
  repair(kShapes[0], effort);
}

}  // namespace pf::bench
