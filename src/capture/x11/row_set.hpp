// A set of picture rows: which of a buffer's rows are out of date.
#pragma once

#include <cstdint>
#include <vector>

namespace pf::capture::x11 {

struct RowRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool operator==(const RowRun&) const = default;
};

class RowSet {
 public:
  explicit RowSet(std::uint32_t rows = 0) : rows_(rows), words_((rows + 63) / 64) {}

  // Rows outside the picture are left out.
  void add(std::uint32_t first, std::uint32_t count);
  void add_all() { add(0, rows_); }
  void clear();
  std::uint32_t count() const;
  bool contains(std::uint32_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }

  // The set as runs in rising order. Runs with a gap of at most `merge_gap` rows between them are
  // given as one. `out` is cleared first.
  void runs(std::uint32_t merge_gap, std::vector<RowRun>& out) const;

 private:
  std::uint32_t rows_;
  std::vector<std::uint64_t> words_;
};

}  // namespace pf::capture::x11
