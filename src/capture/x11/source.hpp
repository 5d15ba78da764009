// The X11 source: its thread, its pacing and its frames.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "capture/capture.hpp"
#include "capture/x11/frame_clock.hpp"
#include "capture/x11/screen.hpp"
#include "capture/x11/shm_pool.hpp"

namespace pf::capture::x11 {

class XcbShmSource final : public Source, private media::FrameOwner {
 public:
  XcbShmSource(std::string display, const media::Mode& mode, const Options& options);
  ~XcbShmSource();

  const char* name() const override { return "xcb-shm"; }
  Result<> start(FrameSink& sink) override;
  void stop() override;
  void draw_pointer(bool in_picture) noexcept override;

  // Rows fetched from the server since the start; any thread.
  std::uint64_t fetched_rows() const { return fetched_rows_.load(std::memory_order_relaxed); }

 private:
  enum class Outcome { Frame, Nothing, Retry, Lost };

  void release(std::uint64_t token) noexcept override;  // any thread

  // The thread.
  void run() noexcept;
  bool loop();         // false = the server has gone
  bool read_events();  // true when there were any
  bool fit_pool();
  void wait(std::int64_t until_ns);
  Outcome take_frame();
  bool read_changes();
  bool look_at_pointer(xcb_query_pointer_cookie_t pointer,
                       std::optional<xcb_xfixes_get_cursor_image_cookie_t> image);
  void follow_drawing();
  void tell_pointer();
  bool fetch(ShmBuffer& buffer);
  void publish(ShmBuffer& buffer);
  ShmBuffer* free_buffer();

  const std::string display_;
  const media::Mode mode_;
  const Options options_;
  FrameSink* sink_ = nullptr;
  UniqueFd wake_;  // stop() and, while starved_, release()
  std::atomic<bool> stop_{false};
  std::atomic<bool> starved_{false};
  std::atomic<std::uint64_t> fetched_rows_{0};
  std::atomic<bool> draw_wanted_;

  // Used by start() before the thread runs, then by the thread.
  Screen screen_;
  std::unique_ptr<ShmPool> pool_;
  std::vector<std::unique_ptr<ShmPool>> retired_;  // old sizes that frames still hold
  FrameClock clock_;
  Cursor cursor_;
  bool drawing_;               // the cursor is part of the picture
  bool cursor_shows_ = false;  // its image can be seen
  bool cursor_moved_ = false;  // or looks otherwise, since the watcher was told
  std::int64_t next_tell_ns_ = 0;
  media::Rect drawn_cursor_;   // in the last frame
  media::Rect damage_;         // not yet in a frame
  bool changed_ = true;        // the server says that something was drawn, or we know
  bool image_changed_ = true;  // the cursor's shape
  bool resized_ = false;
  std::int64_t next_look_ns_ = 0;
  std::uint64_t sequence_ = 0;
  std::vector<RowRun> runs_;
  std::vector<xcb_shm_get_image_cookie_t> cookies_;

  std::jthread thread_;
};

}  // namespace pf::capture::x11
