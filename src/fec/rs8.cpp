#include "fec/rs8.hpp"

#include <vector>

#include "base/result.hpp"
#include "fec/kernels.hpp"
#include "fec/matrix.hpp"
#include "fec/tables.hpp"

namespace pf::fec {

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
  std::vector<std::uint8_t> matrix(std::size_t{k_} * m_);
  for (unsigned j = 0; j < m_; ++j)
    for (unsigned i = 0; i < k_; ++i) matrix[std::size_t{j} * k_ + i] = kInverse.at[(m_ + i) ^ j];
  return repair(matrix, k_, m_, shards, present, bytes, kernel_);
}

}  // namespace pf::fec
