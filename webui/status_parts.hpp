// What the composition root tells the API about the rest of the host. Plain data.
#pragma once

#include <cstdint>
#include <memory>
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

// What one encoder made of one format when it was tried.
struct FormatReport {
  std::string codec;  // "h264", "hevc", "av1"
  bool ten_bit = false;
  bool full_chroma = false;  // 4:4:4
  bool ok = false;
  std::string reason;          // when not
  std::uint32_t probe_ms = 0;  // what finding out took
  std::uint32_t frame_us = 0;  // one 1280x720 picture; 0 = not known
};
struct EncoderReport {
  std::string name;    // "nvenc"
  std::string device;  // "/dev/dri/renderD128"; empty = none
  bool hardware = false;
  std::vector<FormatReport> formats;
};

struct StatusParts {
  std::string version;
  std::string unique_id;  // by which clients know this host
  std::string os;         // "Debian GNU/Linux 12 (bookworm)"
  bool gamestream = false;
  bool native = false;
  Ports ports;
  std::vector<BackendReport> backends;
  // In order of preference; null while they are being tried for the first time.
  std::shared_ptr<const std::vector<EncoderReport>> encoders;
  std::int64_t probed_unix = 0;
  std::vector<std::string> codecs;  // that clients are offered
  std::string encoder;              // the one a session would get; empty while unknown
  bool hardware_encoder = false;
  std::vector<std::string> notices;  // what the operator should know, as sentences
};

}  // namespace pf::webui
