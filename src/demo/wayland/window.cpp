#include "demo/wayland/window.hpp"

#include <fmt/format.h>
#include <linux/input-event-codes.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/clock.hpp"

namespace pf::demo {
namespace {

constexpr std::uint32_t kDefaultWidth = 1280, kDefaultHeight = 720;
constexpr std::size_t kPictures = 3;
constexpr std::uint32_t kCursorSize = 24;

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string button_name(std::uint32_t code) {
  switch (code) {
    case BTN_LEFT:
      return "left";
    case BTN_RIGHT:
      return "right";
    case BTN_MIDDLE:
      return "middle";
    case BTN_SIDE:
      return "side";
    case BTN_EXTRA:
      return "extra";
    default:
      return fmt::format("{:#x}", code);
  }
}

}  // namespace

struct Window::Listeners {
  static Window& self(void* data) { return *static_cast<Window*>(data); }

  static constexpr wl_registry_listener registry{
      [](void* data, wl_registry*, std::uint32_t name, const char* interface,
         std::uint32_t version) { self(data).bind(name, interface, version); },
      [](void* data, wl_registry*, std::uint32_t name) { self(data).outputs_.erase(name); }};

  static constexpr xdg_wm_base_listener shell{
      [](void*, xdg_wm_base* shell, std::uint32_t serial) { xdg_wm_base_pong(shell, serial); }};

  static constexpr xdg_surface_listener shell_surface{
      [](void* data, xdg_surface* surface, std::uint32_t serial) {
        xdg_surface_ack_configure(surface, serial);
        self(data).configured_ = true;
      }};

  static constexpr wl_callback_listener frame{
      [](void* data, wl_callback*, std::uint32_t) { self(data).frame_.reset(); }};

  static xdg_toplevel_listener toplevel() {
    xdg_toplevel_listener l{};
    l.configure = [](void* data, xdg_toplevel*, std::int32_t width, std::int32_t height,
                     wl_array*) {
      // 0 leaves the size to us.
      if (width > 0) self(data).wanted_width_ = static_cast<std::uint32_t>(width);
      if (height > 0) self(data).wanted_height_ = static_cast<std::uint32_t>(height);
    };
    l.close = [](void* data, xdg_toplevel*) { self(data).closed_ = true; };
    return l;
  }

  static wl_surface_listener surface() {
    wl_surface_listener l{};
    l.enter = [](void* data, wl_surface*, wl_output* output) {
      self(data).on_output_ = output;
      self(data).say_rate();
    };
    l.leave = [](void*, wl_surface*, wl_output*) {};
    return l;
  }

  static wl_output_listener output() {
    wl_output_listener l{};
    l.geometry = [](void*, wl_output*, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
                    std::int32_t, const char*, const char*, std::int32_t) {};
    l.mode = [](void* data, wl_output* output, std::uint32_t flags, std::int32_t, std::int32_t,
                std::int32_t rate_mhz) {
      if ((flags & WL_OUTPUT_MODE_CURRENT) == 0) return;
      for (auto& [name, info] : self(data).outputs_)
        if (info.output.get() == output) info.rate_mhz = rate_mhz;
      self(data).say_rate();
    };
    l.done = [](void*, wl_output*) {};
    l.scale = [](void*, wl_output*, std::int32_t) {};
    return l;
  }
};

Window::Window(Scene& scene, EventLog& log, WindowOptions options)
    : scene_(scene), log_(log), options_(options) {}
Window::~Window() = default;

Result<> Window::run() {
  if (auto ok = connect(); !ok) return ok;
  if (auto ok = show(); !ok) return ok;
  while (!closed_ && !log_failed_) {
    if (configured_ && !frame_) {
      fit();
      if (scene_.wants_frame())
        if (auto ok = draw(); !ok) return ok;
      if (options_.frames && drawn_ >= *options_.frames) break;
    }
    if (wl_display_dispatch(display_.get()) < 0)
      return fail_errno(wl_display_get_error(display_.get()), "the compositor has gone");
  }
  wl_display_flush(display_.get());
  if (log_failed_) return fail_errno(errno, "the log file cannot be written");
  return {};
}

Result<> Window::connect() {
  display_.reset(wl_display_connect(nullptr));
  if (!display_) return fail_errno(errno, "no Wayland compositor (is WAYLAND_DISPLAY set?)");
  registry_.reset(wl_display_get_registry(display_.get()));
  wl_registry_add_listener(registry_.get(), &Listeners::registry, this);
  if (wl_display_roundtrip(display_.get()) < 0)
    return fail_errno(wl_display_get_error(display_.get()), "the compositor has gone");
  if (!compositor_ || !shm_ || !shell_)
    return fail_errno(ENOTSUP, "the compositor lacks wl_compositor 4, wl_shm or xdg_wm_base");
  return {};
}

void Window::bind(std::uint32_t name, std::string_view interface, std::uint32_t version) {
  const auto take = [&](const wl_interface& what, std::uint32_t most) {
    return wl_registry_bind(registry_.get(), name, &what, std::min(version, most));
  };
  if (interface == wl_compositor_interface.name && version >= 4) {
    compositor_.reset(static_cast<wl_compositor*>(take(wl_compositor_interface, 4)));
  } else if (interface == wl_shm_interface.name) {
    shm_.reset(static_cast<wl_shm*>(take(wl_shm_interface, 1)));
  } else if (interface == xdg_wm_base_interface.name) {
    shell_.reset(static_cast<xdg_wm_base*>(take(xdg_wm_base_interface, 1)));
    xdg_wm_base_add_listener(shell_.get(), &Listeners::shell, this);
  } else if (interface == wl_output_interface.name) {
    static const wl_output_listener listener = Listeners::output();
    Output output(static_cast<wl_output*>(take(wl_output_interface, 2)));
    wl_output_add_listener(output.get(), &listener, this);
    outputs_[name].output = std::move(output);
  } else if (interface == wl_seat_interface.name && !seat_) {
    seat_ = std::make_unique<Seat>(
        SeatHandle(static_cast<wl_seat*>(take(wl_seat_interface, Seat::kVersion))), *this);
  }
}

Result<> Window::show() {
  static const wl_surface_listener surface_listener = Listeners::surface();
  static const xdg_toplevel_listener toplevel_listener = Listeners::toplevel();
  surface_.reset(wl_compositor_create_surface(compositor_.get()));
  wl_surface_add_listener(surface_.get(), &surface_listener, this);
  shell_surface_.reset(xdg_wm_base_get_xdg_surface(shell_.get(), surface_.get()));
  xdg_surface_add_listener(shell_surface_.get(), &Listeners::shell_surface, this);
  toplevel_.reset(xdg_surface_get_toplevel(shell_surface_.get()));
  xdg_toplevel_add_listener(toplevel_.get(), &toplevel_listener, this);
  xdg_toplevel_set_title(toplevel_.get(), "punktfunk");
  xdg_toplevel_set_app_id(toplevel_.get(), "punktfunk-demo");
  xdg_toplevel_set_fullscreen(toplevel_.get(), nullptr);
  wl_surface_commit(surface_.get());
  return make_cursor();
}

// An arrow of our own: a headless compositor has no cursor theme to count on.
Result<> Window::make_cursor() {
  auto made = Pictures::create(shm_.get(), kCursorSize, kCursorSize, 1, WL_SHM_FORMAT_ARGB8888);
  if (!made) return pass(made);
  cursor_ = std::move(*made);
  Picture& picture = *cursor_->free_one();
  for (std::uint32_t y = 0; y < 18; ++y)
    for (std::uint32_t x = 0; x <= y * 2 / 3; ++x) {
      const bool edge = x == 0 || x == y * 2 / 3 || y == 17;
      picture.pixels[y * kCursorSize + x] = edge ? 0xFF101010 : 0xFFF2F5FF;
    }
  cursor_surface_.reset(wl_compositor_create_surface(compositor_.get()));
  wl_surface_attach(cursor_surface_.get(), picture.buffer.get(), 0, 0);
  wl_surface_damage_buffer(cursor_surface_.get(), 0, 0, kCursorSize, kCursorSize);
  wl_surface_commit(cursor_surface_.get());
  return {};
}

// Takes up the size that the compositor wants.
void Window::fit() {
  const std::uint32_t width = wanted_width_ != 0 ? wanted_width_ : kDefaultWidth;
  const std::uint32_t height = wanted_height_ != 0 ? wanted_height_ : kDefaultHeight;
  if (pictures_ && pictures_->width() == width && pictures_->height() == height) return;
  auto made = Pictures::create(shm_.get(), width, height, kPictures);
  if (!made) {
    closed_ = true;
    return;
  }
  retired_.clear();
  if (pictures_) retired_.push_back(std::move(pictures_));  // one of them is still shown
  pictures_ = std::move(*made);
  scene_.resize(width, height);
  LogLine line;
  line.type = "configure";
  line.x = width;
  line.y = height;
  line.time_ns = steady_now_ns();
  log_failed_ = log_failed_ || !log_.write(line);
}

Result<> Window::draw() {
  Picture* picture = pictures_->free_one();
  if (picture == nullptr) return {};  // its release wakes us
  const auto& changed = scene_.advance(steady_now_ns(), time_of_day());
  if (changed.empty()) return {};
  for (const auto& part : changed) pictures_->mark(part);
  for (const auto& part : picture->stale) {
    Canvas canvas(picture->pixels, pictures_->width(), pictures_->height(), part);
    scene_.draw(canvas);
  }
  picture->stale.clear();
  picture->busy = true;
  frame_.reset(wl_surface_frame(surface_.get()));
  wl_callback_add_listener(frame_.get(), &Listeners::frame, this);
  wl_surface_attach(surface_.get(), picture->buffer.get(), 0, 0);
  const auto i32 = [](std::uint32_t value) { return static_cast<std::int32_t>(value); };
  for (const auto& part : changed)
    wl_surface_damage_buffer(surface_.get(), i32(part.x), i32(part.y), i32(part.width),
                             i32(part.height));
  wl_surface_commit(surface_.get());
  ++drawn_;
  return {};
}

void Window::say_rate() {
  for (const auto& [name, info] : outputs_)
    if (info.output.get() == on_output_) scene_.set_rate_mhz(info.rate_mhz);
}

void Window::log(LogLine line) {
  line.x = x_;
  line.y = y_;
  line.time_ns = steady_now_ns();
  log_failed_ = log_failed_ || !log_.write(line);
}

void Window::on_key(std::uint32_t code, bool down, const std::string& name) {
  log({.type = "key", .code = code, .value = down ? 1.0 : 0.0});
  scene_.key(name, down);
}

void Window::on_text(std::uint32_t code, std::string_view utf8, char32_t code_point) {
  log({.type = "text", .code = code, .text = utf8});
  scene_.typed(code_point);
}

void Window::on_pointer(double x, double y) {
  x_ = x;
  y_ = y;
  log({.type = "motion"});
  scene_.pointer(x, y);
}

void Window::on_enter(wl_pointer* pointer, std::uint32_t serial, double x, double y) {
  x_ = x;
  y_ = y;
  wl_pointer_set_cursor(pointer, serial, cursor_surface_.get(), 0, 0);
  log({.type = "enter"});
  scene_.pointer(x, y);
}

void Window::on_leave() {
  log({.type = "leave"});
}

void Window::on_button(std::uint32_t code, bool down) {
  log({.type = "button", .code = code, .value = down ? 1.0 : 0.0});
  scene_.button(button_name(code), down, steady_now_ns());
}

void Window::on_scroll(std::uint32_t axis, double value120) {
  log({.type = "scroll", .code = axis, .value = value120});
  if (axis == 0)
    scene_.scroll(-value120 / 120, 0);
  else
    scene_.scroll(0, value120 / 120);
}

}  // namespace pf::demo
