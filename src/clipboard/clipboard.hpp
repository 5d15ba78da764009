// The clipboard of a session's desktop, as far as it is text: what programs copy there, and what a
// client's user copied elsewhere. Contents are never logged.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "media/display_target.hpp"

namespace pf::clipboard {

enum class Errc { Unavailable = 1, ConnectFailed, ProtocolMissing };
const char* error_room(Errc);
const char* error_text(Errc);

// Longer texts stay where they are, in both directions.
inline constexpr std::size_t kMaxTextBytes = 1 << 20;

// Well-formed UTF-8 without NUL (RFC 3629), not empty and not longer than kMaxTextBytes.
bool good_text(std::string_view text) noexcept;

// Whoever wants to know what is copied on the desktop.
class Listener {
 public:
  // A program has copied this text: good_text(). Not called for what set_text() brought, for texts
  // that a password manager has marked as secret, or for anything that is no text. The clipboard's
  // own thread; must not block.
  virtual void on_text(std::string text) noexcept = 0;

 protected:
  ~Listener() = default;
};

class Clipboard {
 public:
  virtual ~Clipboard() = default;  // stop(); worker thread
  virtual const char* name() const = 0;
  // Worker thread, once. The text that is there already is told first.
  virtual void start(Listener& listener) = 0;
  // Worker thread; idempotent; no call of the listener after it. The text of set_text() goes.
  virtual void stop() = 0;
  // Any thread; does not block. Programs of the desktop paste this from now on, until something
  // else is copied. Texts that are not good_text() change nothing.
  virtual void set_text(std::string text) = 0;
};

class MemoryBoard;
struct Options {
  // The clipboard of generated pictures, for tests; none: they have no clipboard.
  std::shared_ptr<MemoryBoard> board{};
};

// Cheap, any thread: whether desktops of this kind have a clipboard in this build.
bool possible(media::DisplayKind kind, const Options& options);

// Worker thread; bounded. Unavailable where possible() is false; ConnectFailed; ProtocolMissing
// when the compositor shares no clipboard.
Result<std::unique_ptr<Clipboard>> open(const media::DisplayTarget& target, const Options& options);

}  // namespace pf::clipboard
