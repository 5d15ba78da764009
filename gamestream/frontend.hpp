// The GameStream front end: HTTP, HTTPS, RTSP, control and media ports, and their announcement
// (gamestream.md 1 to 9). Built by the program, lives on the control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "crypto/identity.hpp"
#include "gamestream/describe.hpp"
#include "media/colour.hpp"
#include "session/manager.hpp"
#include "trust/allow_list.hpp"
#include "trust/pairing_desk.hpp"

namespace pf::gamestream {

// Everything here outlives the front end; the manager is shut down before the front end goes.
struct FrontendDeps {
  EventLoop& loop;
  trust::AllowList& allow_list;
  trust::PairingDesk& desk;
  session::Manager& sessions;
  const apps::Catalogue& catalogue;
  const crypto::Identity& identity;
};

// What people may change while the host runs.
struct StreamPolicy {
  unsigned fec_percent = 20;
  // Whether parity and bitrate follow what clients report; else they stay as they start.
  bool adaptive_fec = true, adaptive_bitrate = true;
  // For clients of the local network and for those from elsewhere.
  EncryptionPolicy encryption_lan, encryption_wan;
};

struct FrontendConfig {
  std::string host_name;            // empty = the machine's name
  std::string unique_id;            // a stable UUID
  std::string bind_address = "::";  // "::" = both families, or an IPv4/IPv6 literal
  // All ports are base + the offsets of 1.1; 0 = every port is chosen by the system (see ports()).
  std::uint16_t base_port = 47989;
  StreamPolicy policy;
  bool mdns = true;
  // What encoders on this machine really offer; asked at each use, must not block.
  std::function<Offer()> offer;  // absent = H.264 alone
};

class Frontend {
 public:
  struct Ports {
    std::uint16_t http = 0, https = 0, rtsp = 0, video = 0, control = 0, audio = 0;
  };

  // Control thread. The error names the port that could not be opened and what to do.
  static Result<std::unique_ptr<Frontend>> start(const FrontendDeps& deps, FrontendConfig config);
  // Control thread. Waits until farewells reached their clients, half a second at most.
  ~Frontend();

  const Ports& ports() const;
  // Control thread: for streams that are launched from here on.
  void set_policy(const StreamPolicy& policy);
  // Control thread. Accepts nobody any more and ends the streams; clients get their reason.
  void stop();

 private:
  struct Impl;
  explicit Frontend(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::gamestream
