// A capture sink that keeps what a test wants to look at.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "capture/capture.hpp"

namespace pf::test {

class FrameCollector final : public capture::FrameSink {
 public:
  struct Note {
    std::uint64_t sequence = 0;
    std::int64_t captured_ns = 0;
    std::uint32_t width = 0, height = 0;
    media::Rect damage;
  };

  // With `hold` frames are kept until dropped by the test; otherwise only the newest one is.
  void hold(bool on) {
    const std::lock_guard lock(mutex_);
    hold_ = on;
  }
  void drop_all() {
    std::deque<media::VideoFrame> old;
    {
      const std::lock_guard lock(mutex_);
      old.swap(frames_);
    }
  }
  void drop_oldest() {
    media::VideoFrame old;
    const std::lock_guard lock(mutex_);
    if (frames_.empty()) return;
    old = std::move(frames_.front());
    frames_.pop_front();
  }
  std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return frames_.size();
  }
  std::vector<Note> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return notes_.size();
  }
  bool lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
  }
  // Looks at the newest frame that is still held.
  bool with_newest(const std::function<void(const media::VideoFrame&)>& look) const {
    const std::lock_guard lock(mutex_);
    if (frames_.empty()) return false;
    look(frames_.back());
    return true;
  }
  bool wait_count(std::size_t wanted,
                  std::chrono::milliseconds limit = std::chrono::seconds(10)) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return notes_.size() >= wanted; });
  }
  bool wait_lost(std::chrono::milliseconds limit = std::chrono::seconds(10)) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return lost_; });
  }

  void on_frame(media::VideoFrame&& frame) noexcept override {
    media::VideoFrame displaced;
    const std::lock_guard lock(mutex_);
    notes_.push_back({frame.sequence, frame.captured_ns, frame.width, frame.height, frame.damage});
    if (!hold_ && !frames_.empty()) {
      displaced = std::move(frames_.back());
      frames_.pop_back();
    }
    frames_.push_back(std::move(frame));
    changed_.notify_all();
  }
  void on_lost() noexcept override {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool hold_ = false;
  bool lost_ = false;
  std::vector<Note> notes_;
  std::deque<media::VideoFrame> frames_;
};

}  // namespace pf::test
