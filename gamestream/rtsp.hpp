// RTSP as GameStream clients speak it (gamestream.md 4): messages as text, and the encrypted
// wrapping around them (4.6). Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace pf::gamestream {

// Largest message that is read, headers and body together. The largest one seen is about 1.7 kB
// (4.1).
inline constexpr std::size_t kRtspMaxMessage = 32 * 1024;

struct RtspRequest {
  std::string verb;    // "SETUP"
  std::string target;  // "streamid=audio/0/0"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The first header of that name, compared without case.
  const std::string* header(std::string_view name) const;
  // The text between '=' and the next '/' of the target: "audio"; empty when there is none (4.1).
  std::string_view stream_id() const;
};

enum class RtspParse : std::uint8_t {
  Done = 1,
  NeedMore,  // the message is not complete yet
  Bad,       // it can never become a message
};

// Parses exactly one message from everything that was read so far. Bytes after the body, a body
// that does not fit kRtspMaxMessage, control characters in a line and repeated Content-length
// fields are Bad. `out` is valid when Done.
RtspParse parse_rtsp(std::string_view bytes, RtspRequest& out);

struct RtspResponse {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>>
      headers;  // no empty values: clients cannot read them
  std::string body;
};
// CSeq comes first; the reason text is chosen by status (4.1).
std::string write_rtsp(const RtspResponse& response, std::string_view cseq);

// Encrypted RTSP, 4.6: length, sequence, tag, ciphertext.
struct RtspEnvelope {
  std::uint32_t sequence = 0;
  ByteSpan tag;     // 16 bytes
  ByteSpan cipher;  // refers to the input
};
inline constexpr std::size_t kRtspEnvelopeHeader = 24;

// Whether the first byte announces the encrypted form.
inline bool is_encrypted_rtsp(std::uint8_t first) {
  return (first & 0x80) != 0;
}
RtspParse parse_rtsp_envelope(ByteSpan bytes, RtspEnvelope& out);
// The message of a client, or nothing when the tag does not verify under `key` (16 bytes).
std::optional<std::string> open_rtsp(ByteSpan key, const RtspEnvelope& envelope);
// The host's message. `sequence` never repeats under one key. Empty when the cipher library fails.
Bytes seal_rtsp(ByteSpan key, std::uint32_t sequence, std::string_view message);

}  // namespace pf::gamestream
