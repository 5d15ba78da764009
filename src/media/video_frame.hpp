// One captured picture on its way from a capture back end to the encoder. Move-only: the pixels
// belong to the back end's buffer; dropping the frame gives the buffer back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace pf::media {

enum class PixelFormat : std::uint8_t { Bgrx = 1 };  // 4 bytes a pixel: B, G, R, unused (DRM XR24)

struct Rect {
  std::uint32_t x = 0, y = 0, width = 0, height = 0;
  bool empty() const { return width == 0 || height == 0; }
  bool operator==(const Rect&) const = default;
  // The smallest rectangle that holds both.
  Rect united(const Rect& o) const {
    if (empty()) return o;
    if (o.empty()) return *this;
    const auto left = std::min(x, o.x), top = std::min(y, o.y);
    const auto right = std::max(x + width, o.x + o.width);
    const auto bottom = std::max(y + height, o.y + o.height);
    return {left, top, right - left, bottom - top};
  }
};

// Gives a buffer back. Called exactly once, from whichever thread drops the frame; must not block,
// allocate or throw. `token` is the back end's own (buffer index, pool generation).
class FrameOwner {
 public:
  virtual void release(std::uint64_t token) noexcept = 0;

 protected:
  ~FrameOwner() = default;
};

class VideoFrame {
 public:
  VideoFrame() = default;
  VideoFrame(FrameOwner* owner, std::uint64_t token) : owner_(owner), token_(token) {}
  VideoFrame(VideoFrame&& o) noexcept { *this = std::move(o); }
  VideoFrame& operator=(VideoFrame&& o) noexcept {
    if (this == &o) return *this;
    drop();
    pixels = o.pixels;
    stride_bytes = o.stride_bytes;
    width = o.width;
    height = o.height;
    format = o.format;
    damage = o.damage;
    sequence = o.sequence;
    captured_ns = o.captured_ns;
    owner_ = std::exchange(o.owner_, nullptr);
    token_ = o.token_;
    return *this;
  }
  ~VideoFrame() { drop(); }

  const std::uint8_t* pixels = nullptr;  // top row first; valid until the frame is dropped
  std::uint32_t stride_bytes = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  PixelFormat format = PixelFormat::Bgrx;
  // What changed since the frame with sequence-1. A consumer that skipped a sequence number must
  // treat the whole picture as changed.
  Rect damage;
  std::uint64_t sequence = 0;    // from 1, +1 per frame published by its source
  std::int64_t captured_ns = 0;  // CLOCK_MONOTONIC when the picture was complete

 private:
  void drop() noexcept {
    if (owner_ != nullptr) std::exchange(owner_, nullptr)->release(token_);
  }
  FrameOwner* owner_ = nullptr;
  std::uint64_t token_ = 0;
};

}  // namespace pf::media
