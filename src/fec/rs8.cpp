#include "fec/rs8.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "fec/kernels.hpp"
#include "fec/matrix.hpp"
#include "fec/tables.hpp"

namespace pf::fec {
namespace {

// The distance that all of them have from one to the next, as in an arena; 0 when there is none.
std::size_t even_stride(std::span<std::uint8_t* const> shards, std::size_t bytes) {
  if (shards.size() < 2) return bytes;
  const auto at = [&](std::size_t i) { return reinterpret_cast<std::uintptr_t>(shards[i]); };
  const auto stride = at(1) - at(0);
  if (at(1) <= at(0) || stride < bytes) return 0;
  for (std::size_t i = 2; i < shards.size(); ++i)
    if (at(i) - at(i - 1) != stride) return 0;
  return stride;
}

void add(std::uint8_t* to, const std::uint8_t* from, std::size_t bytes) {
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= bytes; i += sizeof(std::uint64_t)) {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, to + i, sizeof a);
    std::memcpy(&b, from + i, sizeof b);
    a ^= b;
    std::memcpy(to + i, &a, sizeof a);
  }
  for (; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(to[i] ^ from[i]);
}

// The inverse of the Cauchy matrix 1 / (y[r] XOR x[c]), row after row: one row for each x. In a
// field of characteristic 2 it is a[r] * b[c] / (y[r] XOR x[c]), where a and b are products over
// all points (Lagrange).
std::vector<std::uint8_t> cauchy_inverse(const std::vector<std::uint8_t>& x,
                                         const std::vector<std::uint8_t>& y) {
  const auto times = [](std::uint8_t a, int b) { return kProduct.at[a][b]; };
  const auto weights = [&](const auto& own, const auto& others) {
    std::vector<std::uint8_t> above(own.size(), 1), below(own.size(), 1);
    // All points at a time: one product after the other would wait for each look-up.
    for (const auto other : others)
      for (std::size_t i = 0; i < own.size(); ++i) above[i] = times(above[i], own[i] ^ other);
    for (const auto sibling : own)
      for (std::size_t i = 0; i < own.size(); ++i)
        if (own[i] != sibling) below[i] = times(below[i], own[i] ^ sibling);
    for (std::size_t i = 0; i < own.size(); ++i) above[i] = times(above[i], kInverse.at[below[i]]);
    return above;
  };
  const auto a = weights(y, x), b = weights(x, y);
  std::vector<std::uint8_t> inverse;
  inverse.reserve(x.size() * y.size());
  for (std::size_t c = 0; c < x.size(); ++c)
    for (std::size_t r = 0; r < y.size(); ++r)
      inverse.push_back(times(times(a[r], b[c]), kInverse.at[x[c] ^ y[r]]));
  return inverse;
}

}  // namespace

Rs8Plan::Rs8Plan(unsigned k, unsigned m, Kernel kernel) noexcept : k_(k), m_(m), kernel_(kernel) {
  PF_ASSERT(valid(k, m));
}

void Rs8Plan::encode(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
                     std::size_t bytes) const noexcept {
  const auto& kernel = kernel_for(kernel_, bytes);
  const auto run = m_ >= kernel.transform_from ? kernel.encode_transform : kernel.encode_dense;
  run(data, parity, stride, k_, m_, bytes);
}

void Rs8Plan::encode_dense(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
                           std::size_t bytes) const noexcept {
  kernel_for(kernel_, bytes).encode_dense(data, parity, stride, k_, m_, bytes);
}

void Rs8Plan::encode_transform(const std::uint8_t* data, std::uint8_t* parity, std::size_t stride,
                               std::size_t bytes) const noexcept {
  kernel_for(kernel_, bytes).encode_transform(data, parity, stride, k_, m_, bytes);
}

bool Rs8Plan::reconstruct(std::span<std::uint8_t* const> shards,
                          std::span<const std::uint8_t> present, std::size_t bytes) const {
  if (shards.size() != k_ + m_ || present.size() != k_ + m_) return false;
  const auto lost = std::count(present.begin(), present.begin() + k_, std::uint8_t{0});
  const auto held = m_ - std::count(present.begin() + k_, present.end(), std::uint8_t{0});
  if (lost > held) return false;
  if (lost == 0 || bytes == 0) return true;
  if (static_cast<unsigned>(lost) >= kernel_for(kernel_, bytes).transform_from) {
    reconstruct_many(shards, present, bytes);
    return true;
  }
  std::vector<std::uint8_t> matrix(std::size_t{k_} * m_);
  for (unsigned j = 0; j < m_; ++j)
    for (unsigned i = 0; i < k_; ++i) matrix[std::size_t{j} * k_ + i] = kInverse.at[(m_ + i) ^ j];
  return repair(matrix, k_, m_, shards, present, bytes, kernel_);
}

// The parity of what is held, by the transform, differs from the parity that came by what the lost
// shards add to it; the inverse of their part of the matrix gives them back.
void Rs8Plan::reconstruct_many(std::span<std::uint8_t* const> shards,
                               std::span<const std::uint8_t> present, std::size_t bytes) const {
  std::vector<std::uint8_t> x, y;
  std::vector<std::uint8_t*> outputs;
  for (unsigned i = 0; i < k_; ++i) {
    if (present[i] != 0) continue;
    x.push_back(static_cast<std::uint8_t>(m_ + i));
    outputs.push_back(shards[i]);
  }
  for (unsigned j = 0; j < m_ && y.size() < x.size(); ++j)
    if (present[k_ + j] != 0) y.push_back(static_cast<std::uint8_t>(j));

  auto stride = even_stride(shards.first(k_), bytes);
  std::vector<std::uint8_t> copy;
  if (stride == 0) {
    stride = bytes;
    copy.resize(k_ * bytes);
    for (unsigned i = 0; i < k_; ++i)
      if (present[i] != 0) std::memcpy(&copy[i * bytes], shards[i], bytes);
  } else {
    for (auto* shard : outputs) std::memset(shard, 0, bytes);
  }
  const auto parity = std::make_unique_for_overwrite<std::uint8_t[]>(m_ * stride);
  encode(copy.empty() ? shards[0] : copy.data(), parity.get(), stride, bytes);

  std::vector<const std::uint8_t*> inputs;
  for (const auto j : y) {
    auto* syndrome = &parity[j * stride];
    const auto* came = shards[k_ + j];
    add(syndrome, came, bytes);
    inputs.push_back(syndrome);
  }
  const auto inverse = cauchy_inverse(x, y);
  const auto lost = static_cast<unsigned>(x.size());
  kernel_for(kernel_, bytes)
      .combine(inputs.data(), lost, outputs.data(), lost, inverse.data(), bytes);
}

}  // namespace pf::fec
