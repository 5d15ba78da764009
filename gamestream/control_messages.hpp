// Messages inside the control envelope (gamestream.md 5.3 and 5.4). Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.hpp"
#include "media/hdr.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

// Client to host.
struct StartStream {};  // 0x0305, 0x0307
struct RequestIdr {};   // 0x0302
struct InvalidateFrames {
  std::uint64_t first = 0, last = 0;  // 0x0301, frame numbers, both included
};
struct LossStats {
  std::uint64_t last_good_frame = 0;  // 0x0201, old clients
};
struct Ping {};  // 0x0200
struct InputPacket {
  ByteSpan bytes;  // 0x0206, refers to the message
};
struct FecStatus {  // 0x5502, of one block that was damaged
  std::uint32_t frame = 0;
  std::uint16_t highest_sequence = 0, next_sequence = 0, missing = 0;
  std::uint16_t data_shards = 0, parity_shards = 0, received_data = 0, received_parity = 0;
  std::uint8_t fec_percent = 0, block = 0, blocks = 0;
};
struct LtrAcknowledged {
  std::uint32_t frame = 0;  // 0x0350
};
struct UnknownMessage {
  std::uint16_t type = 0;
};
using ControlMessage = std::variant<StartStream, RequestIdr, InvalidateFrames, LossStats, Ping,
                                    InputPacket, FecStatus, LtrAcknowledged, UnknownMessage>;

// One plaintext message: type, length, payload. Nothing when the length is wrong or a known payload
// is too short.
std::optional<ControlMessage> parse_control(ByteSpan text);

// Host to client: each is a complete plaintext message, ready to be sealed.

// SMPTE 2086 and CEA-861.3 values in the units of 5.4.
struct HdrMetadata {
  struct Point {
    std::uint16_t x = 0, y = 0;  // × 50,000
  };
  Point red, green, blue, white;
  std::uint16_t max_nits = 0;
  std::uint16_t min_nits_x10000 = 0;
  std::uint16_t max_cll = 0, max_fall = 0, max_full_frame_nits = 0;
};
Bytes hdr_mode_message(bool enabled, const HdrMetadata& metadata = {});
HdrMetadata wire_metadata(const media::HdrMetadata& metadata);

Bytes rumble_message(const input::Rumble& rumble);
Bytes trigger_rumble_message(const input::TriggerRumble& rumble);
Bytes light_message(const input::PadLight& light);
Bytes motion_message(const input::MotionRequest& request);
Bytes adaptive_triggers_message(const input::AdaptiveTriggers& triggers);

// Termination reasons (5.4).
inline constexpr std::uint32_t kEndedNormally = 0x80030023;
inline constexpr std::uint32_t kEndedProtectedContent = 0x800e9302;
inline constexpr std::uint32_t kEndedFrameConversion = 0x800e9403;
Bytes termination_message(std::uint32_t reason);
// What the client is told for each way a stream ends: the normal code for everything that a person
// or the application decided, a failure otherwise.
std::uint32_t termination_reason(session::EndReason reason);

}  // namespace pf::gamestream
