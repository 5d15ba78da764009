#include "demo/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capture/synthetic/stamp.hpp"
#include "demo/font.hpp"

namespace pf::demo {
namespace {

namespace stamp = capture::synthetic;

constexpr Colour kTop = 0x0A0E1C, kBottom = 0x171F3A, kBright = 0xF2F5FF, kSoft = 0x93A0C4,
                 kAccent = 0x7C5CFF, kAccent2 = 0x21D4C4, kBlack = 0x000000, kWhite = 0xFFFFFF;
constexpr std::int64_t kRippleNs = 600'000'000;
constexpr std::size_t kMaxRipples = 8, kMaxKeys = 8, kMaxTyped = 40;

std::int32_t rounded(double value) {
  return static_cast<std::int32_t>(std::lround(value));
}

template <class Strings>
std::string joined(const Strings& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : " ") + part;
  return out;
}

}  // namespace

Scene::Scene(std::string host_name, SceneOptions options)
    : host_name_(std::move(host_name)), options_(options) {
  say_ascii(Title, "punktfunk");
  say_ascii(Host, host_name_);
  say_ascii(Hint, "press keys, move the mouse");
  say_ascii(Keys, "keys");
  say_ascii(Pointer, "pointer");
  say_ascii(Buttons, "buttons");
  say_ascii(Scroll, "scroll");
  say_ascii(Typed, "typed");
}

void Scene::resize(std::uint32_t width, std::uint32_t height) {
  width_ = width;
  height_ = height;
  say_mode();
  lay_out();
  make_disc();
  move_disc();
  ripples_.clear();
  pending_.assign(1, {0, 0, width_, height_});
}

void Scene::set_rate_mhz(std::int32_t rate_mhz) {
  rate_mhz_ = rate_mhz;
  say_mode();
}

void Scene::say_mode() {
  std::string text = fmt::format("{} x {}", width_, height_);
  if (rate_mhz_ > 0) text += fmt::format(" @ {:.2f} Hz", rate_mhz_ / 1000.0);
  say_ascii(ModeText, text);
}

void Scene::lay_out() {
  const std::uint32_t unit = std::clamp(height_ / 240, 1U, 10U);
  const auto step = [&](std::uint32_t scale) { return static_cast<std::int32_t>(scale * 10); };
  const auto margin = static_cast<std::int32_t>(12 * unit);
  std::int32_t y = margin;
  if (options_.stamp) y += static_cast<std::int32_t>(stamp_area().height);
  const auto place = [&](Line line, std::uint32_t scale, Colour colour) {
    lines_[line].x = margin;
    lines_[line].y = y;
    lines_[line].scale = scale;
    lines_[line].colour = colour;
    y += step(scale);
  };
  place(Title, unit * 3, kBright);
  place(Host, unit * 2, kAccent2);
  place(ModeText, unit, kSoft);
  y += step(unit);
  place(Hint, unit, kBright);
  y += step(unit) / 2;
  for (const Line line : {Keys, Pointer, Buttons, Scroll, Typed}) place(line, unit, kSoft);
  y = static_cast<std::int32_t>(height_) - margin - step(unit) * 3 / 2;
  place(Frame, unit, kSoft);
  lines_[Clock] = lines_[Frame];
  lines_[Clock].text = {};
  lines_[Clock].x =
      static_cast<std::int32_t>(width_) - margin - static_cast<std::int32_t>(8 * kAdvance * unit);
}

media::Rect Scene::clipped(std::int32_t x, std::int32_t y, std::int32_t w, std::int32_t h) const {
  const auto fit = [](std::int32_t at, std::uint32_t size) {
    return std::clamp(at, 0, static_cast<std::int32_t>(size));
  };
  const std::int32_t x0 = fit(x, width_), x1 = fit(x + w, width_);
  const std::int32_t y0 = fit(y, height_), y1 = fit(y + h, height_);
  const auto u = [](std::int32_t v) { return static_cast<std::uint32_t>(v); };
  return {u(x0), u(y0), u(x1 - x0), u(y1 - y0)};
}

media::Rect Scene::area(const Label& label) const {
  const auto w = static_cast<std::int32_t>(label.text.size() * kAdvance * label.scale);
  return clipped(label.x, label.y, w, static_cast<std::int32_t>(kGlyphRows * label.scale));
}

void Scene::say(Line line, std::u32string text) {
  Label& label = lines_[line];
  if (label.text == text) return;
  // Only the letters that differ are drawn again.
  const std::size_t same = static_cast<std::size_t>(
      std::mismatch(text.begin(), text.end(), label.text.begin(), label.text.end()).first -
      text.begin());
  Label rest = label;
  rest.x += static_cast<std::int32_t>(same * kAdvance * label.scale);
  rest.text.assign(std::max(text.size(), label.text.size()) - same, U' ');
  label.text = std::move(text);
  if (width_ != 0) pending_.push_back(area(rest));
}

void Scene::say_ascii(Line line, const std::string& text) {
  say(line, std::u32string(text.begin(), text.end()));
}

void Scene::key(const std::string& name, bool down) {
  if (!down) return;
  keys_.push_back(name);
  if (keys_.size() > kMaxKeys) keys_.pop_front();
  say_ascii(Keys, "keys     " + joined(keys_));
}

void Scene::typed(char32_t code_point) {
  if (code_point == U'\b' || code_point == 0x7F) {
    if (!typed_.empty()) typed_.pop_back();
  } else if (code_point == U'\r' || code_point == U'\n') {
    typed_.clear();
  } else if (code_point >= 0x20) {
    typed_.push_back(code_point);
  }
  if (typed_.size() > kMaxTyped) typed_.erase(0, typed_.size() - kMaxTyped);
  say(Typed, U"typed    " + typed_);
}

void Scene::pointer(double x, double y) {
  pointer_x_ = x;
  pointer_y_ = y;
  say_ascii(Pointer, fmt::format("pointer  {:.0f}, {:.0f}", x, y));
}

void Scene::button(const std::string& name, bool down, std::int64_t now_ns) {
  std::erase(buttons_, name);
  if (down) {
    buttons_.push_back(name);
    if (ripples_.size() == kMaxRipples) {
      pending_.push_back(ripple_area(ripples_.front()));
      ripples_.erase(ripples_.begin());
    }
    // A still scene shows where the click was by its account alone.
    if (!options_.still) ripples_.push_back({rounded(pointer_x_), rounded(pointer_y_), now_ns});
  }
  say_ascii(Buttons, "buttons  " + joined(buttons_));
}

void Scene::scroll(double vertical_notches, double horizontal_notches) {
  scroll_vertical_ += vertical_notches;
  scroll_horizontal_ += horizontal_notches;
  say_ascii(Scroll, fmt::format("scroll   {:+.2f}, {:+.2f}", scroll_vertical_, scroll_horizontal_));
}

bool Scene::wants_frame() const {
  return width_ != 0 && (!options_.still || !pending_.empty());
}

const std::vector<media::Rect>& Scene::advance(std::int64_t now_ns, const std::string& clock) {
  if (start_ns_ == 0) start_ns_ = now_ns;
  if (!options_.still) {
    for (const Ripple& ripple : ripples_) pending_.push_back(ripple_area(ripple));
    const media::Rect old_disc = disc_area();
    now_ns_ = now_ns;
    move_disc();
    if (disc_area() != old_disc) pending_.push_back(old_disc.united(disc_area()));
    std::erase_if(ripples_, [&](const Ripple& r) { return now_ns - r.began_ns > kRippleNs; });
    for (const Ripple& ripple : ripples_) pending_.push_back(ripple_area(ripple));
    say_ascii(Clock, clock);
    say_ascii(Frame, fmt::format("frame {:08}", frame_ + 1));
  }
  now_ns_ = now_ns;
  std::erase_if(pending_, [](const media::Rect& r) { return r.empty(); });
  if (pending_.empty() && !options_.stamp) {
    changed_.clear();
    return changed_;
  }
  ++frame_;
  if (options_.stamp) pending_.push_back(stamp_area());
  changed_ = std::move(pending_);
  pending_.clear();
  return changed_;
}

void Scene::draw(Canvas& canvas) const {
  const media::Rect& clip = canvas.clip();
  for (std::uint32_t y = clip.y; y < clip.y + clip.height; ++y)
    canvas.fill({clip.x, y, clip.width, 1}, mix(kTop, kBottom, y * 256 / height_));
  if (canvas.touches(disc_area())) {
    std::size_t i = 0;
    for (std::int32_t y = -disc_radius_; y < disc_radius_; ++y)
      for (std::int32_t x = -disc_radius_; x < disc_radius_; ++x, ++i)
        if (disc_[i] >> 24 != 0)
          canvas.dot(disc_x_ + x, disc_y_ + y, disc_[i] & 0xFFFFFF, (disc_[i] >> 24) + 1);
  }
  for (const Ripple& ripple : ripples_)
    if (canvas.touches(ripple_area(ripple))) draw_ripple(canvas, ripple);
  for (const Label& label : lines_)
    if (canvas.touches(area(label)))
      canvas.text(label.x, label.y, label.scale, label.colour, label.text);
  if (options_.stamp && canvas.touches(stamp_area())) draw_stamp(canvas);
}

void Scene::make_disc() {
  disc_radius_ = static_cast<std::int32_t>(std::max(std::min(width_, height_) / 12, 4U));
  disc_.clear();
  for (std::int32_t y = -disc_radius_; y < disc_radius_; ++y)
    for (std::int32_t x = -disc_radius_; x < disc_radius_; ++x) {
      const double distance = std::hypot(x + 0.5, y + 0.5);
      const double cover = std::clamp(disc_radius_ - distance, 0.0, 1.0);
      const auto part = static_cast<std::uint32_t>((y + disc_radius_) * 128 / disc_radius_);
      disc_.push_back(static_cast<std::uint32_t>(cover * 255) << 24 | mix(kAccent, kAccent2, part));
    }
}

void Scene::move_disc() {
  // Two slow swings that do not repeat together: the right part of the picture is its own.
  const double t = static_cast<double>(now_ns_ - start_ns_) * 1e-9;
  const double still = options_.still ? 0.0 : 1.0;
  disc_x_ = rounded(width_ * (0.72 + 0.18 * still * std::sin(t * 0.71)));
  disc_y_ = rounded(height_ * (0.5 + 0.3 * still * std::sin(t * 1.13)));
}

media::Rect Scene::disc_area() const {
  return clipped(disc_x_ - disc_radius_, disc_y_ - disc_radius_, 2 * disc_radius_,
                 2 * disc_radius_);
}

double Scene::ripple_radius(const Ripple& ripple) const {
  const double age =
      std::clamp(static_cast<double>(now_ns_ - ripple.began_ns) / kRippleNs, 0.0, 1.0);
  return 6 + age * height_ / 10;
}

media::Rect Scene::ripple_area(const Ripple& ripple) const {
  const auto reach = static_cast<std::int32_t>(ripple_radius(ripple)) + 2;
  return clipped(ripple.x - reach, ripple.y - reach, 2 * reach + 1, 2 * reach + 1);
}

void Scene::draw_ripple(Canvas& canvas, const Ripple& ripple) const {
  const double radius = ripple_radius(ripple);
  const auto reach = static_cast<std::int32_t>(radius) + 2;
  const double age =
      std::clamp(static_cast<double>(now_ns_ - ripple.began_ns) / kRippleNs, 0.0, 1.0);
  for (std::int32_t y = -reach; y <= reach; ++y)
    for (std::int32_t x = -reach; x <= reach; ++x) {
      const double off = std::abs(std::hypot(x, y) - radius);
      if (off < 2)
        canvas.dot(ripple.x + x, ripple.y + y, kBright,
                   static_cast<std::uint32_t>((1 - age) * (2 - off) * 128));
    }
}

media::Rect Scene::stamp_area() const {
  const std::uint32_t rows = stamp::stamp_rows(width_, height_);
  if (rows == 0) return {};
  return {0, 0, width_ / stamp::kBlockPixels * stamp::kBlockPixels, rows * stamp::kBlockPixels};
}

void Scene::draw_stamp(Canvas& canvas) const {
  const media::Rect whole = stamp_area();
  if (whole.empty()) return;
  const auto bytes = stamp::pack_stamp({frame_, now_ns_});
  const std::uint32_t columns = width_ / stamp::kBlockPixels;
  for (std::uint32_t bit = 0; bit < stamp::kStampBits; ++bit)
    canvas.fill({bit % columns * stamp::kBlockPixels, bit / columns * stamp::kBlockPixels,
                 stamp::kBlockPixels, stamp::kBlockPixels},
                stamp::stamp_bit(bytes, bit) ? kWhite : kBlack);
}

}  // namespace pf::demo
