#include "display/registry.hpp"

#include <cstring>

#ifdef PF_HAVE_DISPLAY_SYNTHETIC
#include "display/synthetic/synthetic.hpp"
#endif
#ifdef PF_HAVE_DISPLAY_VIRTUAL
#include "display/virtual/virtual.hpp"
#endif
#ifdef PF_HAVE_DISPLAY_X11
#include "display/x11/x11.hpp"
#endif

namespace pf::display {

const char* error_room(Errc) {
  return "display";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::Unavailable:
      return "no such display can be opened here";
    case Errc::StartFailed:
      return "the display did not start";
    case Errc::ModeRejected:
      return "the display refused the mode";
    case Errc::Lost:
      return "the display has gone";
  }
  return "unknown display error";
}

const std::vector<Backend>& backends() {
  static const std::vector<Backend> rows = {
#ifdef PF_HAVE_DISPLAY_VIRTUAL
      {"virtual", virtual_display::probe, virtual_display::open},
#endif
#ifdef PF_HAVE_DISPLAY_X11
      {"x11", x11::probe, x11::open},
#endif
#ifdef PF_HAVE_DISPLAY_SYNTHETIC
      {"synthetic", synthetic::probe, synthetic::open},
#endif
  };
  return rows;
}

std::vector<ProbeReport> probe_all(const Options& options) {
  std::vector<ProbeReport> reports;
  for (const auto& backend : backends()) {
    const auto probed = backend.probe(options);
    reports.push_back({backend.name, probed.has_value(),
                       probed.has_value() ? std::string() : probed.error().context});
  }
  return reports;
}

Result<const Backend*> choose(const Options& options) {
  const bool automatic = options.backend == "auto";
  std::string reasons;
  for (const auto& backend : backends()) {
    if (automatic ? std::strcmp(backend.name, "synthetic") == 0 : options.backend != backend.name)
      continue;
    const auto probed = backend.probe(options);
    if (probed) return &backend;
    if (!reasons.empty()) reasons += "; ";
    reasons += std::string(backend.name) + ": " + probed.error().context;
  }
  if (reasons.empty()) reasons = "unknown back end \"" + options.backend + '"';
  return fail(Errc::Unavailable, std::move(reasons));
}

Result<std::unique_ptr<Display>> open(const Options& options, const Request& request) {
  auto backend = choose(options);
  if (!backend) return pass(backend);
  return (*backend)->open(options, request);
}

}  // namespace pf::display
