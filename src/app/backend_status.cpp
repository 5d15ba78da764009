#include "app/backend_status.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace pf::app {

BackendStatus probe_all_back_ends(const session::ManagerConfig& config) {
  BackendStatus status;
  const auto add = [&](const char* room, std::string name, bool usable, std::string reason) {
    if (usable)
      log::info(room, "usable", "back_end", name);
    else
      log::info(room, "not usable", "back_end", name, "why", reason);
    status.backends.push_back({room, std::move(name), usable, std::move(reason)});
  };
  for (const auto& r : display::probe_all(config.display))
    add("display", r.name, r.usable, r.reason);
  for (const auto& r : encode::probe_all(config.encode)) {
    const bool plain = r.codec == media::Codec::H264;
    add("encode", r.backend + (plain ? "" : std::string(" (") + media::name(r.codec) + ")"),
        r.usable, r.reason);
    auto& codecs =
        r.hardware || r.codec == media::Codec::H264 ? status.codecs : status.costly_codecs;
    const bool known = std::find(codecs.begin(), codecs.end(), r.codec) != codecs.end();
    if (r.usable && !known && r.backend != "synthetic") codecs.push_back(r.codec);
    const bool wanted = config.encode.backend == "auto" ? r.backend != "synthetic"
                                                        : r.backend == config.encode.backend;
    if (r.usable && plain && status.encoder.empty() && wanted) {
      status.encoder = r.backend;
      status.hardware_encoder = r.hardware;
    }
  }
  std::sort(status.codecs.begin(), status.codecs.end());
  for (const auto& r : audio::probe_all(config.audio)) add("audio", r.name, r.usable, r.reason);
  for (const auto& r : input::probe_all()) add("input", r.name, r.usable, r.reason);

  const auto usable = [&](const char* room) {
    return std::any_of(status.backends.begin(), status.backends.end(), [&](const auto& b) {
      return b.room == room && b.usable && b.name != "synthetic";
    });
  };
  const auto notice = [&](const std::string& text) {
    log::warn("app", text);
    status.notices.push_back(text);
  };
  if (status.encoder.empty())
    notice(
        "No video encoder works, so nothing can be streamed; the encode entries say what is "
        "missing.");
  else if (!status.hardware_encoder)
    notice("Video is encoded in software (" + status.encoder +
           "): it costs processor time. The encode entries say why no graphics card is used.");
  if (!usable("display"))
    notice(
        "No display can be opened, so nothing can be streamed. For a private display per client: "
        "apt "
        "install sway.");
  if (!usable("audio"))
    notice("There is no sound: apt install pipewire wireplumber pipewire-pulse.");
  return status;
}

}  // namespace pf::app
