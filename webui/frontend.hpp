// The management API and, at "/", one page for people: HTTPS on one port, served by the host
// itself. Control thread: start(), stop() and the destructor included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "crypto/identity.hpp"
#include "session/manager.hpp"
#include "store/database.hpp"
#include "trust/allow_list.hpp"
#include "trust/pairing_desk.hpp"
#include "webui/hooks.hpp"
#include "webui/passwords.hpp"
#include "webui/status_parts.hpp"

namespace pf::trust {
class NativeDesk;
}

namespace pf::webui {

class EventBus;

// Everything here must outlive the front end.
struct Deps {
  EventLoop& loop;
  trust::AllowList& allow_list;
  trust::PairingDesk& desk;
  session::Manager& manager;
  apps::Catalogue& catalogue;
  const crypto::Identity& identity;
  const config::Settings& settings;
  store::Database& database;
  EventBus& events;
  std::function<StatusParts()> status;       // control thread; called per request, must be cheap
  trust::NativeDesk* native_desk = nullptr;  // null: native clients are not served
  Hooks hooks{};
};

struct FrontendConfig {
  std::string bind_address = "::";
  std::uint16_t port = 47990;                // 0 = any
  std::string host_name;                     // shown to people, and accepted in the Host header
  std::vector<std::string> more_host_names;  // accepted in the Host header as well
  std::filesystem::path folder;              // private: `mgmt-token` and `mgmt-endpoint` live here
  std::filesystem::path state_folder{};      // private: `setup-code`; empty = `folder`
  bool public_peers = false;                 // answer addresses beyond the own network as well
  PasswordCost password_cost{};
};

class Frontend {
 public:
  // Makes the token when there is none, listens, and says where in `mgmt-endpoint`. Errors: the
  // token file (webui::Errc), the port (http::Errc), the disk.
  static Result<std::unique_ptr<Frontend>> start(Deps deps, FrontendConfig config);
  ~Frontend();

  std::uint16_t port() const;
  // What makes a browser the operator; nothing once there is one. Control thread.
  std::optional<std::string> setup_code() const;
  // A sign-in or token has ended, but that is not stored yet; it is tried again.
  bool unsaved_endings() const;
  // When the certificate that the operator brought is over; nothing without one.
  std::optional<std::int64_t> own_certificate_ends() const;
  // Why a stored one is not used; else empty.
  const std::string& certificate_problem() const;
  // Closes the port and every connection. Idempotent.
  void stop();

 private:
  struct Impl;
  explicit Frontend(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::webui
