#include "capture/synthetic/synthetic.hpp"

#include <array>
#include <atomic>
#include <stop_token>
#include <thread>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "base/wake.hpp"
#include "capture/synthetic/picture.hpp"
#include "capture/synthetic/pointer.hpp"

namespace pf::capture::synthetic {
namespace {

constexpr std::size_t kBuffers = 4;
constexpr auto kForGood = SteadyTime::max();

class SyntheticSource final : public Source, private media::FrameOwner {
 public:
  SyntheticSource(const media::Mode& mode, const Script& script,
                  std::shared_ptr<PointerWatcher> watcher)
      : mode_(mode), script_(script), watcher_(std::move(watcher)) {
    build(mode.width, mode.height, buffers_);
    // A resize must not allocate while it streams: the second set is made now.
    if (script.resize_after != 0) build(script.resize_width, script.resize_height, resized_);
  }
  ~SyntheticSource() override { stop(); }

  const char* name() const override { return "synthetic"; }

  Result<> start(FrameSink& sink) override {
    sink_ = &sink;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return {};
  }

  void stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake_.signal();
    thread_.join();
  }

  void draw_pointer(bool in_picture) noexcept override {
    if (watcher_) pointer_wanted_.store(in_picture, std::memory_order_release);
  }

 private:
  struct Buffer {
    std::unique_ptr<Picture> picture;
    std::atomic<bool> held{false};
  };
  using Buffers = std::array<Buffer, kBuffers>;

  static void build(std::uint32_t width, std::uint32_t height, Buffers& buffers) {
    for (auto& buffer : buffers) buffer.picture = std::make_unique<Picture>(width, height);
  }

  void release(std::uint64_t token) noexcept override {
    reinterpret_cast<Buffer*>(static_cast<std::uintptr_t>(token))
        ->held.store(false, std::memory_order_seq_cst);
    if (starved_.exchange(false, std::memory_order_seq_cst)) wake_.signal();
  }

  // Waits until `time` (or for good); true when it is time, false when stopped.
  bool sleep(SteadyTime time, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (time != kForGood && steady_now() >= time) return true;
      if (time == kForGood)
        wake_.wait();
      else
        wake_.wait_until(time);
    }
    return false;
  }

  Buffer* take(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      starved_.store(true, std::memory_order_seq_cst);
      for (auto& buffer : resizing() ? resized_ : buffers_) {
        if (buffer.held.load(std::memory_order_seq_cst)) continue;
        starved_.store(false, std::memory_order_relaxed);
        buffer.held.store(true, std::memory_order_relaxed);
        return &buffer;
      }
      wake_.wait();
    }
    return nullptr;
  }

  bool resizing() const { return script_.resize_after != 0 && sequence_ >= script_.resize_after; }

  void run(const std::stop_token& stop) noexcept {
    name_this_thread("pf-synthetic");
    const auto origin = steady_now();
    std::uint64_t tick = 0;
    while (true) {
      if (script_.lose_after != 0 && sequence_ >= script_.lose_after) {
        sink_->on_lost();
        return;
      }
      if (script_.stall_after != 0 && sequence_ == script_.stall_after) {
        tick += script_.stall_frames;
        if (script_.stall_frames == 0) {
          sleep(kForGood, stop);
          return;
        }
      }
      if (!sleep(origin + mode_.frames(tick), stop)) return;
      Buffer* buffer = take(stop);
      if (buffer == nullptr) return;
      publish(*buffer);
      // Deadlines are absolute, so lateness does not add up; missed ones are left out.
      do {
        ++tick;
      } while (origin + mode_.frames(tick + 1) <= steady_now());
    }
  }

  void publish(Buffer& buffer) {
    const bool resized = resizing();
    const auto width = resized ? script_.resize_width : mode_.width;
    const auto height = resized ? script_.resize_height : mode_.height;
    const bool whole = sequence_ == 0 || (resized && sequence_ == script_.resize_after);
    ++sequence_;
    const auto now = steady_now_ns();
    const bool with_pointer = pointer_wanted_.load(std::memory_order_acquire);
    buffer.picture->draw({static_cast<std::uint32_t>(sequence_), now}, with_pointer);
    if (watcher_) tell_pointer(width, height);
    media::VideoFrame frame(this, reinterpret_cast<std::uintptr_t>(&buffer));
    frame.pixels = buffer.picture->pixels();
    frame.stride_bytes = buffer.picture->stride_bytes();
    frame.width = width;
    frame.height = height;
    frame.damage =
        whole ? media::Rect{0, 0, width, height} : Picture::damage_of(width, height, sequence_);
    if (with_pointer || pointer_drawn_)
      frame.damage = frame.damage.united(pointer_area(width, height, sequence_))
                         .united(pointer_area(width, height, sequence_ - 1));
    pointer_drawn_ = with_pointer;
    frame.sequence = sequence_;
    frame.captured_ns = now;
    sink_->on_frame(std::move(frame));
  }

  void tell_pointer(std::uint32_t width, std::uint32_t height) {
    const auto look = pointer_look(sequence_);
    if (look != PointerLook::Hidden && look != std::exchange(told_, look))
      watcher_->on_pointer_image(pointer_image(look));
    watcher_->on_pointer(pointer_place(width, height, sequence_));
  }

  const media::Mode mode_;
  const Script script_;
  const std::shared_ptr<PointerWatcher> watcher_;
  std::atomic<bool> pointer_wanted_{false};
  bool pointer_drawn_ = false;              // in the last frame
  PointerLook told_ = PointerLook::Hidden;  // the image that the watcher knows
  FrameSink* sink_ = nullptr;
  Buffers buffers_;
  Buffers resized_;
  std::uint64_t sequence_ = 0;  // own thread
  std::atomic<bool> starved_{false};
  Wake wake_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options) {
  return std::make_unique<SyntheticSource>(target.mode, Script{},
                                           options.draw_cursor ? options.pointer : nullptr);
}

std::unique_ptr<Source> open_scripted(const media::Mode& mode, const Script& script) {
  return std::make_unique<SyntheticSource>(mode, script, nullptr);
}

}  // namespace pf::capture::synthetic
