// A PipeWire of our own, for machines (and root's hosts) without one: started with a small
// configuration in a private folder, shared by all sessions, stopped when the last one lets go.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "audio/pipewire/linker.hpp"
#include "audio/source.hpp"
#include "base/process.hpp"
#include "base/runtime_folder.hpp"

namespace pf::audio::pipewire {

class PrivateDaemon {
 public:
  // Worker thread. The running one, or a new one.
  static Result<std::shared_ptr<PrivateDaemon>> acquire(const Options& options);
  ~PrivateDaemon();

  const std::string& socket() const { return socket_; }
  // What programs need to reach it, apart from the name of a sink.
  const std::map<std::string, std::string>& environment() const { return environment_; }
  bool alive() const { return pipewire_.alive(); }
  // After a failed connection: true when the daemon has ended or is about to.
  bool ends_soon() const { return pipewire_.wait(std::chrono::milliseconds(200)); }

 private:
  PrivateDaemon() = default;
  Result<> start(const Options& options);
  Result<Process> spawn(const std::string& program, const std::string& config);

  std::optional<RuntimeFolder> folder_;
  std::string socket_;
  std::optional<Account> account_;  // root's daemons run without privileges
  std::map<std::string, std::string> environment_;
  Process pipewire_, pulse_;
  std::unique_ptr<Linker> linker_;
};

// Waits until somebody listens on the socket at `path`.
bool wait_for_listener(const std::string& path, const Process& process,
                       std::chrono::milliseconds limit);
// Somebody listens there now.
bool listens(const std::string& path);

}  // namespace pf::audio::pipewire
