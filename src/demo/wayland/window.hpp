// The demo's full-screen window.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "demo/event_log.hpp"
#include "demo/scene.hpp"
#include "demo/wayland/handle.hpp"
#include "demo/wayland/pictures.hpp"
#include "demo/wayland/seat.hpp"

namespace pf::demo {

struct WindowOptions {
  std::optional<std::uint32_t> frames;  // leave after this many
};

class Window final : public InputHandler {
 public:
  // `scene` and `log` must outlive it.
  Window(Scene& scene, EventLog& log, WindowOptions options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Shows the scene until the window is closed, the frames are done, or the compositor goes.
  // Errors: no compositor, a missing protocol, no memory; the connection lost.
  Result<> run();

 private:
  struct Listeners;
  friend struct Listeners;
  struct OutputInfo {
    Output output;
    std::int32_t rate_mhz = 0;
  };

  Result<> connect();
  Result<> show();
  Result<> draw();
  void bind(std::uint32_t name, std::string_view interface, std::uint32_t version);
  void fit();
  void say_rate();
  void log(LogLine line);
  Result<> make_cursor();

  void on_key(std::uint32_t code, bool down, const std::string& name) override;
  void on_text(std::uint32_t code, std::string_view utf8, char32_t code_point) override;
  void on_pointer(double x, double y) override;
  void on_enter(wl_pointer* pointer, std::uint32_t serial, double x, double y) override;
  void on_leave() override;
  void on_button(std::uint32_t code, bool down) override;
  void on_scroll(std::uint32_t axis, double value120) override;

  Scene& scene_;
  EventLog& log_;
  const WindowOptions options_;
  Display display_;
  Registry registry_;
  Compositor compositor_;
  Shm shm_;
  Shell shell_;
  std::map<std::uint32_t, OutputInfo> outputs_;  // by registry name
  wl_output* on_output_ = nullptr;
  std::unique_ptr<Seat> seat_;
  Surface surface_;
  ShellSurface shell_surface_;
  Toplevel toplevel_;
  Surface cursor_surface_;
  std::unique_ptr<Pictures> cursor_;
  std::unique_ptr<Pictures> pictures_;
  std::vector<std::unique_ptr<Pictures>> retired_;  // until the next size replaces them
  Callback frame_;                                  // asked for and not yet told
  std::uint32_t wanted_width_ = 0, wanted_height_ = 0;
  std::uint32_t drawn_ = 0;
  bool configured_ = false, closed_ = false, log_failed_ = false;
  double x_ = 0, y_ = 0;
};

}  // namespace pf::demo
