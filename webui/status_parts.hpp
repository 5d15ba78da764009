// What the composition root tells the API about the rest of the host. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pf::webui {

// 0 = not in use.
struct Ports {
  std::uint16_t http = 0, https = 0, rtsp = 0;      // TCP
  std::uint16_t video = 0, control = 0, audio = 0;  // UDP
  std::uint16_t native = 0;                         // UDP
};

struct BackendReport {
  std::string room;  // "display", "capture", "encode", "audio", "input"
  std::string name;  // "virtual", "x264 (HEVC)"
  bool usable = false;
  std::string reason;  // when not usable: what is missing and the fix
};

struct StatusParts {
  std::string version;
  bool gamestream = false;
  bool native = false;
  Ports ports;
  std::vector<BackendReport> backends;
  std::string encoder;  // the one a session would get; empty while unknown
  bool hardware_encoder = false;
  std::vector<std::string> notices;  // what the operator should know, as sentences
};

}  // namespace pf::webui
