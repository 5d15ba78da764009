// The host as one object: everything that `serve` builds, in the order in which it depends on each
// other. No singletons: each part gets references to what it needs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/paths.hpp"
#include "config/settings.hpp"
#include "store/database.hpp"

namespace pf::app {

// What a start may ask for beyond the settings.
struct HostOptions {
  bool management = true;  // the management API and console
  // Opens a pairing window without an end for native clients: this PIN, or a random one when empty.
  std::optional<std::string> native_pin;
  // Parity for native clients over GF(2^8) instead of GF(2^16): for tests of clients.
  bool native_gf8 = false;
  // What a restart begins again; empty = this process cannot be started again.
  std::filesystem::path program;
  // Has the process end and begin again. Control thread.
  std::function<void()> restart;
};

class Host {
 public:
  // Start-up thread. Opens identity and trust, starts the control plane and the front ends; probes
  // of back ends go on in the background. Errors are sentences with the fix.
  static Result<std::unique_ptr<Host>> start(const config::Paths& paths, store::Database& database,
                                             config::Settings& settings,
                                             const HostOptions& options = {});
  // The PIN of HostOptions::native_pin; for the terminal, never for a log.
  const std::string& native_pin() const;
  // Ends every stream with its typed reason, takes back what was changed, stops all threads. Not
  // from the control thread.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

 private:
  struct Impl;
  explicit Host(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::app
