// What this machine can do, found out by trying, in the words that status and log show.
#pragma once

#include "session/factory.hpp"
#include "webui/status_parts.hpp"

namespace pf::app {

struct BackendStatus {
  std::vector<webui::BackendReport> backends;
  std::vector<media::Codec> codecs;  // what some usable encoder makes; H.264 first
  std::string encoder;
  bool hardware_encoder = false;
  std::vector<std::string> notices;
};

// Worker thread; slow (opens encoders).
BackendStatus probe_all_back_ends(const session::ManagerConfig& config);

}  // namespace pf::app
