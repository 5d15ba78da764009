// What a session is asked to do, and what it tells while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/identity.hpp"
#include "native/media/reassembler.hpp"
#include "native/wire/datagram.hpp"
#include "native/wire/messages.hpp"
#include "net/endpoint.hpp"
#include "probe/ending.hpp"
#include "probe/feedback.hpp"
#include "probe/forced_loss.hpp"
#include "probe/hello_check.hpp"
#include "probe/script.hpp"
#include "probe/sound_file.hpp"

namespace pf::probe {

enum class Phase : std::uint8_t {
  Dialling = 1,
  Asking,   // the hello is sent
  Pending,  // a person decides (generation 2 says so)
  Clock,    // the eight rounds; media may come already
  Streaming,
  Closed,
};
const char* name(Phase phase);

// One packet of sound, in order. `missing` packets before it never came.
struct SoundPacket {
  native::wire::Tag form = native::wire::Tag::Audio;
  std::uint32_t seq = 0;
  std::uint64_t pts_ns = 0;
  std::uint64_t missing = 0;
  ByteSpan payload;
};

// Told on the session's own thread; must not block. Spans and references live during the call.
class SessionObserver {
 public:
  virtual ~SessionObserver() = default;
  virtual void on_phase(Phase /*phase*/) {}
  // The host's certificate, before anything is sent to it.
  virtual void on_connected(const crypto::Fingerprint& /*host*/, const std::string& /*alpn*/) {}
  virtual void on_hello(const native::wire::ServerHello& /*hello*/) {}
  virtual void on_message(const native::wire::ControlMessage& /*message*/) {}
  // Every whole frame; `clean`: a decoder can show it.
  virtual void on_frame(const native::media::ReceivedFrame& /*frame*/, bool /*clean*/) {}
  virtual void on_sound(const SoundPacket& /*packet*/) {}
  // What was copied on the host's desktop.
  virtual void on_clipboard(const std::string& /*text*/) {}
  // Datagrams beside sound and timing.
  virtual void on_plane(const native::wire::Plane& /*plane*/) {}
};

struct SessionOptions {
  net::Endpoint host;
  std::vector<std::string> alpns{"pkf2", "pkf1"};  // in order of preference
  std::optional<crypto::Identity> identity;        // none: dial without a certificate
  std::optional<crypto::Fingerprint> expected_host;
  native::wire::ClientHello hello = default_hello();
  // For the dial, in attempts of three seconds, and for the host's answer. While the host says
  // that a person decides, `patience` counts instead.
  std::chrono::milliseconds budget{10'000};
  std::chrono::milliseconds patience{185'000};
  FeedbackStyle feedback = FeedbackStyle::Datagram;  // generation 1 has Control only
  bool send_feedback = true;
  bool ask_shards = false;  // NACK before anything else; with FeedbackStyle::Datagram
  bool punch = true;        // generation 1
  LossPlan loss;
  std::vector<ScriptStep> script;
  std::shared_ptr<Sound> microphone;
  // Shares the clipboard where the host can, and offers this text.
  bool clipboard = false;
  std::string clipboard_text;
  // Asks for a speed test two seconds after the start, and from then on for the bitrate that the
  // path carries, as clients do whose bitrate is automatic. Needs send_feedback.
  bool automatic_bitrate = false;
  bool check_pictures = true;  // looks into access units
  // Ends the session by itself, with close code 0x51.
  std::optional<std::chrono::milliseconds> duration;
  std::optional<std::uint64_t> frames;
  // Lives as long as the session.
  SessionObserver* observer = nullptr;
};

}  // namespace pf::probe
