#include "audio/pipewire/backend.hpp"

#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "audio/pipewire/default_sink.hpp"
#include "audio/pipewire/microphone_node.hpp"
#include "audio/pipewire/private_daemon.hpp"
#include "audio/pipewire/sink_source.hpp"
#include "base/log.hpp"

namespace pf::audio::pipewire {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The desktop's daemon as libpipewire would look for it, or nothing. Root's programs run under
// another account, which could not reach root's own daemon.
std::string desktop_socket() {
  if (::geteuid() == 0) return {};
  auto name = variable("PIPEWIRE_REMOTE");
  if (name.empty()) name = "pipewire-0";
  if (!name.starts_with('/')) {
    auto folder = variable("PIPEWIRE_RUNTIME_DIR");
    if (folder.empty()) folder = variable("XDG_RUNTIME_DIR");
    if (folder.empty()) return {};
    name = folder + '/' + name;
  }
  return listens(name) ? name : std::string();
}

std::map<std::string, std::string> desktop_environment(const std::string& socket) {
  std::map<std::string, std::string> environment{{"PIPEWIRE_REMOTE", socket}};
  // Programs may be given another XDG_RUNTIME_DIR by their display.
  const auto server = variable("PULSE_SERVER");
  const auto native = variable("XDG_RUNTIME_DIR") + "/pulse/native";
  if (!server.empty())
    environment["PULSE_SERVER"] = server;
  else if (listens(native))
    environment["PULSE_SERVER"] = "unix:" + native;
  return environment;
}

// Where what is to be restored is kept; empty = nowhere.
std::string journal_of(const Options& options) {
  return options.state_dir.empty() ? std::string() : options.state_dir + "/default-sink.journal";
}

std::mutex prepared_mutex;
std::shared_ptr<PrivateDaemon> prepared;

}  // namespace

Result<> probe(const Options&) {
  if (!desktop_socket().empty() || find_program("pipewire")) return {};
  return fail(Errc::Unavailable,
              "no PipeWire runs for this user and the program pipewire is not installed: apt "
              "install pipewire pipewire-pulse");
}

Result<std::unique_ptr<Source>> open(const Options& options, const Request& request) {
  const auto up =
      [](Result<std::unique_ptr<SinkSource>> source) -> Result<std::unique_ptr<Source>> {
    if (!source) return pass(source);
    return std::unique_ptr<Source>(std::move(*source));
  };
  if (const auto socket = desktop_socket(); !socket.empty()) {
    auto source = up(SinkSource::open(nullptr, socket, desktop_environment(socket), request,
                                      journal_of(options)));
    if (source) return source;
    log::warn("audio", "the desktop's PipeWire cannot be used, starting a private one", "reason",
              source.error().message());
  }
  for (bool last_try = false;; last_try = true) {
    auto daemon = PrivateDaemon::acquire(options);
    if (!daemon) return pass(daemon);
    auto source =
        up(SinkSource::open(*daemon, (*daemon)->socket(), (*daemon)->environment(), request, {}));
    // A daemon that was just dying is replaced once.
    if (source || last_try || !(*daemon)->ends_soon()) return source;
  }
}

Result<std::unique_ptr<Microphone>> open_microphone(const Options& options,
                                                    const Request& request) {
  const auto up =
      [](Result<std::unique_ptr<MicrophoneNode>> node) -> Result<std::unique_ptr<Microphone>> {
    if (!node) return pass(node);
    return std::unique_ptr<Microphone>(std::move(*node));
  };
  if (const auto socket = desktop_socket(); !socket.empty())
    if (auto node = up(MicrophoneNode::open(nullptr, socket, request))) return node;
  // The session's programs use the private daemon then; it runs.
  auto daemon = PrivateDaemon::acquire(options);
  if (!daemon) return pass(daemon);
  return up(MicrophoneNode::open(*daemon, (*daemon)->socket(), request));
}

void restore(const Options& options) {
  const auto socket = desktop_socket();
  const auto journal = journal_of(options);
  if (socket.empty() || journal.empty()) return;
  if (auto restored = restore_default_sink(socket, journal); !restored)
    log::warn("audio", "the desktop's default sink is not restored yet", "reason",
              restored.error().message());
}

void prepare(const Options& options) {
  pipewire::restore(options);
  const std::lock_guard lock(prepared_mutex);
  if ((prepared && prepared->alive()) || !desktop_socket().empty()) return;
  prepared.reset();
  auto daemon = PrivateDaemon::acquire(options);
  if (daemon)
    prepared = std::move(*daemon);
  else
    log::warn("audio", "no sound server could be prepared", "reason", daemon.error().message());
}

void release() {
  const std::lock_guard lock(prepared_mutex);
  prepared.reset();
}

}  // namespace pf::audio::pipewire
