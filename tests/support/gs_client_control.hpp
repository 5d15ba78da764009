// Control messages and their encrypted envelope as the client writes and reads them
// (gamestream.md 5). Test support; pure.
#pragma once

#include "support/gs_client_crypto.hpp"
#include "support/gs_client_socket.hpp"

namespace pf::test::gs {

// IV scheme A of current clients, B of those before 2024 (gamestream.md 5.2).
enum class IvScheme : std::uint8_t { A = 1, B };

struct ControlMessage {
  std::uint16_t type = 0;
  Bytes payload;
  std::uint32_t sequence = 0;
};

namespace control_type {
inline constexpr std::uint16_t kRequestIdr = 0x0302, kStartB = 0x0307, kPing = 0x0200,
                               kInput = 0x0206, kInvalidate = 0x0301, kFecStatus = 0x5502,
                               kTermination = 0x0109, kRumble = 0x010b, kHdr = 0x010e,
                               kTriggerRumble = 0x5500, kMotionRequest = 0x5501, kLed = 0x5502;
}
inline constexpr std::uint32_t kEndedNormally = 0x80030023;

// `from_host`: which direction's IV letters (scheme A).
Bytes seal_control(const Block& key, IvScheme scheme, bool from_host, std::uint32_t sequence,
                   std::uint16_t type, ByteSpan payload);
Result<ControlMessage> open_control(const Block& key, IvScheme scheme, bool from_host,
                                    ByteSpan wire);

// gamestream.md 8.2 and 7.6.
std::optional<Bytes> open_audio(const Block& key, std::uint32_t rikeyid, std::uint16_t sequence,
                                ByteSpan cipher);
std::optional<Bytes> open_video(const Block& key, ByteSpan wire);

}  // namespace pf::test::gs
