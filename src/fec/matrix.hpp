// Repair of any systematic linear code over GF(2^8) whose parity coefficients are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fec/dispatch.hpp"

namespace pf::fec {

// Repairs missing data shards in place. `parity_matrix` is m rows of k coefficients; `shards` and
// `present` as in Rs8Plan::reconstruct. False when fewer than k shards are present, or when the
// present ones do not determine the rest (which an MDS code rules out). Allocates.
bool repair(std::span<const std::uint8_t> parity_matrix, unsigned k, unsigned m,
            std::span<std::uint8_t* const> shards, std::span<const std::uint8_t> present,
            std::size_t bytes, Kernel kernel);

}  // namespace pf::fec
