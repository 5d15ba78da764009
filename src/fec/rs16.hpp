// The native video code: systematic Reed-Solomon over GF(2^16), FEC scheme 1 of punktfunk1.md 6.6,
// which also is the code of punktfunk/2. Parity is bit for bit what that section defines.
//
// Shards lie at a fixed stride, as in net::PacketArena: shard i is the `bytes` bytes at base +
// i*stride, without alignment; bytes between shards are neither read nor written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "fec/dispatch.hpp"
#include "fec/errc.hpp"

namespace pf::fec {

// The largest blocks that an encoder or decoder will meet; its memory is sized from them.
struct Rs16Limits {
  std::size_t data_shards = 0;    // K, at least 1
  std::size_t parity_shards = 0;  // M, may be 0
  std::size_t shard_bytes = 0;    // even, at least 2
};

// What a call on the media path came to. Nothing is written unless it is Done.
enum class Rs16Status : std::uint8_t {
  Done = 1,
  BadShape,   // no such code (see rs16_valid), beyond the limits, or a list of the wrong size
  BadLength,  // the shard length is odd, 0 or beyond the limits
  TooFew,     // fewer than K shards are there
};

// Whether the code exists: K >= 1, K + M <= 65535, and the larger of the two plus the smaller
// rounded up to a power of two does not exceed 65536. True for M = 0.
bool rs16_valid(std::size_t data_shards, std::size_t parity_shards) noexcept;

struct Rs16Kernel;

// Computes parity. K, M and the length may change from call to call within the limits. Owns its
// scratch; encode allocates nothing, takes no lock and does not log. Movable; one thread at a time.
class Rs16Encoder {
 public:
  // Errc::BadShape or BadLength when the limits describe no code; OutOfMemory. `kernel` must be one
  // of available_kernels(); tests and benches choose, everyone else takes the default.
  static Result<Rs16Encoder> create(const Rs16Limits& limits, Kernel kernel = best_kernel());

  // Writes parity shards 0..M-1 (wire shard_index K + j, punktfunk1.md 6.6) from data shards
  // 0..K-1. Data and parity may lie in one arena but must not overlap. M = 0 is Done at once.
  Rs16Status encode(const std::uint8_t* data, std::size_t data_stride, std::size_t data_shards,
                    std::uint8_t* parity, std::size_t parity_stride, std::size_t parity_shards,
                    std::size_t bytes) noexcept;

  const Rs16Limits& limits() const { return limits_; }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const noexcept;
  };
  Rs16Encoder(const Rs16Limits& limits, const Rs16Kernel* kernel, std::uint8_t* scratch)
      : limits_(limits), kernel_(kernel), scratch_(scratch) {}

  Rs16Limits limits_;
  const Rs16Kernel* kernel_;
  std::unique_ptr<std::uint8_t[], Free> scratch_;
};

// Restores missing data shards from any K of the K + M shards. The same rules as for the encoder.
class Rs16Decoder {
 public:
  static Result<Rs16Decoder> create(const Rs16Limits& limits, Kernel kernel = best_kernel());

  // `received`: bit i % 64 of word i / 64 says whether shard i is there (data shard i for i < K,
  // else parity shard i - K); at least ceil((K + M) / 64) words, bits from K + M on are ignored.
  // Writes the data shards whose bit is clear and nothing else; shards whose bit is clear are not
  // read. `parity` may be null when no parity shard is there.
  Rs16Status decode(std::uint8_t* data, std::size_t data_stride, std::size_t data_shards,
                    const std::uint8_t* parity, std::size_t parity_stride,
                    std::size_t parity_shards, std::size_t bytes,
                    std::span<const std::uint64_t> received) noexcept;

  const Rs16Limits& limits() const { return limits_; }

 private:
  struct Work;
  struct Free {
    void operator()(Work* work) const noexcept;
  };
  Rs16Decoder(const Rs16Limits& limits, const Rs16Kernel* kernel, std::unique_ptr<Work, Free> work)
      : limits_(limits), kernel_(kernel), work_(std::move(work)) {}

  Rs16Limits limits_;
  const Rs16Kernel* kernel_;
  std::unique_ptr<Work, Free> work_;
};

}  // namespace pf::fec
