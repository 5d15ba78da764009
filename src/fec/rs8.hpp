// The GameStream video code: systematic Reed-Solomon over GF(2^8) with the Cauchy parity matrix
// P[j][i] = 1 / ((m + i) XOR j), gamestream.md 7.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fec/dispatch.hpp"

namespace pf::fec {

// The code for k data and m parity shards. A small value: building one costs nothing, because every
// table depends on point numbers only, not on (k, m). Any thread.
class Rs8Plan {
 public:
  static constexpr unsigned kMaxShards = 255;

  // Whether such a code exists: k >= 1, m >= 0, k + m <= 255.
  static constexpr bool valid(std::size_t k, std::size_t m) {
    return k >= 1 && k <= kMaxShards && m <= kMaxShards - k;
  }

  // `kernel` must be one of available_kernels(); tests and benches choose, everyone else takes the
  // default. valid(k, m) must hold.
  Rs8Plan(unsigned k, unsigned m, Kernel kernel = best_kernel()) noexcept;

  unsigned k() const { return k_; }
  unsigned m() const { return m_; }

  // Computes all m parity shards. Data shard i is the `bytes` bytes at data + i*stride, parity
  // shard j those at parity + j*stride; both may lie in one arena but must not overlap. No
  // alignment is needed; bytes outside the shards are neither read nor written. No allocation.
  void encode(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
              std::size_t bytes) const noexcept;
  // The same by one of the two algorithms, for the tests that compare them.
  void encode_dense(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
                    std::size_t bytes) const noexcept;
  void encode_transform(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
                        std::size_t bytes) const noexcept;

  // Repairs missing data shards in place from any k of the k+m. `shards` holds k+m addresses (data,
  // then parity) of `bytes` bytes each; present[i] != 0 marks what was received. Parity shards are
  // not repaired. False when fewer than k are present or the sizes do not fit. Allocates.
  bool reconstruct(std::span<std::uint8_t* const> shards, std::span<const std::uint8_t> present,
                   std::size_t bytes) const;

 private:
  // As reconstruct(), for at least one lost shard and enough parity.
  void reconstruct_many(std::span<std::uint8_t* const> shards,
                        std::span<const std::uint8_t> present, std::size_t bytes) const;

  unsigned k_;
  unsigned m_;
  Kernel kernel_;
};

}  // namespace pf::fec
