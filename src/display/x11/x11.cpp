#include "display/x11/x11.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/runtime_folder.hpp"

namespace pf::display::x11 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartLimit{5000};
constexpr milliseconds kLeaveLimit{1000};
constexpr const char* kLog = "log";

std::string wanted_display(const Options& options) {
  if (!options.x11_display.empty()) return options.x11_display;
  const char* display = std::getenv("DISPLAY");
  return display != nullptr ? display : "";
}

struct Disconnect {
  void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
};
using Connection = std::unique_ptr<xcb_connection_t, Disconnect>;

struct Screen {
  Connection connection;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

Result<Screen> connect(const std::string& display) {
  int number = 0;
  // xcb hands out an object even when it failed; it must be freed either way.
  Connection connection(xcb_connect(display.c_str(), &number));
  if (xcb_connection_has_error(connection.get()) != 0)
    return fail(Errc::Unavailable, "no X server answers at \"" + display + '"');
  auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection.get()));
  for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
  if (screens.rem == 0) return fail(Errc::Unavailable, "the X server has no screen");
  return Screen{std::move(connection), screens.data->width_in_pixels,
                screens.data->height_in_pixels};
}

class X11Display final : public Display {
 public:
  X11Display(std::string name, Screen screen, const media::Rational& rate)
      : connection_(std::move(screen.connection)) {
    target_.kind = media::DisplayKind::X11;
    target_.x11_display = std::move(name);
    target_.mode = {screen.width, screen.height, rate};
    target_.environment = {{"DISPLAY", target_.x11_display}, {"WAYLAND_DISPLAY", ""},
                           {"XDG_SESSION_TYPE", "x11"},      {"SDL_VIDEODRIVER", "x11"},
                           {"QT_QPA_PLATFORM", "xcb"},       {"GDK_BACKEND", "x11"}};
  }
  ~X11Display() override {
    connection_.reset();
    server_.terminate(kLeaveLimit);
  }
  // Takes over a server that was started for this display.
  void adopt(Process server, RuntimeFolder folder) {
    server_ = std::move(server);
    folder_.emplace(std::move(folder));
  }

  const media::DisplayTarget& target() const override { return target_; }
  bool desktop() const override { return server_.exit_fd() < 0; }

  // An X screen keeps its size; only the rate at which it is looked at can change.
  Result<> set_mode(const media::Mode& mode) override {
    if (!alive()) return fail(Errc::Lost, target_.x11_display);
    if (mode.width != target_.mode.width || mode.height != target_.mode.height)
      return fail(Errc::ModeRejected,
                  "an X screen cannot change its size to " + media::to_string(mode));
    target_.mode = mode;
    return {};
  }

  bool alive() const override {
    if (server_.exit_fd() >= 0 && !server_.alive()) return false;
    // Reading events is how xcb learns that the other side has gone; nothing else uses this link.
    while (xcb_generic_event_t* event = xcb_poll_for_event(connection_.get())) std::free(event);
    return xcb_connection_has_error(connection_.get()) == 0;
  }

 private:
  std::optional<RuntimeFolder> folder_;
  Process server_;
  Connection connection_;
  media::DisplayTarget target_;
};

// Xvfb writes the number of the display it took, once it accepts clients.
Result<std::string> read_display_number(int fd, const Process& server) {
  const auto deadline = steady_now() + kStartLimit;
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_now()).count();
    pollfd items[2] = {{fd, POLLIN, 0}, {server.exit_fd(), POLLIN, 0}};
    if (left <= 0 || ::poll(items, 2, static_cast<int>(left)) == 0)
      return fail(Errc::StartFailed, "Xvfb was not ready in time");
    char chunk[32];
    const auto got = items[0].revents != 0 ? ::read(fd, chunk, sizeof chunk) : 0;
    if (got <= 0) return fail(Errc::StartFailed, "Xvfb ended");
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return ':' + text.substr(0, text.find('\n'));
}

Result<std::unique_ptr<Display>> open_private(const Options& options, const Request& request) {
  auto folder = RuntimeFolder::create(options.runtime_dir, request.session_tag, std::nullopt);
  if (!folder) return fail(Errc::StartFailed, folder.error().message());
  const auto log_path = folder->path() + '/' + kLog;
  const UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  ProcessOptions child;
  child.argv = {
      "Xvfb",
      "-displayfd",
      "1",
      "-screen",
      "0",
      std::to_string(request.mode.width) + 'x' + std::to_string(request.mode.height) + "x24",
      "-nolisten",
      "tcp",
      "-noreset"};
  child.stdout_fd = write_end.get();
  child.stderr_fd = log.get();
  auto server = Process::spawn(child);
  if (!server) return fail(Errc::StartFailed, server.error().message());
  write_end.reset();  // so that our end sees the server's exit
  auto name = read_display_number(read_end.get(), *server);
  if (!name) return fail(Errc::StartFailed, name.error().context + ": " + folder->tail(kLog, 5));
  auto screen = connect(*name);
  if (!screen) return fail(Errc::StartFailed, screen.error().context);
  auto display = std::make_unique<X11Display>(*name, std::move(*screen), request.mode.rate);
  display->adopt(std::move(*server), std::move(*folder));
  return display;
}

}  // namespace

Result<> probe(const Options& options) {
  const auto display = wanted_display(options);
  if (!display.empty()) {
    auto screen = connect(display);
    if (!screen) return pass(screen);
    return {};
  }
  if (!find_program("Xvfb"))
    return fail(Errc::Unavailable,
                "DISPLAY is not set and Xvfb is not installed: apt install xvfb");
  if (options.runtime_dir.empty())
    return fail(Errc::Unavailable, "no runtime folder: set XDG_RUNTIME_DIR");
  return {};
}

Result<std::unique_ptr<Display>> open(const Options& options, const Request& request) {
  const auto display = wanted_display(options);
  if (display.empty()) return open_private(options, request);
  auto screen = connect(display);
  if (!screen) return pass(screen);
  return std::make_unique<X11Display>(display, std::move(*screen), request.mode.rate);
}

}  // namespace pf::display::x11
