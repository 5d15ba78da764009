// A small Wayland program inside the test: one window that paints what it is told and writes down
// what its seat sends, so that capture and input are seen from the other side.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pf::test {

// Single-threaded: everything happens inside pump() and the calls below.
class TestWindow {
 public:
  // Connects and maps a window; null when that does not succeed within ten seconds.
  static std::unique_ptr<TestWindow> open(const std::string& wayland_socket);
  ~TestWindow();

  // The window's size as the compositor wants it.
  std::uint32_t width() const;
  std::uint32_t height() const;
  // Paints the whole window, or one rectangle of it, with 0xRRGGBB, and shows it.
  void paint(std::uint32_t colour);
  void paint(std::uint32_t colour, std::uint32_t x, std::uint32_t y, std::uint32_t w,
             std::uint32_t h);

  // Everything the seat sent, in order: "key 30 down", "text a", "motion 640 360",
  // "relative 5.0 -3.0", "button 272 down", "axis 0 15.0", "discrete 0 1", "focus", "frame",
  // "modifiers 1".
  const std::vector<std::string>& events() const;
  // The text that the keys have produced through the keymap at that time.
  const std::string& typed() const;
  void forget();  // clears events() and typed()
  bool has_keyboard_focus() const;
  std::uint64_t frames_shown() const;  // frame callbacks received

  // Handles events until `done` holds (true) or the limit passes (false).
  bool pump(const std::function<bool()>& done,
            std::chrono::milliseconds limit = std::chrono::seconds(10));

 private:
  struct Impl;
  explicit TestWindow(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::test
