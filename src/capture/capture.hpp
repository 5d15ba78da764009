// Capture: pictures of one display, newest first, as they change.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "media/display_target.hpp"
#include "media/video_frame.hpp"

namespace pf::capture {

enum class Errc { Unavailable = 1, ConnectFailed, ProtocolMissing, Lost };
const char* error_room(Errc);
const char* error_text(Errc);

// Where a source puts its frames. Both calls come from the source's own thread and must not block,
// allocate or throw.
class FrameSink {
 public:
  virtual void on_frame(media::VideoFrame&& frame) noexcept = 0;
  // The source cannot go on (display gone, protocol error). No frame follows.
  virtual void on_lost() noexcept = 0;

 protected:
  ~FrameSink() = default;
};

// Contract (the same test runs against every back end):
// - start() returns after the source is connected; frames then arrive on the source's own thread,
// the
//   first one at once, later ones when the picture changed, never faster than the mode's rate.
// - Frames carry sequence 1, 2, 3… and damage relative to the previous sequence.
// - A source owns at least three buffers; when all are held by frames it waits for one to come
// back.
// - All frames must have been dropped before the source is destroyed; stop() first, then drop, then
//   destroy. stop() joins the thread and is idempotent; no sink call is made after it returned.
class Source {
 public:
  virtual ~Source() = default;
  virtual const char* name() const = 0;         // "wlr-screencopy", "xcb-shm", "synthetic"
  virtual Result<> start(FrameSink& sink) = 0;  // worker thread
  virtual void stop() = 0;                      // worker thread
};

struct Options {
  bool draw_cursor = true;
};

// Worker thread. Chooses the back end by target.kind.
Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options);

}  // namespace pf::capture
