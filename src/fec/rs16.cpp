#include "fec/rs16.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>
#include <vector>

#include "fec/gf16.hpp"
#include "fec/rs16_kernels.hpp"
#include "fec/rs16_locator.hpp"

namespace pf::fec {
namespace {

const Rs16Kernel& kernel_of(Kernel kernel) noexcept {
#if defined(__x86_64__)
  switch (kernel) {
    case Kernel::Scalar:
      break;
    case Kernel::Ssse3:
      return kRs16Ssse3Kernel;
    case Kernel::Avx2:
      return kRs16Avx2Kernel;
    case Kernel::Avx2Gfni:
      return kRs16Avx2GfniKernel;
    case Kernel::Avx512Gfni:
      return kRs16Avx512GfniKernel;
  }
#endif
  static_cast<void>(kernel);
  return kRs16ScalarKernel;
}

constexpr std::size_t kMaxShardBytes = std::size_t{1} << 20;

bool length_fits(std::size_t bytes, std::size_t most) {
  return bytes >= 2 && bytes % 2 == 0 && bytes <= most;
}

// Points of the code in its larger dimension: the shards of one kind, then those of the other.
// Where both round up to the same power of two the two arrangements give the same bytes.
struct Arrangement {
  Arrangement(std::size_t k, std::size_t m) noexcept
      : parity_first(std::bit_ceil(m) <= std::bit_ceil(k)),
        second(parity_first ? std::bit_ceil(m) : std::bit_ceil(k)) {}

  std::uint32_t data_point(std::size_t i) const noexcept {
    return static_cast<std::uint32_t>(parity_first ? second + i : i);
  }
  std::uint32_t parity_point(std::size_t j) const noexcept {
    return static_cast<std::uint32_t>(parity_first ? j : second + j);
  }

  bool parity_first;
  std::size_t second;  // the first point of the second kind
};

std::size_t points_of(std::size_t k, std::size_t m) noexcept {
  const Arrangement arrangement(k, m);
  return std::bit_ceil(arrangement.second + (arrangement.parity_first ? k : m));
}

std::uint8_t* rows(std::size_t count) noexcept {
  return static_cast<std::uint8_t*>(std::aligned_alloc(64, count * kRs16RowBytes));
}

std::size_t encoder_rows(const Rs16Limits& limits) noexcept {
  const std::size_t size = std::bit_ceil(std::min(limits.data_shards, limits.parity_shards));
  const std::size_t columns = (limits.shard_bytes + kRs16RowBytes - 1) / kRs16RowBytes;
  const std::size_t sums = std::min(columns * size, kRs16SumBytes / kRs16RowBytes);
  return size + std::max(size, sums);
}

Result<> check(const Rs16Limits& limits) {
  if (!rs16_valid(limits.data_shards, limits.parity_shards))
    return fail(Errc::BadShape, std::to_string(limits.data_shards) + "+" +
                                    std::to_string(limits.parity_shards) + " shards");
  if (!length_fits(limits.shard_bytes, kMaxShardBytes))
    return fail(Errc::BadLength, std::to_string(limits.shard_bytes) + " bytes");
  return {};
}

}  // namespace

const char* error_room(Errc) {
  return "fec";
}

const char* error_text(Errc error) {
  switch (error) {
    case Errc::BadShape:
      return "no such erasure code";
    case Errc::BadLength:
      return "shards cannot have this length";
    case Errc::OutOfMemory:
      return "no memory for the erasure code";
  }
  return "unknown error";
}

bool rs16_valid(std::size_t data_shards, std::size_t parity_shards) noexcept {
  constexpr std::size_t kMost = 65535;
  if (data_shards == 0 || data_shards > kMost || parity_shards > kMost - data_shards) return false;
  if (parity_shards == 0) return true;
  const auto [smaller, larger] = std::minmax(data_shards, parity_shards);
  return std::bit_ceil(smaller) + larger <= kMost + 1;
}

void Rs16Encoder::Free::operator()(std::uint8_t* p) const noexcept {
  std::free(p);
}

Result<Rs16Encoder> Rs16Encoder::create(const Rs16Limits& limits, Kernel kernel) {
  if (auto good = check(limits); !good) return pass(good);
  if (kernel == Kernel::Scalar) static_cast<void>(gf16::tables());
  std::uint8_t* scratch = rows(encoder_rows(limits));
  if (scratch == nullptr) return fail(Errc::OutOfMemory);
  return Rs16Encoder(limits, &kernel_of(kernel), scratch);
}

Rs16Status Rs16Encoder::encode(const std::uint8_t* data, std::size_t data_stride,
                               std::size_t data_shards, std::uint8_t* parity,
                               std::size_t parity_stride, std::size_t parity_shards,
                               std::size_t bytes) noexcept {
  if (data_shards > limits_.data_shards || parity_shards > limits_.parity_shards ||
      !rs16_valid(data_shards, parity_shards))
    return Rs16Status::BadShape;
  if (!length_fits(bytes, limits_.shard_bytes)) return Rs16Status::BadLength;
  if (parity_shards != 0)
    kernel_->encode({data, data_stride, data_shards, parity, parity_stride, parity_shards, bytes,
                     scratch_.get()});
  return Rs16Status::Done;
}

struct Rs16Decoder::Work {
  Work(std::size_t points, std::size_t shards)
      : locator(points), inputs(shards), outputs(shards), scratch(rows(points)) {
    if (scratch == nullptr) throw std::bad_alloc();
  }
  ~Work() { std::free(scratch); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Rs16Locator locator;
  std::vector<Rs16Input> inputs;
  std::vector<Rs16Output> outputs;
  std::uint8_t* scratch;
};

void Rs16Decoder::Free::operator()(Work* work) const noexcept {
  delete work;
}

Result<Rs16Decoder> Rs16Decoder::create(const Rs16Limits& limits, Kernel kernel) {
  if (auto good = check(limits); !good) return pass(good);
  // A smaller block can need more points than the largest one (4096 + 3686 against 4096 + 4096
  // rounded), hence the bound that holds for all.
  const std::size_t points = std::min<std::size_t>(
      65536, 2 * std::bit_ceil(std::max(limits.data_shards, limits.parity_shards)));
  try {
    std::unique_ptr<Work, Free> work(new Work(points, limits.data_shards + limits.parity_shards));
    return Rs16Decoder(limits, &kernel_of(kernel), std::move(work));
  } catch (const std::bad_alloc&) {
    return fail(Errc::OutOfMemory);
  }
}

Rs16Status Rs16Decoder::decode(std::uint8_t* data, std::size_t data_stride, std::size_t data_shards,
                               const std::uint8_t* parity, std::size_t parity_stride,
                               std::size_t parity_shards, std::size_t bytes,
                               std::span<const std::uint64_t> received) noexcept {
  const std::size_t k = data_shards;
  const std::size_t m = parity_shards;
  if (k > limits_.data_shards || m > limits_.parity_shards || !rs16_valid(k, m) ||
      received.size() < (k + m + 63) / 64)
    return Rs16Status::BadShape;
  if (!length_fits(bytes, limits_.shard_bytes)) return Rs16Status::BadLength;
  const auto is_here = [&](std::size_t i) { return (received[i / 64] >> (i % 64) & 1) != 0; };

  std::size_t missing = 0;
  std::size_t spare = 0;
  for (std::size_t i = 0; i < k; ++i) missing += is_here(i) ? 0 : 1;
  for (std::size_t j = 0; j < m; ++j) spare += is_here(k + j) ? 1 : 0;
  if (missing == 0) return Rs16Status::Done;
  if (spare < missing) return Rs16Status::TooFew;

  Work& work = *work_;
  const Arrangement arrangement(k, m);
  const std::size_t points = points_of(k, m);
  const std::span<std::uint16_t> locator = work.locator.begin(points);
  // Parity that fills the code up to a power of two exists but is never sent: lost. Data that does
  // so is known to be zero.
  const std::size_t unsent_from = arrangement.parity_point(m);
  const std::size_t unsent_to = arrangement.parity_first ? arrangement.second : points;
  std::fill(locator.begin() + static_cast<std::ptrdiff_t>(unsent_from),
            locator.begin() + static_cast<std::ptrdiff_t>(unsent_to), std::uint16_t{1});
  for (std::size_t i = 0; i < k; ++i)
    if (!is_here(i)) locator[arrangement.data_point(i)] = 1;
  for (std::size_t j = 0; j < m; ++j)
    if (!is_here(k + j)) locator[arrangement.parity_point(j)] = 1;
  work.locator.run();

  std::size_t inputs = 0;
  std::size_t outputs = 0;
  const auto add_data = [&] {
    for (std::size_t i = 0; i < k; ++i) {
      const std::uint32_t point = arrangement.data_point(i);
      std::uint8_t* shard = data + i * data_stride;
      if (is_here(i))
        work.inputs[inputs++] = {shard, point, work.locator.value(point)};
      else
        work.outputs[outputs++] = {shard, point, work.locator.inverse(point)};
    }
  };
  const auto add_parity = [&] {
    for (std::size_t j = 0; j < m; ++j) {
      const std::uint32_t point = arrangement.parity_point(j);
      if (is_here(k + j))
        work.inputs[inputs++] = {parity + j * parity_stride, point, work.locator.value(point)};
    }
  };
  if (arrangement.parity_first) add_parity();
  add_data();
  if (!arrangement.parity_first) add_parity();
  kernel_->decode(
      {work.inputs.data(), inputs, work.outputs.data(), outputs, points, bytes, work.scratch});
  return Rs16Status::Done;
}

}  // namespace pf::fec
