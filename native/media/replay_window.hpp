// Which packet numbers were seen: a sliding bitmap of 131,072 (punktfunk1.md 6.2, punktfunk2.md
// 7.5). 16 KiB, no allocation after construction. One thread.
#pragma once

#include <cstdint>
#include <memory>

namespace pf::native::media {

class ReplayWindow {
 public:
  static constexpr std::uint64_t kSize = 131'072;
  ReplayWindow();

  // Whether the number is neither older than the window nor seen. Anything is fresh at first.
  bool fresh(std::uint64_t number) const noexcept;
  // Marks it as seen, and moves the window when it is the highest. False when it was not fresh.
  bool accept(std::uint64_t number) noexcept;
  // The highest number accepted; 0 before the first.
  std::uint64_t highest() const noexcept { return highest_; }
  bool any() const noexcept { return any_; }

 private:
  static constexpr std::size_t kWords = kSize / 64;
  std::unique_ptr<std::uint64_t[]> seen_;
  std::uint64_t highest_ = 0;
  bool any_ = false;
};

}  // namespace pf::native::media
