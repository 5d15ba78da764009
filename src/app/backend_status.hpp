// What this machine can do, found out by trying, in the words that status and log show.
#pragma once

#include "session/factory.hpp"
#include "webui/status_parts.hpp"

namespace pf::app {

struct BackendStatus {
  std::vector<webui::BackendReport> backends;
  // What some usable encoder makes: H.264 first, others only where a graphics card does it.
  std::vector<media::Codec> codecs;
  // Made in software at several times the cost of H.264: for clients that play nothing else.
  std::vector<media::Codec> costly_codecs;
  // What Moonlight clients are offered: they take the newest codec that they can decode, so another
  // than H.264 is among them only where it costs little.
  std::vector<media::VideoFormat> formats;
  bool invalidates = false;  // the chosen H.264 encoder answers losses from older pictures
  std::vector<encode::EncoderReport> encoders;  // every encoder × format, for people
  std::string encoder;
  bool hardware_encoder = false;
  std::vector<std::string> notices;
};

// Worker thread; slow (opens encoders).
BackendStatus probe_all_back_ends(const session::ManagerConfig& config);

}  // namespace pf::app
