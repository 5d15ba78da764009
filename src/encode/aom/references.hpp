// Which of AV1's eight picture slots hold what, so that a picture can refer to one from before a
// loss.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace pf::encode::aom {

// Encode thread.
class References {
 public:
  static constexpr unsigned kSlots = 8;

  // A key picture fills every slot.
  void restart(std::uint32_t index) noexcept;
  // The slot of the newest picture; nothing before the first key picture.
  std::optional<unsigned> newest() const noexcept;
  // Forgets the pictures from `index` on. False when nothing older is left.
  bool go_back_before(std::uint32_t index) noexcept;
  // Where the next picture is to be kept: the slots take turns, but for one that holds an older
  // picture for longer losses.
  unsigned slot_for_next() noexcept;
  void keep(unsigned slot, std::uint32_t index) noexcept;

 private:
  struct Entry {
    std::uint32_t index = 0;
    bool used = false;
  };
  std::array<Entry, kSlots> slots_{};
  unsigned turn_ = 0;
  std::uint32_t since_anchor_ = 0;
};

}  // namespace pf::encode::aom
