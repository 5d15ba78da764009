#include "display/virtual/virtual.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/runtime_folder.hpp"
#include "display/virtual/refresh_clock.hpp"
#include "display/virtual/sway_config.hpp"
#include "display/virtual/sway_ipc.hpp"

namespace pf::display::virtual_display {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartLimit{5000};
constexpr milliseconds kReplyLimit{2000};
constexpr milliseconds kLeaveLimit{1000};
constexpr int kLookMs = 5;
constexpr const char* kIpcSocket = "ipc";
constexpr const char* kLog = "log";
constexpr std::size_t kSocketPathLimit = 107;  // sun_path without its terminator

// Sleeps until something happens in a folder, a child ends, or the deadline passes.
class FolderWatch {
 public:
  explicit FolderWatch(const std::string& folder) : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    watches_ = fd_ && ::inotify_add_watch(fd_.get(), folder.c_str(),
                                          IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO) >= 0;
  }
  enum class Woken { Change = 1, ChildEnded, TimedOut };
  Woken wait(int child_fd, SteadyTime deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_now()).count();
    if (left <= 0) return Woken::TimedOut;
    pollfd items[2] = {{fd_.get(), POLLIN, 0}, {child_fd, POLLIN, 0}};
    // A user has few watches, and other programs may have taken them all: then look often.
    ::poll(items, 2, static_cast<int>(watches_ ? left : std::min<std::int64_t>(left, kLookMs)));
    if (items[1].revents != 0) return Woken::ChildEnded;
    alignas(inotify_event) char events[4096];
    while (::read(fd_.get(), events, sizeof events) > 0) {
    }
    return Woken::Change;
  }

 private:
  UniqueFd fd_;
  bool watches_ = false;
};

std::string find_wayland_socket(const std::string& folder) {
  std::string found;
  DIR* directory = ::opendir(folder.c_str());
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name.rfind("wayland-", 0) == 0 && entry->d_type == DT_SOCK) found = folder + '/' + name;
  }
  ::closedir(directory);
  return found;
}

class VirtualDisplay final : public Display {
 public:
  VirtualDisplay(RuntimeFolder folder, std::optional<Account> account)
      : folder_(std::move(folder)), account_(std::move(account)) {}

  ~VirtualDisplay() override {
    ipc_.reset();
    process_.terminate(kLeaveLimit);
  }

  const media::DisplayTarget& target() const override { return target_; }
  bool alive() const override { return process_.alive(); }

  Result<> start(const media::Mode& mode) {
    const auto began = steady_now();
    const auto deadline = began + kStartLimit;
    // An X server started by another account would refuse our programs.
    const bool xwayland = !account_ && find_program("Xwayland").has_value();
    if (auto written = folder_.write("config", sway_config(mode, xwayland)); !written)
      return written;
    FolderWatch watch(folder_.path());
    if (auto spawned = spawn(); !spawned) return spawned;
    if (auto connected = connect(watch, deadline); !connected) return connected;
    clock_ = RefreshClock(mode.rate);
    if (auto ready = wait_for_mode(mode, deadline); !ready) return ready;
    target_.kind = media::DisplayKind::Wlroots;
    target_.output = kOutput;
    target_.mode = mode;
    target_.wayland_socket = find_wayland_socket(folder_.path());
    if (target_.wayland_socket.empty()) return start_failed("no Wayland socket appeared");
    if (xwayland) read_x11_display(watch, deadline);
    fill_environment();
    const auto took = std::chrono::duration_cast<milliseconds>(steady_now() - began).count();
    log::info("display", "virtual display ready", "mode", media::to_string(mode), "took_ms", took);
    return {};
  }

  Result<> set_mode(const media::Mode& mode) override {
    if (!alive()) return fail(Errc::Lost, "the compositor has ended");
    if (mode == target_.mode) return {};
    const auto before = clock_;
    if (mode.rate != target_.mode.rate) clock_ = RefreshClock(mode.rate);
    if (auto applied = apply(mode); !applied) {
      clock_ = before;  // of the mode that stays
      return applied;
    }
    target_.mode = mode;
    return {};
  }

  void correct_clock(Nanoseconds interval) override {
    if (!alive() || !clock_.observe(interval)) return;
    if (auto applied = apply(target_.mode); !applied)
      log::warn("display", "the rate stays", "why", applied.error().message());
    else
      log::debug("display", "clock corrected", "millihertz", clock_.millihertz());
  }

 private:
  // The mode, at the clock's rate.
  Result<> apply(const media::Mode& mode) {
    auto reply =
        ipc_->request(IpcType::RunCommand, mode_command(mode, clock_.millihertz()), kReplyLimit);
    if (!reply) return pass(reply);
    if (auto accepted = parse_command_reply(*reply); !accepted) return accepted;
    return wait_for_mode(mode, steady_now() + kReplyLimit);
  }

  Result<> spawn() {
    const auto log_path = folder_.path() + '/' + kLog;
    const UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    ProcessOptions options;
    options.argv = {"sway", "-c", folder_.path() + "/config"};
    // Nothing of the host's own desktop: its sockets and settings must not leak in.
    options.inherit_environment = false;
    options.environment = {{"XDG_RUNTIME_DIR", folder_.path()},
                           {"HOME", folder_.path()},
                           {"SWAYSOCK", folder_.path() + '/' + kIpcSocket},
                           {"WLR_BACKENDS", "headless"},
                           {"WLR_HEADLESS_OUTPUTS", "1"},
                           {"WLR_LIBINPUT_NO_DEVICES", "1"},
                           {"WLR_RENDERER", "pixman"}};
    for (const char* name :
         {"LANG", "XKB_DEFAULT_LAYOUT", "XKB_DEFAULT_VARIANT", "XKB_DEFAULT_MODEL",
          "XKB_DEFAULT_OPTIONS", "XCURSOR_THEME", "XCURSOR_SIZE", "XCURSOR_PATH"})
      if (const char* value = std::getenv(name)) options.environment[name] = value;
    options.cwd = folder_.path();
    options.stdout_fd = log.get();
    options.stderr_fd = log.get();
    options.run_as = account_;
    auto spawned = Process::spawn(options);
    if (!spawned) return fail(Errc::StartFailed, spawned.error().message());
    process_ = std::move(*spawned);
    return {};
  }

  Result<> connect(FolderWatch& watch, SteadyTime deadline) {
    const auto path = folder_.path() + '/' + kIpcSocket;
    while (true) {
      auto connected = SwayIpc::connect(path);
      if (connected) {
        ipc_.emplace(std::move(*connected));
        return {};
      }
      const auto error = connected.error().code.value();
      // Bound but not listening yet: no event will tell, so look again soon.
      const auto until =
          error == ECONNREFUSED ? std::min(deadline, steady_now() + milliseconds(1)) : deadline;
      switch (watch.wait(process_.exit_fd(), until)) {
        case FolderWatch::Woken::ChildEnded:
          return start_failed("sway ended");
        case FolderWatch::Woken::TimedOut:
          if (steady_now() >= deadline)
            return start_failed("sway opened no control socket in time");
          break;
        case FolderWatch::Woken::Change:
          break;
      }
    }
  }

  // The reply comes from the compositor's event loop, so it also proves that the loop runs.
  Result<> wait_for_mode(const media::Mode& mode, SteadyTime deadline) {
    const OutputState wanted{mode.width, mode.height, clock_.millihertz(), true};
    while (true) {
      auto reply = ipc_->request(IpcType::GetOutputs, "", kReplyLimit);
      if (!reply) return start_failed(reply.error().message());
      const auto state = parse_output(*reply, kOutput);
      if (state == wanted) return {};
      if (steady_now() >= deadline)
        return fail(Errc::ModeRejected, "sway did not take " + media::to_string(mode));
      ::poll(nullptr, 0, 2);  // newer versions apply a mode a moment after answering
    }
  }

  void read_x11_display(FolderWatch& watch, SteadyTime deadline) {
    const auto path = folder_.path() + '/' + kX11File;
    do {
      std::ifstream file(path);
      std::string line;
      if (std::getline(file, line) && !file.eof()) {
        target_.x11_display = line;
        return;
      }
    } while (watch.wait(process_.exit_fd(), std::min(deadline, steady_now() + milliseconds(500))) ==
             FolderWatch::Woken::Change);
    log::warn("display", "the compositor did not tell its X display; X programs will not work");
  }

  void fill_environment() {
    auto& environment = target_.environment;
    // The absolute path leaves XDG_RUNTIME_DIR alone, where a program finds its sound server.
    environment["WAYLAND_DISPLAY"] = target_.wayland_socket;
    if (std::getenv("XDG_RUNTIME_DIR") == nullptr) environment["XDG_RUNTIME_DIR"] = folder_.path();
    const bool x11 = !target_.x11_display.empty();
    environment["DISPLAY"] = target_.x11_display;  // empty: never the host's own screen
    environment["XDG_SESSION_TYPE"] = "wayland";
    environment["XDG_CURRENT_DESKTOP"] = "sway";
    environment["SDL_VIDEODRIVER"] = x11 ? "wayland,x11" : "wayland";
    environment["QT_QPA_PLATFORM"] = x11 ? "wayland;xcb" : "wayland";
    environment["GDK_BACKEND"] = x11 ? "wayland,x11" : "wayland";
    environment["MOZ_ENABLE_WAYLAND"] = "1";
  }

  Failure start_failed(const std::string& what) const {
    const auto last = folder_.tail(kLog, 5);
    return fail(Errc::StartFailed, last.empty() ? what : what + ": " + last);
  }

  RuntimeFolder folder_;
  std::optional<Account> account_;
  Process process_;  // ends before the folder goes
  std::optional<SwayIpc> ipc_;
  RefreshClock clock_;
  media::DisplayTarget target_;
};

}  // namespace

Result<> probe(const Options& options) {
  if (!find_program("sway"))
    return fail(Errc::Unavailable, "sway is not installed: apt install sway");
  if (options.runtime_dir.empty())
    return fail(Errc::Unavailable, "no runtime folder: set XDG_RUNTIME_DIR");
  if (::geteuid() == 0 && !unprivileged_account())
    return fail(Errc::Unavailable,
                "sway does not run as root and there is no account \"punktfunk\": "
                "run the host as the desktop user");
  return {};
}

Result<std::unique_ptr<Display>> open(const Options& options, const Request& request) {
  const auto& mode = request.mode;
  if (mode.width == 0 || mode.height == 0 || mode.rate.num == 0 || mode.rate.den == 0)
    return fail(Errc::ModeRejected, "an empty mode");
  const auto account = unprivileged_account();  // Debian 12's sway refuses to run as root
  const auto longest = options.runtime_dir + '/' + request.session_tag + "/wayland-99.lock";
  if (longest.size() > kSocketPathLimit)
    return fail(Errc::StartFailed,
                "the runtime folder's path is too long for a socket: " + options.runtime_dir);
  auto folder = RuntimeFolder::create(options.runtime_dir, request.session_tag, account);
  if (!folder) return fail(Errc::StartFailed, folder.error().message());
  auto display = std::make_unique<VirtualDisplay>(std::move(*folder), account);
  if (auto started = display->start(request.mode); !started) return pass(started);
  return display;
}

}  // namespace pf::display::virtual_display
