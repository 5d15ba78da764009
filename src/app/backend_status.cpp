#include "app/backend_status.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "encode/probing.hpp"

namespace pf::app {
namespace {

// For one 1280x720 picture in software. Clients take another codec than H.264 wherever it is
// offered, so it must cost as little: a quarter of the frame time at 60 frames a second. 4:4:4 is
// taken only by people who ask for it.
constexpr std::uint32_t kLightFrameUs = 4'200, kAskedForFrameUs = 12'000;

bool affordable(const encode::FormatReport& row) {
  const bool h264 = row.format.codec == media::Codec::H264;
  return row.frame_us <= (h264 ? kAskedForFrameUs : kLightFrameUs);
}

}  // namespace

BackendStatus probe_all_back_ends(const session::ManagerConfig& config, bool costly,
                                  const std::function<void(const BackendStatus&)>& so_far,
                                  const std::stop_token& stop) {
  BackendStatus status;
  const auto add = [&](const char* room, std::string name, bool usable, std::string reason,
                       log::Level unusable = log::Level::Info) {
    if (usable)
      log::info(room, "usable", "back_end", name);
    else
      log::at(unusable, room, "not usable", "back_end", name, "why", reason);
    status.backends.push_back({room, std::move(name), usable, std::move(reason)});
  };
  for (const auto& r : display::probe_all(config.display))
    add("display", r.name, r.usable, r.reason);
  const auto take = [&](encode::EncoderReport report) {
    const auto& r = status.encoders.emplace_back(std::move(report));
    const bool works =
        std::any_of(r.formats.begin(), r.formats.end(), [](const auto& row) { return row.ok; });
    for (const auto& row : r.formats) {
      const auto codec = row.format.codec;
      const bool plain = row.format == media::VideoFormat{codec};
      const bool h264 = plain && codec == media::Codec::H264;
      if (plain || row.ok)
        add("encode", r.name + (h264 ? "" : " (" + encode::name(row.format) + ")"), row.ok,
            row.reason, h264 && !works ? log::Level::Info : log::Level::Debug);
      const bool wanted =
          config.encode.backend == "auto" ? r.name != "synthetic" : r.name == config.encode.backend;
      const bool offered = row.ok && wanted && (h264 || r.hardware || costly || affordable(row));
      auto& formats = status.formats;
      if (offered && std::find(formats.begin(), formats.end(), row.format) == formats.end()) {
        formats.push_back(row.format);
        if (!r.hardware && codec != media::Codec::H264)
          status.costs.push_back({row.format, row.frame_us});
      }
      if (!row.ok || !plain) continue;
      auto& codecs =
          r.hardware || h264 || (costly && wanted) ? status.codecs : status.costly_codecs;
      const bool known = std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
      if (!known && r.name != "synthetic") codecs.push_back(codec);
      if (h264 && status.encoder.empty() && wanted) {
        status.encoder = r.name;
        status.hardware_encoder = r.hardware;
        status.invalidates = r.invalidates;
      }
    }
    std::sort(status.codecs.begin(), status.codecs.end());
    if (so_far) so_far(status);
  };
  encode::probe_each(config.encode, take, stop);
  if (stop.stop_requested()) return status;
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
