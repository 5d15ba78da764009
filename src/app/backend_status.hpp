// What this machine can do, found out by trying, in the words that status and log show.
#pragma once

#include <functional>
#include <stop_token>

#include "media/format_cost.hpp"
#include "session/factory.hpp"
#include "webui/status_parts.hpp"

namespace pf::app {

struct BackendStatus {
  std::vector<webui::BackendReport> backends;
  // What some usable encoder makes: H.264 first, others only where a graphics card does it.
  std::vector<media::Codec> codecs;
  // Made in software at several times the cost of H.264: for clients that play nothing else.
  std::vector<media::Codec> costly_codecs;
  // What clients are offered: Moonlight takes the newest codec that it can decode, so another than
  // H.264 is among them only where it costs little, or where the operator wants all.
  std::vector<media::VideoFormat> formats;
  // Of those that the processor encodes.
  std::vector<media::FormatCost> costs;
  bool invalidates = false;  // the chosen H.264 encoder answers losses from older pictures
  std::vector<encode::EncoderReport> encoders;  // every encoder × format, for people
  std::string encoder;
  bool hardware_encoder = false;
  std::vector<std::string> notices;
};

// Slow (opens encoders; a minute where the processor is busy): on a thread of its own. `costly`:
// what only the processor encodes is offered as well. `so_far` has what is known each time that one
// more encoder is, in the order of preference; after a stop the rest is left out.
BackendStatus probe_all_back_ends(const session::ManagerConfig& config, bool costly = false,
                                  const std::function<void(const BackendStatus&)>& so_far = {},
                                  const std::stop_token& stop = {});

}  // namespace pf::app
