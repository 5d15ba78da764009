#include "audio/microphone.hpp"
#include "audio/silent/silence.hpp"
#include "audio/source.hpp"
#include "base/log.hpp"
#ifdef PF_HAVE_AUDIO_PIPEWIRE
#include "audio/pipewire/backend.hpp"
#endif
#ifdef PF_HAVE_AUDIO_SYNTHETIC
#include "audio/synthetic/microphone.hpp"
#include "audio/synthetic/tone.hpp"
#endif

namespace pf::audio {
namespace {

Result<> always(const Options&) {
  return {};
}

bool wants_pipewire(const Options& options) {
  return options.backend == "auto" || options.backend.empty() || options.backend == "pipewire";
}

}  // namespace

const char* error_room(Errc) {
  return "audio";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::Unavailable:
      return "the audio back end cannot be used on this machine";
    case Errc::ConnectFailed:
      return "the sound server could not be reached";
    case Errc::Lost:
      return "the sound server went away";
    case Errc::EncoderFailed:
      return "the Opus encoder refused its settings";
    case Errc::DecoderFailed:
      return "the Opus decoder could not be made";
  }
  return "unknown audio error";
}

const std::vector<Backend>& backends() {
  static const std::vector<Backend> table{
#ifdef PF_HAVE_AUDIO_PIPEWIRE
      {"pipewire", pipewire::probe, pipewire::open},
#endif
#ifdef PF_HAVE_AUDIO_SYNTHETIC
      {"synthetic", always, synthetic::open},
#endif
      {"none", always, silent::open},
  };
  return table;
}

std::vector<ProbeReport> probe_all(const Options& options) {
  std::vector<ProbeReport> reports;
  for (const auto& backend : backends()) {
    const auto usable = backend.probe(options);
    reports.push_back(
        {backend.name, usable.has_value(), usable ? std::string() : usable.error().context});
  }
  return reports;
}

Result<std::unique_ptr<Source>> open(const Options& options, const Request& request) {
  std::string reason = "this build has no PipeWire back end";
  for (const auto& backend : backends()) {
    const bool wanted = options.backend == backend.name;
    if (!wanted && !(wants_pipewire(options) && std::string_view(backend.name) == "pipewire"))
      continue;
    auto source = backend.open(options, request);
    if (source) return source;
    reason = source.error().message();
  }
  if (!wants_pipewire(options)) reason = "there is no audio back end \"" + options.backend + "\"";
  log::warn("audio", "no sound: clients hear silence", "reason", reason);
  return silent::open(options, request);
}

Result<std::unique_ptr<Microphone>> open_microphone([[maybe_unused]] const Options& options,
                                                    [[maybe_unused]] const Request& request) {
#ifdef PF_HAVE_AUDIO_PIPEWIRE
  if (wants_pipewire(options)) return pipewire::open_microphone(options, request);
#endif
#ifdef PF_HAVE_AUDIO_SYNTHETIC
  if (options.backend == "synthetic") return synthetic::open_microphone(options, request);
#endif
  return fail(Errc::Unavailable, "there is no sound server that could offer a microphone");
}

void prepare([[maybe_unused]] const Options& options) {
#ifdef PF_HAVE_AUDIO_PIPEWIRE
  if (wants_pipewire(options)) pipewire::prepare(options);
#endif
}

void restore([[maybe_unused]] const Options& options) {
#ifdef PF_HAVE_AUDIO_PIPEWIRE
  if (wants_pipewire(options)) pipewire::restore(options);
#endif
}

void release() {
#ifdef PF_HAVE_AUDIO_PIPEWIRE
  pipewire::release();
#endif
}

}  // namespace pf::audio
