// Pictures in memory shared with the compositor. Each knows which parts of it are out of date.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "demo/wayland/handle.hpp"
#include "media/video_frame.hpp"

namespace pf::demo {

struct Picture {
  Buffer buffer;
  std::uint32_t* pixels = nullptr;
  bool busy = false;  // the compositor reads it
  std::vector<media::Rect> stale;
};

class Pictures {
 public:
  // `count` opaque pictures, all out of date.
  static Result<std::unique_ptr<Pictures>> create(wl_shm* shm, std::uint32_t width,
                                                  std::uint32_t height, std::size_t count,
                                                  std::uint32_t format = WL_SHM_FORMAT_XRGB8888);
  ~Pictures();
  Pictures(const Pictures&) = delete;
  Pictures& operator=(const Pictures&) = delete;

  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  // Null while the compositor holds all of them.
  Picture* free_one();
  void mark(const media::Rect& changed);

 private:
  Pictures() = default;
  std::uint32_t width_ = 0, height_ = 0;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Picture>> pictures_;
};

}  // namespace pf::demo
