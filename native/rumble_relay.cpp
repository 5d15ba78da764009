#include "native/rumble_relay.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "native/wire/datagram.hpp"
#include "native/wire/pad_output.hpp"

namespace pf::native {

RumbleRelay::RumbleRelay(Executor& executor, wire::Generation generation,
                         std::function<void(ByteSpan)> send)
    : executor_(executor), generation_(generation), send_(std::move(send)) {}

void RumbleRelay::on_feedback(const input::FeedbackEvent& event) {
  std::visit(Overloaded{
                 [&](const input::Rumble& e) {
                   if (e.pad >= pads_.size()) return;
                   pads_[e.pad].low = e.low;
                   pads_[e.pad].high = e.high;
                   changed(e.pad);
                 },
                 [&](const input::TriggerRumble& e) {
                   if (e.pad >= pads_.size()) return;
                   pads_[e.pad].left = e.left;
                   pads_[e.pad].right = e.right;
                   changed(e.pad);
                 },
                 [&](const input::PadLight& e) { light(e); },
                 // Native clients send motion unasked.
                 [](const input::MotionRequest&) {},
                 [&](const input::AdaptiveTriggers& e) { triggers(e); },
                 [](const input::PadPresence&) {},  // a message of its own: Client
             },
             event);
}

// Pad output of kind LED (punktfunk1.md 7.7).
void RumbleRelay::light(const input::PadLight& light) {
  constexpr std::uint8_t kLed = 0x01;
  const std::array<std::uint8_t, 7> datagram{wire::datagram_kind::kPadOutput,
                                             static_cast<std::uint8_t>(wire::Tag::PadOutput),
                                             kLed,
                                             light.pad,
                                             light.red,
                                             light.green,
                                             light.blue};
  const auto skipped = 1 - wire::datagram_prefix(generation_);
  send_(ByteSpan(datagram).subspan(skipped));
}

// Pad output of kind trigger (punktfunk1.md 7.7), one datagram a side.
void RumbleRelay::triggers(const input::AdaptiveTriggers& triggers) {
  const auto tell = [&](bool right, std::uint8_t type, const auto& parameters) {
    wire::AdaptiveTrigger trigger{triggers.pad, right, {type}};
    std::copy(parameters.begin(), parameters.end(), trigger.effect.begin() + 1);
    std::array<std::uint8_t, 32> datagram{};
    const auto bytes = wire::encode_pad_output(generation_, trigger, datagram);
    if (bytes != 0) send_(ByteSpan(datagram.data(), bytes));
  };
  if ((triggers.flags & 0x08) != 0) tell(false, triggers.left_type, triggers.left);
  if ((triggers.flags & 0x04) != 0) tell(true, triggers.right_type, triggers.right);
}

void RumbleRelay::changed(std::uint8_t pad) {
  pads_[pad].stops_left = pads_[pad].active() ? 0 : kStopRepeats;
  send(pad);
  schedule();
}

void RumbleRelay::send(std::uint8_t pad) {
  auto& state = pads_[pad];
  wire::PadRumble rumble;
  rumble.pad = pad;
  rumble.low = state.low;
  rumble.high = state.high;
  rumble.lease = wire::PadRumble::Lease{
      ++state.seq, state.active() ? static_cast<std::uint16_t>(kLease.count()) : std::uint16_t{0}};
  rumble.triggers = true;
  rumble.left_trigger = state.left;
  rumble.right_trigger = state.right;
  std::array<std::uint8_t, 32> datagram{};
  const auto bytes = wire::encode_rumble(generation_, rumble, datagram);
  if (bytes != 0) send_(ByteSpan(datagram.data(), bytes));
}

void RumbleRelay::schedule() {
  if (!timer_) timer_ = executor_.after(kRenew, [this] { renew(); });
}

void RumbleRelay::renew() {
  timer_.reset();
  bool again = false;
  for (std::uint8_t pad = 0; pad < pads_.size(); ++pad) {
    auto& state = pads_[pad];
    if (!state.active()) {
      if (state.stops_left == 0) continue;
      --state.stops_left;
    }
    send(pad);
    again = again || state.active() || state.stops_left > 0;
  }
  if (again) schedule();
}

}  // namespace pf::native
