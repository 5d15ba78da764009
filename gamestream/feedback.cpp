#include "gamestream/feedback.hpp"

#include "gamestream/control_messages.hpp"

namespace pf::gamestream {
namespace {

Bytes encode(const input::Rumble& event) {
  return rumble_message(event);
}
Bytes encode(const input::TriggerRumble& event) {
  return trigger_rumble_message(event);
}
Bytes encode(const input::PadLight& event) {
  return light_message(event);
}
Bytes encode(const input::MotionRequest& event) {
  return motion_message(event);
}
Bytes encode(const input::AdaptiveTriggers& event) {
  return adaptive_triggers_message(event);
}
// Moonlight's protocol has no word for it; nothing is sent.
Bytes encode(const input::PadPresence&) {
  return {};
}

}  // namespace

Bytes feedback_message(const input::FeedbackEvent& event) {
  return std::visit([](const auto& one) { return encode(one); }, event);
}

}  // namespace pf::gamestream
