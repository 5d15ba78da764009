#include "clipboard/clipboard.hpp"
#include "clipboard/memory/memory.hpp"
#ifdef PF_HAVE_CLIPBOARD_WLR
#include "clipboard/wlr/wlr.hpp"
#endif
#ifdef PF_HAVE_CLIPBOARD_X11
#include "clipboard/x11/x11.hpp"
#endif

namespace pf::clipboard {

const char* error_room(Errc) {
  return "clipboard";
}

const char* error_text(Errc code) {
  switch (code) {
    case Errc::Unavailable:
      return "this kind of display has no clipboard here";
    case Errc::ConnectFailed:
      return "the display did not accept a connection for the clipboard";
    case Errc::ProtocolMissing:
      return "the display does not share its clipboard";
  }
  return "unknown clipboard error";
}

bool possible(media::DisplayKind kind, const Options& options) {
  switch (kind) {
    case media::DisplayKind::Synthetic:
      return options.board != nullptr;
    case media::DisplayKind::Wlroots:
#ifdef PF_HAVE_CLIPBOARD_WLR
      return true;
#else
      return false;
#endif
    case media::DisplayKind::X11:
#ifdef PF_HAVE_CLIPBOARD_X11
      return true;
#else
      return false;
#endif
  }
  return false;
}

Result<std::unique_ptr<Clipboard>> open(const media::DisplayTarget& target,
                                        const Options& options) {
  if (!possible(target.kind, options)) return fail(Errc::Unavailable);
#ifdef PF_HAVE_CLIPBOARD_WLR
  if (target.kind == media::DisplayKind::Wlroots) return wlr::open(target.wayland_socket);
#endif
#ifdef PF_HAVE_CLIPBOARD_X11
  if (target.kind == media::DisplayKind::X11) return x11::open(target.x11_display);
#endif
  return memory::open(options.board);
}

}  // namespace pf::clipboard
