// The capture thread's state machine over wlr-screencopy frames.
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "capture/capture.hpp"
#include "capture/rate_gate.hpp"
#include "capture/wlr/buffer_pool.hpp"
#include "capture/wlr/connection.hpp"

namespace pf::capture::wlr {

class Screencopy final : public Source, private media::FrameOwner {
 public:
  Screencopy(const media::DisplayTarget& target, const Options& options);
  ~Screencopy() override;

  const char* name() const override { return "wlr-screencopy"; }
  Result<> start(FrameSink& sink) override;
  void stop() override;

 private:
  // One frame object: announced → (buffer free, rate allows) → copying → ready or failed.
  enum class Stage { None = 1, Asking, Announced, Copying };
  struct Events;  // the C callbacks

  void release(std::uint64_t token) noexcept override;
  void run(const std::stop_token& stop) noexcept;
  bool ask();
  bool arm(SteadyTime& wake_at);
  void publish(std::int64_t stamp_ns);
  void discard();
  void sweep();
  void wake() noexcept;

  const std::string socket_;
  const std::string output_;
  const bool draw_cursor_;
  FrameSink* sink_ = nullptr;
  UniqueFd wake_fd_;
  std::atomic<bool> starved_{false};  // the thread sleeps until a buffer comes back
  std::unique_ptr<Connection> link_;

  // Capture thread only.
  RateGate gate_;
  std::unique_ptr<BufferPool> pool_;
  std::vector<std::unique_ptr<BufferPool>> retired_;  // of an earlier size, until their frames go
  wl_proxy* frame_ = nullptr;
  Stage stage_ = Stage::None;
  BufferShape announced_;
  Buffer* target_ = nullptr;
  media::Rect damage_;
  bool y_inverted_ = false;
  bool whole_ = true;  // the next picture has no predecessor of its size
  bool outcome_failed_ = false;
  std::uint64_t sequence_ = 0;
  unsigned failures_ = 0;  // in a row

  std::jthread thread_;
};

}  // namespace pf::capture::wlr
