// A scripted GameStream client: an independent reading of the protocol notes that shares no
// protocol code with the host. Test support; one thread drives it, the live stream has its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "support/gs_client_http.hpp"
#include "support/gs_client_pairing.hpp"
#include "support/gs_client_rtsp.hpp"
#include "support/gs_client_stream.hpp"

namespace pf::test {

using namespace std::chrono_literals;

struct GsLaunch {
  std::uint32_t app_id = 0;  // 0 = the first of the list
  std::string mode = "1280x720x60";
  bool corever = true;              // false: a client from before encrypted RTSP
  std::uint32_t surround = 196610;  // (mask << 16) | channels
  // Added, or instead of the usual value; an empty one removes the parameter.
  std::vector<std::pair<std::string, std::string>> overrides;
};

struct GsStreamOptions {
  std::uint32_t width = 1280, height = 720, fps = 60;
  std::uint32_t bitrate_kbps = 3'000;  // small: many of them run on small machines
  std::size_t packet_size = 1392;      // before the 32 that video encryption takes
  unsigned audio_ms = 5;
  bool encrypt_video = false, encrypt_audio = false;  // what the user wants
  bool encrypt_control_v2 = true;                     // false: scheme B, as before 2024
  // A client from before April 2021: plaintext control, no ping payload, nothing of what came
  // later.
  bool legacy_control = false;
  bool legacy_ping = false;  // no ping payload, no announced support
  bool high_quality = false;
  double video_loss = 0, audio_loss = 0;
  std::uint64_t seed = 1;
  std::function<void(gs::Announce&)> announce;  // last changes
};

class GsClient {
 public:
  GsClient(gs::Endpoints host, gs::ClientIdentity identity = gs::ClientIdentity::generate());

  const gs::ClientIdentity& identity() const { return identity_; }
  void use_identity(gs::ClientIdentity identity) { identity_ = std::move(identity); }
  std::string unique_id = "0123456789ABCDEF";

  gs::Pairing new_pairing(const std::string& pin) const;
  // The whole exchange; blocks until the PIN was typed at the host. Pins the host when it paired.
  gs::PairResult pair(const std::string& pin, const gs::PairStyle& style = {});
  void pin_host(Bytes der) { host_der_ = std::move(der); }

  // Any path of the API with the usual parameters, HTTPS with the client's certificate.
  Result<gs::Xml> get(const std::string& path,
                      std::vector<std::pair<std::string, std::string>> query = {},
                      bool https = true) const;
  Result<gs::Xml> serverinfo(bool https = true) const { return get("/serverinfo", {}, https); }
  Result<gs::Xml> applist() const { return get("/applist"); }
  Result<gs::Xml> cancel() const { return get("/cancel"); }
  // New keys each time. On success the session URL is kept for start().
  Result<gs::Xml> launch(const GsLaunch& options = {}) { return begin("/launch", options); }
  Result<gs::Xml> resume(const GsLaunch& options = {}) { return begin("/resume", options); }

  // The RTSP dialogue and the control connection, up to CONNECT. After launch or resume.
  Result<> start(const GsStreamOptions& options = {});
  // Only the dialogue's parts, for tests that leave the path: a client for the last launch.
  gs::RtspClient rtsp(bool high_quality = false) const;
  gs::StreamPlan plan(const gs::RtspOffer& offer, const gs::Announce& announce) const;
  gs::Announce announce(const gs::RtspOffer& offer, const GsStreamOptions& options) const;

  gs::GsStream& stream() { return *stream_; }
  bool has_stream() const { return stream_ != nullptr; }
  void leave();  // graceful
  void die();    // sudden

  const gs::Endpoints& host() const { return host_; }
  const gs::Block& rikey() const { return rikey_; }
  bool rtsp_encrypted() const { return session_url_.starts_with("rtspenc://"); }

 private:
  Result<gs::Xml> begin(const std::string& path, const GsLaunch& options);

  gs::Endpoints host_;
  gs::ClientIdentity identity_;
  Bytes host_der_;
  gs::Block rikey_{};
  std::int32_t rikeyid_ = 0;
  std::string session_url_;
  gs::Address rtsp_;
  std::unique_ptr<gs::GsStream> stream_;
};

}  // namespace pf::test
