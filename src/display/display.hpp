// The display that a session streams: a private virtual one of exactly the client's mode, or the
// machine's own. A Display owns whatever it started (compositor, X server, runtime folder) and
// takes it down when destroyed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "media/display_target.hpp"

namespace pf::display {

enum class Errc { Unavailable = 1, StartFailed, ModeRejected, Lost };
const char* error_room(Errc);
const char* error_text(Errc);

struct Request {
  media::Mode mode;
  std::string session_tag;  // [a-z0-9-], unique in this process; names folders and sockets
};

class Display {
 public:
  virtual ~Display() = default;  // worker thread; bounded (kills what does not leave)
  virtual const media::DisplayTarget& target() const = 0;
  // Worker thread. Changes the live mode; capture sources see the new size with their next frame.
  virtual Result<> set_mode(const media::Mode& mode) = 0;
  // Worker thread, not beside set_mode(). `interval`: between pictures, as captured of late while
  // every refresh brought one. A display whose clock counts in coarse steps takes the step that is
  // nearest to its mode's rate.
  virtual void correct_clock(Nanoseconds interval) { (void)interval; }
  // Any thread, cheap: the machine's own, where programs run that know nothing of the session.
  virtual bool desktop() const { return false; }
  // Any thread, cheap: false once the compositor or X server has gone.
  virtual bool alive() const = 0;
};

// One back end. probe() is cheap and says in one sentence why the back end cannot be used here
// ("sway is not installed: apt install sway").
struct Backend {
  const char* name;  // "virtual", "x11", "synthetic"
  Result<> (*probe)(const struct Options&);
  Result<std::unique_ptr<Display>> (*open)(const struct Options&, const Request&);
};

struct Options {
  std::string backend = "auto";  // or a back end's name
  std::string x11_display;       // for "x11"; empty = $DISPLAY
  std::string runtime_dir;       // 0700 folder for sockets and compositor files
  bool operator==(const Options&) const = default;
};

// In order of preference: virtual, x11, synthetic (never chosen by "auto").
const std::vector<Backend>& backends();

struct ProbeReport {
  std::string name;
  bool usable;
  std::string reason;  // when not usable: what is missing and the fix
};
std::vector<ProbeReport> probe_all(const Options& options);

// Worker thread. Opens a display with the wanted back end, or with the first usable one.
Result<std::unique_ptr<Display>> open(const Options& options, const Request& request);

}  // namespace pf::display
