#include "capture/capture.hpp"
#ifdef PF_HAVE_CAPTURE_SYNTHETIC
#include "capture/synthetic/synthetic.hpp"
#endif
#ifdef PF_HAVE_CAPTURE_WLR
#include "capture/wlr/wlr.hpp"
#endif
#ifdef PF_HAVE_CAPTURE_X11
#include "capture/x11/x11.hpp"
#endif

namespace pf::capture {

const char* error_room(Errc) {
  return "capture";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::Unavailable:
      return "this host cannot capture such a display";
    case Errc::ConnectFailed:
      return "the display cannot be reached";
    case Errc::ProtocolMissing:
      return "the display does not offer what capture needs";
    case Errc::Lost:
      return "the display has gone";
  }
  return "unknown capture error";
}

// wlr-screencopy draws the pointer into the picture or leaves it out, and says nothing about it.
bool tells_pointer(media::DisplayKind kind) {
  return kind != media::DisplayKind::Wlroots;
}

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target,
                                     [[maybe_unused]] const Options& options) {
  switch (target.kind) {
    case media::DisplayKind::Wlroots:
#ifdef PF_HAVE_CAPTURE_WLR
      return wlr::open(target, options);
#else
      return fail(Errc::Unavailable, "built without Wayland: install libwayland-dev");
#endif
    case media::DisplayKind::X11:
#ifdef PF_HAVE_CAPTURE_X11
      return x11::open(target, options);
#else
      return fail(Errc::Unavailable, "built without X11: install libxcb1-dev and its extensions");
#endif
    case media::DisplayKind::Synthetic:
#ifdef PF_HAVE_CAPTURE_SYNTHETIC
      return synthetic::open(target, options);
#else
      return fail(Errc::Unavailable, "built without the synthetic source");
#endif
  }
  return fail(Errc::Unavailable, "an unknown kind of display");
}

}  // namespace pf::capture
