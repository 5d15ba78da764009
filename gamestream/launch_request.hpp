// The parameters of /launch and /resume (gamestream.md 2.8). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "audio/layout.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "http/server.hpp"
#include "media/mode.hpp"

namespace pf::gamestream {

struct LaunchRequest {
  std::optional<std::uint32_t> app_id;
  std::optional<media::Mode> mode;
  std::array<std::uint8_t, 16> rikey{};  // secret
  std::uint32_t rikeyid = 0;
  audio::Speakers speakers = audio::Speakers::Stereo;
  std::optional<bool> host_audio;  // absent: as at launch
  std::optional<bool> hdr;         // hdrMode; absent: as at launch
  bool encrypted_rtsp = false;     // corever ≥ 1

  LaunchRequest() = default;
  LaunchRequest(const LaunchRequest&) = default;
  LaunchRequest& operator=(const LaunchRequest&) = default;
  ~LaunchRequest() { crypto::wipe(rikey); }
};

// The error's context names the parameter, never its value. rikey and rikeyid are mandatory; what
// is present must be well formed. Unknown speaker layouts are stereo.
Result<LaunchRequest> parse_launch(const http::Request& request);

// "1920x1080x60": 16 to 8192 pixels each way, made even; 1 to 1000 frames per second, 0 means 60.
std::optional<media::Mode> parse_mode(std::string_view text);

}  // namespace pf::gamestream
