// The HTTP and HTTPS API of GameStream (gamestream.md 2): two handlers for two http::Servers. Every
// answer is HTTP 200 with the status inside the XML; box art is the one exception. Control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "crypto/identity.hpp"
#include "gamestream/launch.hpp"
#include "gamestream/serverinfo.hpp"
#include "http/server.hpp"
#include "session/manager.hpp"
#include "trust/allow_list.hpp"
#include "trust/pairing_desk.hpp"

namespace pf::gamestream {

struct ApiConfig {
  std::string host_name;
  std::string unique_id;  // a stable UUID; never changes
  std::uint16_t http_port = 47989;
  std::uint16_t https_port = 47984;
  std::uint16_t rtsp_port = 48010;
  std::string external_ip;  // empty: not told
};

// Everything referred to must outlive the Api.
struct ApiDeps {
  Executor& executor;
  trust::AllowList& allow_list;
  trust::PairingDesk& desk;
  session::Manager& sessions;
  const apps::Catalogue& catalogue;
  const crypto::Identity& identity;
  // ServerCodecModeSupport of what the host can encode; must not block.
  std::function<std::uint32_t()> codec_support;
  // A launch or resume was granted: RTSP must expect this client from now on. Runs before the
  // client gets its answer.
  std::function<void(TicketPtr)> launched;
  // The session ends on the client's wish (or is replaced): nothing more may come of its ticket.
  std::function<void(session::SessionId)> withdrawn;
  std::function<std::string(const net::Endpoint& local)> local_mac = mac_of_local_address;
  std::function<bool()> hdr_support{};  // as IsHdrSupported; absent = no
};

class Api {
 public:
  Api(ApiConfig config, ApiDeps deps);
  ~Api();

  // For the plain listener: serverinfo (as a stranger sees it), pair phases 1 to 4, unpair.
  void handle_plain(const std::shared_ptr<http::Exchange>& exchange);
  // For the TLS listener: everything, for listed certificates only; anybody else gets XML 401.
  void handle_tls(const std::shared_ptr<http::Exchange>& exchange);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with callbacks of sessions that are ending
};

}  // namespace pf::gamestream
