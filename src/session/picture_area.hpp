// Where the display lies in the picture that a client sees. They differ in shape when the client's
// mode is not the display's (a joined stream, a screen of fixed size): the encoder then adds black
// bars, and what a client points at must be found on the display. Pure.
#pragma once

#include <atomic>
#include <cstdint>

#include "input/event.hpp"

namespace pf::session {

// Width and height in one atomic word; 0 = not known. Any thread.
class PictureSize {
 public:
  void set(std::uint32_t width, std::uint32_t height) noexcept {
    both_.store(std::uint64_t{width} << 32 | height, std::memory_order_relaxed);
  }
  std::uint32_t width() const noexcept { return static_cast<std::uint32_t>(both_.load() >> 32); }
  std::uint32_t height() const noexcept { return static_cast<std::uint32_t>(both_.load()); }

 private:
  std::atomic<std::uint64_t> both_{0};
};

// The event with its place on the display instead of in the picture, moved to the edge from a bar.
// Events without a place, and all of them while a size is not known, stay as they are.
input::Event onto_display(const input::Event& event, const PictureSize& display,
                          const PictureSize& picture) noexcept;

}  // namespace pf::session
