#include "capture/x11/row_set.hpp"

#include <algorithm>
#include <bit>

namespace pf::capture::x11 {

void RowSet::add(std::uint32_t first, std::uint32_t count) {
  if (first >= rows_) return;
  const std::uint32_t end = first + std::min(count, rows_ - first);
  for (std::uint32_t row = first; row < end;) {
    const std::uint32_t bit = row % 64;
    const std::uint32_t span = std::min(64 - bit, end - row);
    const std::uint64_t mask = span == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << span) - 1;
    words_[row / 64] |= mask << bit;
    row += span;
  }
}

void RowSet::clear() {
  std::fill(words_.begin(), words_.end(), 0);
}

std::uint32_t RowSet::count() const {
  std::uint32_t sum = 0;
  for (const auto word : words_) sum += static_cast<std::uint32_t>(std::popcount(word));
  return sum;
}

void RowSet::runs(std::uint32_t merge_gap, std::vector<RowRun>& out) const {
  out.clear();
  for (std::uint32_t row = 0; row < rows_;) {
    if (row % 64 == 0 && words_[row / 64] == 0) {
      row += 64;
      continue;
    }
    if (!contains(row)) {
      ++row;
      continue;
    }
    if (!out.empty() && row - (out.back().first + out.back().count) <= merge_gap)
      out.back().count = row + 1 - out.back().first;
    else
      out.push_back({row, 1});
    ++row;
  }
}

}  // namespace pf::capture::x11
