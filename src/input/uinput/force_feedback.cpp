#include "input/uinput/force_feedback.hpp"

#include <algorithm>

namespace pf::input::uinput {
namespace {

bool valid(int id) {
  return id >= 0 && static_cast<std::size_t>(id) < kMaxEffects;
}

}  // namespace

bool ForceFeedback::upload(const ff_effect& effect, std::int64_t now_ms) {
  if (effect.type != FF_RUMBLE || !valid(effect.id)) return false;
  Effect& slot = effects_[static_cast<std::size_t>(effect.id)];
  const bool sounds = sounding(slot, now_ms);
  slot.playing = slot.playing && !over(slot, now_ms);
  slot.present = true;
  slot.strong = effect.u.rumble.strong_magnitude;
  slot.weak = effect.u.rumble.weak_magnitude;
  slot.length_ms = effect.replay.length;
  slot.delay_ms = effect.replay.delay;
  if (sounds) slot.started_ms = now_ms - slot.delay_ms;
  return true;
}

void ForceFeedback::erase(int id) {
  if (valid(id)) effects_[static_cast<std::size_t>(id)] = Effect{};
}

void ForceFeedback::play(int id, std::int32_t count, std::int64_t now_ms) {
  if (!valid(id)) return;
  Effect& slot = effects_[static_cast<std::size_t>(id)];
  if (!slot.present) return;
  slot.playing = count > 0;
  slot.repeats = std::max(count, 1);
  slot.started_ms = now_ms;
}

bool ForceFeedback::over(const Effect& effect, std::int64_t now_ms) {
  if (effect.length_ms == 0) return false;
  return now_ms - effect.started_ms >= (effect.delay_ms + effect.length_ms) * effect.repeats;
}

bool ForceFeedback::sounding(const Effect& effect, std::int64_t now_ms) {
  if (!effect.present || !effect.playing) return false;
  const std::int64_t at = now_ms - effect.started_ms;
  if (effect.length_ms == 0) return at >= effect.delay_ms;
  const std::int64_t round = effect.delay_ms + effect.length_ms;
  return at >= 0 && !over(effect, now_ms) && at % round >= effect.delay_ms;
}

MotorLevels ForceFeedback::levels(std::int64_t now_ms) const {
  std::uint32_t low = 0, high = 0;
  for (const Effect& effect : effects_) {
    if (!sounding(effect, now_ms)) continue;
    low += effect.strong;
    high += effect.weak;
  }
  const auto scaled = [this](std::uint32_t sum) {
    const std::uint32_t capped = std::min(sum, 0xFFFFU);
    return static_cast<std::uint16_t>(static_cast<std::uint64_t>(capped) * gain_ / 0xFFFF);
  };
  return {scaled(low), scaled(high)};
}

std::optional<std::int64_t> ForceFeedback::next_change_ms(std::int64_t now_ms) const {
  std::optional<std::int64_t> next;
  const auto consider = [&](std::int64_t when) {
    if (when > now_ms && (!next || when < *next)) next = when;
  };
  for (const Effect& effect : effects_) {
    if (!effect.present || !effect.playing) continue;
    if (effect.length_ms == 0) {
      consider(effect.started_ms + effect.delay_ms);
      continue;
    }
    const std::int64_t round = effect.delay_ms + effect.length_ms;
    const std::int64_t done = (now_ms - effect.started_ms) / round;
    if (done >= effect.repeats) continue;
    consider(effect.started_ms + done * round + effect.delay_ms);
    consider(effect.started_ms + (done + 1) * round);
  }
  return next;
}

}  // namespace pf::input::uinput
