// The native front end: one QUIC port for punktfunk/2 and punktfunk/1 clients, and its announcement
// (punktfunk1.md, punktfunk2.md). Built by the program, lives on the control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "crypto/identity.hpp"
#include "native/negotiate.hpp"
#include "session/manager.hpp"
#include "trust/allow_list.hpp"
#include "trust/native_desk.hpp"

namespace pf::native {

// Everything here outlives the front end; the manager is shut down before the front end goes.
struct FrontendDeps {
  EventLoop& loop;
  trust::AllowList& allow_list;
  trust::NativeDesk& desk;
  session::Manager& sessions;
  const apps::Catalogue& catalogue;
  const crypto::Identity& identity;
};

struct FrontendConfig {
  std::string host_name;            // empty = the machine's name
  std::string unique_id;            // stable
  std::string bind_address = "::";  // "::" = both families, or an IPv4/IPv6 literal
  std::uint16_t port = 9777;        // 0 = chosen by the system
  std::uint16_t media_port = 0;     // of generation 1; 0 = one of its own for each stream
  bool open = false;                // unpaired peers are let in
  bool mdns = true;
  std::chrono::milliseconds idle_timeout{8000};
  std::size_t max_streams = 4;  // 0 = no limit; further clients wait in line
  bool adaptive_fec = true;
  // Asked at each hello; must not block.
  std::function<HostAbilities()> abilities;
};

class Frontend {
 public:
  // Control thread. The error names the port that could not be opened and what to do.
  static Result<std::unique_ptr<Frontend>> start(const FrontendDeps& deps, FrontendConfig config);
  ~Frontend();

  std::uint16_t port() const;
  // Control thread: for streams that begin from here on.
  void set_adaptive_fec(bool adaptive);
  // Control thread. Accepts nobody any more and ends the streams; clients get their reason.
  void stop();

 private:
  struct Impl;
  explicit Frontend(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native
