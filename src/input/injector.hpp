// Injectors perform neutral events on one display. They belong to one session.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "input/event.hpp"
#include "media/display_target.hpp"

namespace pf::input {

enum class Errc { Unavailable = 1, ConnectFailed, ProtocolMissing, DeviceFailed };
const char* error_room(Errc);
const char* error_text(Errc);

// Called from an injector's own thread or from within inject(); must not block.
class FeedbackSink {
 public:
  virtual void on_feedback(const FeedbackEvent& event) noexcept = 0;

 protected:
  ~FeedbackSink() = default;
};

// inject() is called by one thread at a time (the router serialises) and never blocks: an injector
// that needs its own loop queues inside. Kinds that a back end cannot perform are counted and
// ignored.
class Injector {
 public:
  virtual ~Injector() =
      default;  // destroys its devices; everything held was released by the router
  virtual const char* name() const = 0;  // "wlr", "xtest", "uinput", "recording"
  virtual void inject(const Event& event) noexcept = 0;
};

struct Options {
  bool uinput_pads = true;  // create real gamepads where /dev/uinput can be opened
};

// Worker thread. Keyboard and pointer by target.kind, gamepads through uinput where it exists.
Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options& options,
                                       FeedbackSink& feedback);

struct ProbeReport {
  std::string name;
  bool usable;
  std::string reason;
};
// For status: which kinds of devices can be made here and why not.
std::vector<ProbeReport> probe_all();

}  // namespace pf::input
