// Picture buffers that this process and the X server share.
#pragma once

#include <xcb/shm.h>

#include <array>
#include <atomic>
#include <memory>

#include "base/result.hpp"
#include "capture/capture.hpp"
#include "capture/x11/row_set.hpp"

namespace pf::capture::x11 {

struct ShmBuffer {
  std::uint8_t* pixels = nullptr;
  xcb_shm_seg_t segment = XCB_NONE;
  RowSet missing;                // rows that differ from the screen; the source's thread
  std::atomic<bool> free{true};  // false while a frame holds it
};

// Buffers of one size. Made and destroyed on the source's thread or while it does not run.
class ShmPool {
 public:
  static constexpr std::size_t kBuffers = 3;

  // Attaches by descriptor, so the server may run as another user; by System V id where the server
  // is too old for that. Error: Unavailable.
  static Result<std::unique_ptr<ShmPool>> create(xcb_connection_t* connection, std::uint32_t width,
                                                 std::uint32_t height);
  ~ShmPool();  // no frame may hold a buffer
  ShmPool(const ShmPool&) = delete;
  ShmPool& operator=(const ShmPool&) = delete;

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  std::uint32_t stride_bytes() const { return width_ * 4; }

  // The free buffer that is nearest to the screen's state, or null.
  ShmBuffer* best_free();
  bool all_free() const;
  // The screen changed in these rows.
  void mark(std::uint32_t first_row, std::uint32_t count);

 private:
  ShmPool(xcb_connection_t* connection, std::uint32_t width, std::uint32_t height);
  Result<> add(ShmBuffer& buffer);
  bool attach_memfd(ShmBuffer& buffer);
  bool attach_sysv(ShmBuffer& buffer);

  xcb_connection_t* connection_;
  std::uint32_t width_, height_;
  std::size_t size_;
  std::array<ShmBuffer, kBuffers> buffers_;
  bool sysv_ = false;
};

}  // namespace pf::capture::x11
