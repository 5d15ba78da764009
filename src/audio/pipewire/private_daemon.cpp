#include "audio/pipewire/private_daemon.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <mutex>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace pf::audio::pipewire {

namespace {

constexpr auto kStartLimit = std::chrono::seconds(5);
constexpr auto kStopGrace = std::chrono::milliseconds(500);

// One tick is one Opus packet of 5 ms. No devices: the only clock is the timer.
constexpr const char* kPipewireConfig = R"(context.properties = {
  core.daemon = true
  core.name = pipewire-0
  default.clock.rate = 48000
  default.clock.allowed-rates = [ 48000 ]
  default.clock.quantum = 240
  default.clock.min-quantum = 240
  default.clock.max-quantum = 1024
  clock.power-of-two-quantum = false
  mem.warn-mlock = false
}
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-rt args = { nice.level = -11 } flags = [ ifexists nofail ] }
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-client-device }
  { name = libpipewire-module-access }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory }
  { name = libpipewire-module-session-manager }
]
context.objects = [
  { factory = spa-node-factory
    args = {
      factory.name = support.node.driver
      node.name = Dummy-Driver
      node.group = pipewire.dummy
      priority.driver = 20000
    }
  }
]
)";

constexpr const char* kPulseConfig = R"(context.properties = { }
context.spa-libs = {
  audio.convert.* = audioconvert/libspa-audioconvert
  support.* = support/libspa-support
}
context.modules = [
  { name = libpipewire-module-rt args = { nice.level = -11 } flags = [ ifexists nofail ] }
  { name = libpipewire-module-protocol-native }
  { name = libpipewire-module-client-node }
  { name = libpipewire-module-adapter }
  { name = libpipewire-module-metadata }
  { name = libpipewire-module-protocol-pulse }
]
pulse.properties = {
  server.address = [ "unix:native" ]
  pulse.min.req = 240/48000
  pulse.default.req = 480/48000
  pulse.min.quantum = 240/48000
}
)";

std::mutex shared_mutex;
std::weak_ptr<PrivateDaemon> shared;

}  // namespace

bool listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const void* generic = &address;
  return fd && ::connect(fd.get(), static_cast<const sockaddr*>(generic), sizeof address) == 0;
}

bool wait_for_listener(const std::string& path, const Process& process,
                       std::chrono::milliseconds limit) {
  const auto deadline = steady_now() + limit;
  while (!listens(path)) {
    if (steady_now() > deadline) return false;
    // The process's end cuts the wait short; a new socket can only be looked for.
    if (process.wait(std::chrono::milliseconds(5))) return false;
  }
  return true;
}

Result<std::shared_ptr<PrivateDaemon>> PrivateDaemon::acquire(const Options& options) {
  const std::lock_guard lock(shared_mutex);
  auto running = shared.lock();
  if (running && running->alive()) return running;
  running = std::shared_ptr<PrivateDaemon>(new PrivateDaemon());
  if (auto started = running->start(options); !started) return pass(started);
  shared = running;
  return running;
}

Result<Process> PrivateDaemon::spawn(const std::string& program, const std::string& config) {
  const auto path = find_program(program);
  if (!path)
    return fail(Errc::Unavailable,
                fmt::format("the program {} is not installed: apt install {}", program, program));
  const auto& folder = folder_->path();
  ProcessOptions options;
  options.argv = {*path, "-c", config};
  options.environment = {{"PIPEWIRE_RUNTIME_DIR", folder},
                         {"XDG_RUNTIME_DIR", folder},
                         {"PULSE_RUNTIME_PATH", folder + "/pulse"},
                         {"HOME", folder},
                         {"XDG_CONFIG_HOME", folder},
                         {"XDG_STATE_HOME", folder},
                         {"PIPEWIRE_CONFIG_DIR", folder}};
  options.unset = {"PIPEWIRE_REMOTE",          "PIPEWIRE_CORE",
                   "PIPEWIRE_CONFIG_NAME",     "PIPEWIRE_CONFIG_PREFIX",
                   "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"};
  options.cwd = folder;
  options.run_as = account_;
  return Process::spawn(options);
}

Result<> PrivateDaemon::start(const Options& options) {
  account_ = unprivileged_account();
  // A daemon that died may still be held by a session when the next one starts.
  static std::atomic<unsigned> count{0};
  auto folder = RuntimeFolder::create(options.runtime_dir,
                                      fmt::format("audio-{}-{}", ::getpid(), ++count), account_);
  if (!folder) return pass(folder);
  folder_.emplace(std::move(*folder));
  socket_ = folder_->path() + "/pipewire-0";
  for (const auto& [name, text] :
       {std::pair{"pipewire.conf", kPipewireConfig}, std::pair{"pulse.conf", kPulseConfig}})
    if (auto written = folder_->write(name, text); !written) return written;

  const auto began = steady_now();
  auto daemon = spawn("pipewire", folder_->path() + "/pipewire.conf");
  if (!daemon) return pass(daemon);
  pipewire_ = std::move(*daemon);
  if (!wait_for_listener(socket_, pipewire_, kStartLimit))
    return fail(Errc::ConnectFailed, "the private PipeWire did not start listening");
  auto linker = Linker::start(socket_);
  if (!linker) return pass(linker);
  linker_ = std::move(*linker);
  environment_ = {{"PIPEWIRE_REMOTE", socket_}, {"PIPEWIRE_RUNTIME_DIR", folder_->path()}};

  auto pulse = spawn("pipewire-pulse", folder_->path() + "/pulse.conf");
  if (!pulse) {
    log::warn("audio", "programs that need PulseAudio will be silent", "reason",
              pulse.error().message());
  } else {
    pulse_ = std::move(*pulse);
    const auto native = folder_->path() + "/pulse/native";
    if (wait_for_listener(native, pulse_, kStartLimit))
      environment_["PULSE_SERVER"] = "unix:" + native;
    else
      log::warn("audio", "programs that need PulseAudio will be silent", "reason",
                "pipewire-pulse did not start listening");
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - began);
  log::info("audio", "private PipeWire started", "folder", folder_->path(), "ms", took.count());
  return {};
}

PrivateDaemon::~PrivateDaemon() {
  linker_.reset();
  pulse_.terminate(kStopGrace);
  pipewire_.terminate(kStopGrace);
}

}  // namespace pf::audio::pipewire
