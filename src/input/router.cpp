#include "input/router.hpp"

#include <algorithm>
#include <type_traits>

#include "base/clock.hpp"

namespace pf::input {
namespace {

void bump(std::atomic<std::uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

bool neutral(const PadState& s) {
  return s.buttons == 0 && s.left_trigger == 0 && s.right_trigger == 0 && s.left_x == 0 &&
         s.left_y == 0 && s.right_x == 0 && s.right_y == 0;
}

template <class T>
constexpr std::uint32_t kGrantOf = kGrantGamepad;
template <>
constexpr std::uint32_t kGrantOf<Key> = kGrantKeyboard;
template <>
constexpr std::uint32_t kGrantOf<Text> = kGrantKeyboard;
template <>
constexpr std::uint32_t kGrantOf<PointerMotion> = kGrantPointer;
template <>
constexpr std::uint32_t kGrantOf<PointerPosition> = kGrantPointer;
template <>
constexpr std::uint32_t kGrantOf<PointerButton> = kGrantPointer;
template <>
constexpr std::uint32_t kGrantOf<Scroll> = kGrantPointer;
template <>
constexpr std::uint32_t kGrantOf<Touch> = kGrantPointer;
template <>
constexpr std::uint32_t kGrantOf<Pen> = kGrantPointer;

}  // namespace

std::uint32_t needed_grant(const Event& event) noexcept {
  return std::visit([](const auto& e) { return kGrantOf<std::decay_t<decltype(e)>>; }, event);
}

void Router::handle(const Event& event) noexcept {
  const std::uint32_t needed = needed_grant(event);
  const std::lock_guard lock(mutex_);
  const std::uint32_t mask = grants_.load(std::memory_order_seq_cst);
  narrow(mask);
  if (!open_.load(std::memory_order_seq_cst)) return bump(after_close_);
  if ((mask & needed) == 0) return count_refused(needed);
  switch (std::visit([this](const auto& e) { return track(e); }, event)) {
    case Verdict::Redundant:
      return bump(redundant_);
    case Verdict::Invalid:
      return bump(invalid_);
    case Verdict::Pass:
      break;
  }
  injector_.inject(event);
  last_accepted_ns_.store(steady_now_ns(), std::memory_order_release);
  bump(accepted_);
}

void Router::release_all() noexcept {
  const std::lock_guard lock(mutex_);
  release(kGrantGamepad | kGrantPointer | kGrantKeyboard);
}

void Router::grants_changed() noexcept {
  const std::lock_guard lock(mutex_);
  narrow(grants_.load(std::memory_order_seq_cst));
}

void Router::narrow(std::uint32_t mask) noexcept {
  if (const std::uint32_t lost = seen_mask_ & ~mask; lost != 0) release(lost);
  seen_mask_ = mask;
}

void Router::release(std::uint32_t classes) noexcept {
  if ((classes & kGrantKeyboard) != 0) release_keys();
  if ((classes & kGrantPointer) != 0) release_pointer();
  if ((classes & kGrantGamepad) != 0) release_pads();
}

void Router::release_one(const Event& event) noexcept {
  injector_.inject(event);
  bump(released_);
}

void Router::release_keys() noexcept {
  if (keys_.none()) return;
  for (std::size_t code = 0; code < kKeys; ++code)
    if (keys_[code]) release_one(Key{static_cast<std::uint16_t>(code), false});
  keys_.reset();
}

void Router::release_pointer() noexcept {
  for (std::size_t i = 0; i < buttons_.size(); ++i)
    if (buttons_[i]) release_one(PointerButton{static_cast<Button>(i), false});
  buttons_.reset();
  for (auto& slot : touches_) {
    if (!std::exchange(slot.down, false)) continue;
    slot.last.phase = TouchPhase::Up;
    release_one(slot.last);
  }
  if (std::exchange(pen_in_use_, false)) {
    pen_.phase = TouchPhase::HoverLeave;
    pen_.buttons = 0;
    pen_.pressure = 0;
    release_one(pen_);
  }
}

void Router::release_pads() noexcept {
  for (std::size_t i = 0; i < kPads; ++i) {
    Pad& pad = pads_[i];
    for (std::size_t t = 0; t < pad.touch.size(); ++t) {
      if (!std::exchange(pad.touch_down[t], false)) continue;
      pad.touch[t].phase = TouchPhase::Up;
      release_one(pad.touch[t]);
    }
    if (!std::exchange(pad.active, false)) continue;
    PadState rest;
    rest.pad = static_cast<std::uint8_t>(i);
    release_one(rest);
  }
}

Router::Verdict Router::track(const Key& key) noexcept {
  if (key.code == 0 || key.code >= kKeys) return Verdict::Invalid;
  if (keys_[key.code] == key.down) return Verdict::Redundant;
  keys_[key.code] = key.down;
  return Verdict::Pass;
}

Router::Verdict Router::track(const PointerButton& button) noexcept {
  const auto index = static_cast<std::size_t>(button.button);
  if (index < static_cast<std::size_t>(Button::Left) ||
      index > static_cast<std::size_t>(Button::Extra))
    return Verdict::Invalid;
  if (buttons_[index] == button.down) return Verdict::Redundant;
  buttons_[index] = button.down;
  return Verdict::Pass;
}

Router::Verdict Router::track(const Touch& touch) noexcept {
  if (touch.phase == TouchPhase::CancelAll) {
    for (auto& slot : touches_) slot.down = false;
    return Verdict::Pass;
  }
  const auto held = std::find_if(touches_.begin(), touches_.end(), [&](const TouchSlot& s) {
    return s.down && s.last.id == touch.id;
  });
  switch (touch.phase) {
    case TouchPhase::Down: {
      if (held != touches_.end()) return Verdict::Redundant;
      const auto room = std::find_if(touches_.begin(), touches_.end(),
                                     [](const TouchSlot& s) { return !s.down; });
      if (room == touches_.end()) return Verdict::Invalid;
      *room = {true, touch};
      return Verdict::Pass;
    }
    case TouchPhase::Move:
      if (held == touches_.end()) return Verdict::Redundant;
      held->last = touch;
      return Verdict::Pass;
    case TouchPhase::Up:
    case TouchPhase::Cancel:
      if (held == touches_.end()) return Verdict::Redundant;
      held->down = false;
      return Verdict::Pass;
    default:
      return Verdict::Pass;
  }
}

Router::Verdict Router::track(const Pen& pen) noexcept {
  const bool ends = pen.phase == TouchPhase::HoverLeave || pen.phase == TouchPhase::Cancel ||
                    pen.phase == TouchPhase::CancelAll;
  pen_ = pen;
  pen_in_use_ = !ends;
  return Verdict::Pass;
}

Router::Verdict Router::track(const PadArrival& arrival) noexcept {
  return arrival.pad < kPads ? Verdict::Pass : Verdict::Invalid;
}

Router::Verdict Router::track(const PadRemoval& removal) noexcept {
  if (removal.pad >= kPads) return Verdict::Invalid;
  pads_[removal.pad] = Pad{};
  return Verdict::Pass;
}

Router::Verdict Router::track(const PadState& state) noexcept {
  if (state.pad >= kPads) return Verdict::Invalid;
  pads_[state.pad].active = !neutral(state);
  return Verdict::Pass;
}

Router::Verdict Router::track(const PadTouch& touch) noexcept {
  if (touch.pad >= kPads) return Verdict::Invalid;
  Pad& pad = pads_[touch.pad];
  if (touch.phase == TouchPhase::CancelAll) {
    pad.touch_down.fill(false);
    return Verdict::Pass;
  }
  std::size_t slot = pad.touch.size(), spare = pad.touch.size();
  for (std::size_t i = 0; i < pad.touch.size(); ++i) {
    const bool same = pad.touch[i].id == touch.id && pad.touch[i].surface == touch.surface;
    if (pad.touch_down[i] && same) slot = i;
    if (!pad.touch_down[i]) spare = i;
  }
  const bool held = slot != pad.touch.size();
  if (touch.phase == TouchPhase::Down) {
    if (held) return Verdict::Redundant;
    if (spare == pad.touch.size()) return Verdict::Invalid;
    pad.touch[spare] = touch;
    pad.touch_down[spare] = true;
  } else if (touch.phase == TouchPhase::Up || touch.phase == TouchPhase::Cancel) {
    if (!held) return Verdict::Redundant;
    pad.touch_down[slot] = false;
  } else if (held) {
    pad.touch[slot] = touch;
  }
  return Verdict::Pass;
}

Router::Verdict Router::track(const PadMotion& motion) noexcept {
  return motion.pad < kPads ? Verdict::Pass : Verdict::Invalid;
}

Router::Verdict Router::track(const PadBattery& battery) noexcept {
  return battery.pad < kPads ? Verdict::Pass : Verdict::Invalid;
}

void Router::count_refused(std::uint32_t grant) noexcept {
  switch (grant) {
    case kGrantKeyboard:
      return bump(refused_keyboard_);
    case kGrantPointer:
      return bump(refused_pointer_);
    default:
      return bump(refused_gamepad_);
  }
}

RouterCounts Router::counts() const noexcept {
  const auto get = [](const auto& a) { return a.load(std::memory_order_relaxed); };
  return {get(accepted_),        get(redundant_),       get(invalid_),          get(after_close_),
          get(refused_gamepad_), get(refused_pointer_), get(refused_keyboard_), get(released_)};
}

}  // namespace pf::input
