#include "encode/aom/references.hpp"

namespace pf::encode::aom {
namespace {

constexpr unsigned kAnchor = References::kSlots - 1;
// Half a second at 60 frames a second: the anchor is up to twice as old.
constexpr std::uint32_t kAnchorEvery = 30;

bool before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

}  // namespace

void References::restart(std::uint32_t index) noexcept {
  slots_.fill({index, true});
  turn_ = 0;
  since_anchor_ = 0;
}

std::optional<unsigned> References::newest() const noexcept {
  std::optional<unsigned> found;
  for (unsigned i = 0; i < kSlots; ++i)
    if (slots_[i].used && (!found || before(slots_[*found].index, slots_[i].index))) found = i;
  return found;
}

bool References::go_back_before(std::uint32_t index) noexcept {
  for (auto& slot : slots_)
    if (!before(slot.index, index)) slot.used = false;
  return newest().has_value();
}

unsigned References::slot_for_next() noexcept {
  // An anchor that was lost itself is replaced at once.
  if (++since_anchor_ >= kAnchorEvery || !slots_[kAnchor].used) {
    since_anchor_ = 0;
    return kAnchor;
  }
  const auto slot = turn_;
  turn_ = (turn_ + 1) % kAnchor;
  return slot;
}

void References::keep(unsigned slot, std::uint32_t index) noexcept {
  slots_[slot] = {index, true};
}

}  // namespace pf::encode::aom
