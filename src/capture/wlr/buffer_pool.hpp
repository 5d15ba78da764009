// Shared-memory buffers that the compositor draws into and frames point at.
#pragma once

#include <wayland-client.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"

namespace pf::capture::wlr {

struct BufferShape {
  std::uint32_t format = 0;  // wl_shm format
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t stride = 0;  // bytes
  bool operator==(const BufferShape&) const = default;
};

struct Buffer {
  wl_buffer* object = nullptr;
  std::uint8_t* pixels = nullptr;
  std::atomic<bool> held{false};  // by a frame, or by the compositor while it copies
};

// One shape of buffers. Made and destroyed by the capture thread; `held` is cleared by whoever
// drops a frame.
class BufferPool {
 public:
  // One is being looked at, one waits to be, one is being filled, and one covers a slow consumer.
  static constexpr std::size_t kCount = 4;

  static Result<std::unique_ptr<BufferPool>> create(wl_shm* shm, const BufferShape& shape);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  const BufferShape& shape() const { return shape_; }
  Buffer* take();  // a free one, now held; null when there is none
  bool idle() const;
  // The compositor's side goes, the memory stays for the frames that still point at it.
  void detach();

 private:
  explicit BufferPool(const BufferShape& shape) : shape_(shape) {}
  BufferShape shape_;
  std::uint8_t* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::array<Buffer, kCount> buffers_;
};

}  // namespace pf::capture::wlr
