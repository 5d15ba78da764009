// What the demo shows: a dark picture with a gently moving disc, the mode, the time, and a live
// account of the input that arrives. Knows nothing of windows; time is given.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "demo/canvas.hpp"
#include "media/video_frame.hpp"

namespace pf::demo {

struct SceneOptions {
  bool still = false;  // nothing moves and no clock runs; only input changes the picture
  bool stamp = false;  // a machine-readable frame number and time in the top left corner
};

// One thread.
class Scene {
 public:
  Scene(std::string host_name, SceneOptions options);

  // A new size makes the whole picture change with the next frame.
  void resize(std::uint32_t width, std::uint32_t height);
  void set_rate_mhz(std::int32_t rate_mhz);  // 0 = unknown

  // Input as it arrives; coordinates in pixels. Names as people call keys and buttons.
  void key(const std::string& name, bool down);
  void typed(char32_t code_point);  // Backspace and Enter edit what is shown
  void pointer(double x, double y);
  void button(const std::string& name, bool down, std::int64_t now_ns);
  void scroll(double vertical_notches, double horizontal_notches);  // up and right positive

  // Whether the next frame would differ from the last.
  bool wants_frame() const;
  // Goes on to the next frame, to be shown at `now_ns` (CLOCK_MONOTONIC), with `clock` as the time
  // of day. Returns what differs from the frame before; empty: nothing.
  const std::vector<media::Rect>& advance(std::int64_t now_ns, const std::string& clock);
  // Draws all that lies in the canvas's clip.
  void draw(Canvas& canvas) const;

  std::uint32_t frame() const { return frame_; }  // from 1

 private:
  enum Line {
    Title,
    Host,
    ModeText,
    Hint,
    Keys,
    Pointer,
    Buttons,
    Scroll,
    Typed,
    Clock,
    Frame,
    kLines
  };
  struct Label {
    std::int32_t x = 0, y = 0;
    std::uint32_t scale = 1;
    Colour colour = 0;
    std::u32string text;
  };
  struct Ripple {
    std::int32_t x = 0, y = 0;
    std::int64_t began_ns = 0;
  };

  void lay_out();
  void say(Line line, std::u32string text);
  void say_ascii(Line line, const std::string& text);
  void say_mode();
  media::Rect area(const Label& label) const;
  media::Rect clipped(std::int32_t x, std::int32_t y, std::int32_t w, std::int32_t h) const;
  media::Rect disc_area() const;
  media::Rect ripple_area(const Ripple& ripple) const;
  double ripple_radius(const Ripple& ripple) const;
  void make_disc();
  void move_disc();
  void draw_ripple(Canvas& canvas, const Ripple& ripple) const;
  void draw_stamp(Canvas& canvas) const;
  media::Rect stamp_area() const;

  const std::string host_name_;
  const SceneOptions options_;
  std::uint32_t width_ = 0, height_ = 0;
  std::int32_t rate_mhz_ = 0;
  std::int64_t start_ns_ = 0, now_ns_ = 0;
  std::uint32_t frame_ = 0;

  std::array<Label, kLines> lines_;
  std::deque<std::string> keys_;  // the last ones, newest at the end
  std::vector<std::string> buttons_;
  std::u32string typed_;
  double pointer_x_ = 0, pointer_y_ = 0;
  double scroll_vertical_ = 0, scroll_horizontal_ = 0;
  std::vector<Ripple> ripples_;
  std::int32_t disc_x_ = 0, disc_y_ = 0, disc_radius_ = 0;
  std::vector<std::uint32_t> disc_;  // coverage << 24 | colour

  std::vector<media::Rect> pending_;  // changed since the last frame
  std::vector<media::Rect> changed_;  // what advance() returned
};

}  // namespace pf::demo
