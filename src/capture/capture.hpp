// Capture: pictures of one display, newest first, as they change.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
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

// How the pointer looks: premultiplied ARGB, one word a pixel, rows without gaps.
struct PointerImage {
  std::span<const std::uint32_t> pixels;
  std::uint32_t width = 0, height = 0;
  std::int32_t hot_x = 0, hot_y = 0;
};
// Where it is: the hot spot in pixels of a picture of this size.
struct PointerPlace {
  std::int32_t x = 0, y = 0;
  bool visible = false;  // on this display and not hidden by a program
  std::uint32_t picture_width = 0, picture_height = 0;
};

// Is told about the pointer apart from the picture. Called from the source's thread; while one
// source takes over from another, from both. Must not block.
class PointerWatcher {
 public:
  virtual ~PointerWatcher() = default;
  // Another image, before the first place with it. `image` is valid during the call.
  virtual void on_pointer_image(const PointerImage& image) noexcept = 0;
  // With each frame, when the pointer moved, appeared or went, and now and then.
  virtual void on_pointer(const PointerPlace& place) noexcept = 0;
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
  // Whether the pointer is part of the picture, from the next frame on. Any thread. Only where
  // Options::pointer was given and tells_pointer() says so; others keep what they were opened with.
  virtual void draw_pointer(bool in_picture) noexcept { (void)in_picture; }
};

struct Options {
  bool draw_cursor = true;
  // Told about the pointer, which is then left out of the picture until draw_pointer(true). Only
  // with draw_cursor, and where tells_pointer().
  std::shared_ptr<PointerWatcher> pointer;
};

// Whether sources of such displays know the pointer apart from the picture.
bool tells_pointer(media::DisplayKind kind);

// Worker thread. Chooses the back end by target.kind.
Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options);

}  // namespace pf::capture
