// Control messages and their encrypted envelope as the client writes and reads them
// (gamestream.md 5). Test support; pure.
#pragma once

#include "support/gs_client_crypto.hpp"
#include "support/gs_client_socket.hpp"

namespace pf::test::gs {

// IV scheme A of current clients, B of those before 2024 (gamestream.md 5.2). Legacy: the plaintext
// protocol of those before April 2021 (5.5).
enum class IvScheme : std::uint8_t { A = 1, B, Legacy };

struct ControlMessage {
  std::uint16_t type = 0;
  Bytes payload;
  std::uint32_t sequence = 0;
};

namespace control_type {
inline constexpr std::uint16_t kStartA = 0x0305, kLegacyTermination = 0x0100, kRequestIdr = 0x0302,
                               kStartB = 0x0307, kPing = 0x0200, kInput = 0x0206,
                               kInvalidate = 0x0301, kFecStatus = 0x5502, kTermination = 0x0109,
                               kRumble = 0x010b, kHdr = 0x010e, kTriggerRumble = 0x5500,
                               kMotionRequest = 0x5501, kLed = 0x5502, kAdaptiveTriggers = 0x5503;
}
inline constexpr std::uint32_t kEndedNormally = 0x80030023;
inline constexpr std::uint32_t kEndedFrameConversion = 0x800e9403;  // "video encoding error"

// `from_host`: which direction's IV letters (scheme A).
Bytes seal_control(const Block& key, IvScheme scheme, bool from_host, std::uint32_t sequence,
                   std::uint16_t type, ByteSpan payload);
// What a client from before April 2021 puts behind the type 0x0206: length, tag, cipher. `iv` is
// the stream's, and moves on.
Bytes seal_legacy_input(const Block& key, Block& iv, ByteSpan packet);
Result<ControlMessage> open_control(const Block& key, IvScheme scheme, bool from_host,
                                    ByteSpan wire);

// gamestream.md 8.2 and 7.6.
std::optional<Bytes> open_audio(const Block& key, std::uint32_t rikeyid, std::uint16_t sequence,
                                ByteSpan cipher);
std::optional<Bytes> open_video(const Block& key, ByteSpan wire);

}  // namespace pf::test::gs
