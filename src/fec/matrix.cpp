#include "fec/matrix.hpp"

#include <algorithm>
#include <vector>

#include "fec/kernels.hpp"
#include "fec/tables.hpp"

namespace pf::fec {
namespace {

using Row = std::span<std::uint8_t>;

void scale(Row row, std::uint8_t factor) {
  for (auto& value : row) value = kProduct.at[factor][value];
}
void add_scaled(Row row, Row other, std::uint8_t factor) {
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = static_cast<std::uint8_t>(row[i] ^ kProduct.at[factor][other[i]]);
}

// Gauss-Jordan on [left | right] with `size` columns on the left; false when singular.
bool solve(std::vector<std::uint8_t>& matrix, std::size_t size, std::size_t width) {
  const auto row = [&](std::size_t r) { return Row(matrix).subspan(r * width, width); };
  for (std::size_t column = 0; column < size; ++column) {
    std::size_t pivot = column;
    while (pivot < size && row(pivot)[column] == 0) ++pivot;
    if (pivot == size) return false;
    if (pivot != column)
      std::swap_ranges(row(pivot).begin(), row(pivot).end(), row(column).begin());
    scale(row(column), kInverse.at[row(column)[column]]);
    for (std::size_t r = 0; r < size; ++r)
      if (r != column && row(r)[column] != 0) add_scaled(row(r), row(column), row(r)[column]);
  }
  return true;
}

}  // namespace

bool repair(std::span<const std::uint8_t> parity_matrix, unsigned k, unsigned m,
            std::span<std::uint8_t* const> shards, std::span<const std::uint8_t> present,
            std::size_t bytes, Kernel kernel) {
  if (shards.size() != k + m || present.size() != k + m || parity_matrix.size() != k * m)
    return false;
  std::vector<unsigned> missing, held, rows;
  for (unsigned i = 0; i < k; ++i) (present[i] != 0 ? held : missing).push_back(i);
  for (unsigned j = 0; j < m && rows.size() < missing.size(); ++j)
    if (present[k + j] != 0) rows.push_back(j);
  if (rows.size() < missing.size()) return false;
  if (missing.empty() || bytes == 0) return true;

  // Each used parity row says: its coefficients at the missing shards, times those shards, equal
  // its coefficients at the held shards, times these, plus the parity shard itself.
  const std::size_t unknowns = missing.size();
  const std::size_t knowns = held.size() + unknowns;
  const std::size_t width = unknowns + knowns;
  std::vector<std::uint8_t> system(unknowns * width);
  for (std::size_t r = 0; r < unknowns; ++r) {
    const auto coefficients = parity_matrix.subspan(std::size_t{rows[r]} * k, k);
    auto* out = system.data() + r * width;
    for (const unsigned i : missing) *out++ = coefficients[i];
    for (const unsigned i : held) *out++ = coefficients[i];
    out[r] = 1;
  }
  if (!solve(system, unknowns, width)) return false;

  std::vector<std::uint8_t> solution;
  solution.reserve(unknowns * knowns);
  for (std::size_t r = 0; r < unknowns; ++r) {
    const auto* row = system.data() + r * width + unknowns;
    solution.insert(solution.end(), row, row + knowns);
  }
  std::vector<const std::uint8_t*> inputs;
  for (const unsigned i : held) inputs.push_back(shards[i]);
  for (const unsigned j : rows) inputs.push_back(shards[k + j]);
  std::vector<std::uint8_t*> outputs;
  for (const unsigned i : missing) outputs.push_back(shards[i]);
  kernel_for(kernel, bytes)
      .combine(inputs.data(), static_cast<unsigned>(knowns), outputs.data(),
               static_cast<unsigned>(unknowns), solution.data(), bytes);
  return true;
}

}  // namespace pf::fec
