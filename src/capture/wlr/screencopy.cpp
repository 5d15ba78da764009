#include "capture/wlr/screencopy.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "capture/wlr/protocol.hpp"
#include "capture/wlr/wlr.hpp"

namespace pf::capture::wlr {
namespace {

constexpr unsigned kMaxFailures = 50;
constexpr std::chrono::milliseconds kRetryAfter{10};
constexpr std::int64_t kOldestStampNs = 1'000'000'000;

bool usable(const BufferShape& shape) {
  return (shape.format == WL_SHM_FORMAT_XRGB8888 || shape.format == WL_SHM_FORMAT_ARGB8888) &&
         shape.width > 0 && shape.height > 0 && shape.stride / 4 >= shape.width;
}

// The compositor's clock is CLOCK_MONOTONIC; a stamp that cannot be right is replaced by now.
std::int64_t plausible(std::int64_t stamp_ns) {
  const auto now = steady_now_ns();
  return stamp_ns > now || stamp_ns < now - kOldestStampNs ? now : stamp_ns;
}

// Frames are top row first; no consumer should need to know that a renderer draws upside down.
void turn_over(std::uint8_t* pixels, const BufferShape& shape) {
  for (std::uint32_t top = 0, bottom = shape.height - 1; top < bottom; ++top, --bottom)
    std::swap_ranges(pixels + std::size_t{top} * shape.stride,
                     pixels + (std::size_t{top} + 1) * shape.stride,
                     pixels + std::size_t{bottom} * shape.stride);
}

}  // namespace

struct Screencopy::Events {
  static Screencopy& of(void* data) { return *static_cast<Screencopy*>(data); }

  static void announced(Screencopy& self) {
    if (self.stage_ == Stage::Asking) self.stage_ = Stage::Announced;
  }
  static constexpr FrameListener kListener = {
      [](void* data, wl_proxy* frame, std::uint32_t format, std::uint32_t width,
         std::uint32_t height, std::uint32_t stride) {
        auto& self = of(data);
        self.announced_ = {format, width, height, stride};
        // Version 2 has no end mark: this is the only announcement.
        if (wl_proxy_get_version(frame) < 3) announced(self);
      },
      [](void* data, wl_proxy*, std::uint32_t flags) {
        of(data).y_inverted_ = (flags & kFlagYInvert) != 0;
      },
      [](void* data, wl_proxy*, std::uint32_t high, std::uint32_t low, std::uint32_t ns) {
        const auto seconds = (std::int64_t{high} << 32) | low;
        of(data).publish(seconds * 1'000'000'000 + ns);
      },
      [](void* data, wl_proxy*) { of(data).outcome_failed_ = true; },
      [](void* data, wl_proxy*, std::uint32_t x, std::uint32_t y, std::uint32_t width,
         std::uint32_t height) {
        auto& self = of(data);
        self.damage_ = self.damage_.united({x, y, width, height});
      },
      [](void*, wl_proxy*, std::uint32_t, std::uint32_t, std::uint32_t) {},
      [](void* data, wl_proxy*) { announced(of(data)); }};
};

Screencopy::Screencopy(const media::DisplayTarget& target, const Options& options)
    : socket_(target.wayland_socket),
      output_(target.output),
      draw_cursor_(options.draw_cursor),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      gate_(target.mode.rate) {}

Screencopy::~Screencopy() {
  stop();
}

Result<> Screencopy::start(FrameSink& sink) {
  PF_ASSERT(sink_ == nullptr);
  auto link = Connection::open(socket_, output_);
  if (!link) return pass(link);
  link_ = std::move(*link);
  sink_ = &sink;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Screencopy::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake();
  thread_.join();
}

void Screencopy::wake() noexcept {
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the thread is being woken anyway.
  [[maybe_unused]] const auto written = ::write(wake_fd_.get(), &one, sizeof one);
}

void Screencopy::release(std::uint64_t token) noexcept {
  auto* buffer = reinterpret_cast<Buffer*>(static_cast<std::uintptr_t>(token));
  buffer->held.store(false, std::memory_order_seq_cst);
  // The buffer may be gone from here on; this source is not.
  if (starved_.exchange(false, std::memory_order_seq_cst)) wake();
}

void Screencopy::run(const std::stop_token& stop) noexcept {
  name_this_thread("pf-capture");
  raise_this_thread();
  bool alive = true;
  while (alive && !stop.stop_requested()) {
    auto wake_at = SteadyTime::max();
    if (outcome_failed_) {
      // Also the normal answer to a mode change in between; ask again, but not in a tight loop.
      discard();
      outcome_failed_ = false;
      if (++failures_ > kMaxFailures) break;
      wake_at = steady_now() + kRetryAfter * (failures_ > 1 ? 1 : 0);
    } else if (stage_ == Stage::None) {
      alive = ask();
    } else if (stage_ == Stage::Announced) {
      alive = arm(wake_at);
    }
    if (alive) alive = link_->step(wake_fd_.get(), wake_at) && !link_->output_gone();
    std::uint64_t count = 0;
    while (::read(wake_fd_.get(), &count, sizeof count) > 0) {
    }
    sweep();
  }
  const bool lost = !stop.stop_requested();
  discard();
  // Frames may still point into the pools; only the compositor's side of them ends here.
  if (pool_) pool_->detach();
  for (auto& pool : retired_) pool->detach();
  link_.reset();
  if (lost) sink_->on_lost();
}

bool Screencopy::ask() {
  damage_ = {};
  y_inverted_ = false;
  stage_ = Stage::Asking;
  frame_ = capture_output(link_->manager(), draw_cursor_, link_->output(), Events::kListener, this);
  return frame_ != nullptr;
}

// False when the source cannot go on.
bool Screencopy::arm(SteadyTime& wake_at) {
  if (!usable(announced_)) {
    log::error("capture", "the compositor offers no 32-bit RGB buffer", "format",
               announced_.format);
    return false;
  }
  if (steady_now() < gate_.opens()) {
    wake_at = gate_.opens();
    return true;
  }
  if (!pool_ || pool_->shape() != announced_) {
    auto fresh = BufferPool::create(link_->shm(), announced_);
    if (!fresh) {
      log::error("capture", "no buffers", "why", fresh.error().message());
      return false;
    }
    if (pool_) {
      pool_->detach();
      retired_.push_back(std::move(pool_));
    }
    pool_ = std::move(*fresh);
    whole_ = true;
  }
  target_ = pool_->take();
  if (target_ == nullptr) {
    // Say that we sleep before looking once more, or a release in between would be missed.
    starved_.store(true, std::memory_order_seq_cst);
    target_ = pool_->take();
    if (target_ == nullptr) return true;
    starved_.store(false, std::memory_order_relaxed);
  }
  // A picture without a predecessor is wanted at once, not when something moves.
  copy(frame_, target_->object, !whole_);
  stage_ = Stage::Copying;
  return true;
}

void Screencopy::publish(std::int64_t stamp_ns) {
  if (target_ == nullptr) return;
  const auto& shape = pool_->shape();
  const media::Rect all{0, 0, shape.width, shape.height};
  if (y_inverted_) turn_over(target_->pixels, shape);
  media::VideoFrame frame(this, reinterpret_cast<std::uintptr_t>(target_));
  frame.pixels = target_->pixels;
  frame.stride_bytes = shape.stride;
  frame.width = shape.width;
  frame.height = shape.height;
  frame.damage = all;
  if (!whole_ && !y_inverted_ && !damage_.empty()) {
    const auto right = std::min(damage_.x + damage_.width, shape.width);
    const auto bottom = std::min(damage_.y + damage_.height, shape.height);
    if (damage_.x < right && damage_.y < bottom)
      frame.damage = {damage_.x, damage_.y, right - damage_.x, bottom - damage_.y};
  }
  frame.sequence = ++sequence_;
  frame.captured_ns = plausible(stamp_ns);
  gate_.took(from_ns(frame.captured_ns));
  target_ = nullptr;  // the frame holds the buffer now
  whole_ = false;
  failures_ = 0;
  destroy_frame(frame_);
  frame_ = nullptr;
  stage_ = Stage::None;
  sink_->on_frame(std::move(frame));
}

// Ends the current frame object without a picture.
void Screencopy::discard() {
  if (frame_ != nullptr) destroy_frame(frame_);
  frame_ = nullptr;
  stage_ = Stage::None;
  if (target_ != nullptr) target_->held.store(false, std::memory_order_release);
  target_ = nullptr;
}

void Screencopy::sweep() {
  std::erase_if(retired_, [](const auto& pool) { return pool->idle(); });
}

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options) {
  if (target.wayland_socket.empty() || target.output.empty())
    return fail(Errc::ConnectFailed, "the display has no Wayland socket");
  return std::make_unique<Screencopy>(target, options);
}

}  // namespace pf::capture::wlr
