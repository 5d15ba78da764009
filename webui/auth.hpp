// Who asks: the lanes of trust-and-console.md 4.1 and the console's password. Being on this
// machine proves nothing (a tunnel makes a stranger local). Control thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/digest.hpp"
#include "http/server.hpp"
#include "webui/access.hpp"
#include "webui/credentials.hpp"
#include "webui/frontend.hpp"
#include "webui/login_throttle.hpp"
#include "webui/passwords.hpp"
#include "webui/schema.hpp"
#include "webui/setup_code.hpp"

namespace pf::webui {

inline constexpr const char* kSessionCookie = "__Host-pf_session";

// Counts failures per address (an IPv6 /64 counts as one), so that nobody can be locked out by
// somebody else. Bounded: the address with the oldest failure is forgotten first.
class FailureCounter {
 public:
  static constexpr unsigned kFailures = 10;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kAddresses = 256;

  // Notes a failure now. The time to wait when the address had too many, else zero.
  std::chrono::seconds fail(const net::Endpoint& from, SteadyTime now);
  std::size_t addresses() const { return counts_.size(); }

 private:
  struct Count {
    unsigned failures = 0;
    SteadyTime since;
  };
  std::map<std::string, Count> counts_;
};

// How asking for the password ended.
struct PasswordAnswer {
  enum class Kind : std::uint8_t { Right = 1, Wrong, Locked, Busy };
  Kind kind = Kind::Wrong;
  unsigned tries_left = 0;       // Wrong
  std::chrono::seconds wait{0};  // Locked, Busy
};

class Auth {
 public:
  // Reads what is stored; makes a set-up code when there is no password yet. Keeps the digest of
  // the administrator's token only. `deps` and `config` must outlive the object.
  static Result<std::unique_ptr<Auth>> open(const Deps& deps, const FrontendConfig& config,
                                            std::string_view admin_token);

  struct Identity {
    Caller caller;                   // lane::kOpen when nothing was proved
    std::optional<Problem> problem;  // what was wrong with what was shown: 401, or 429 when often
  };
  // The bearer token, else the cookie, else the client's certificate. A right one is never delayed.
  Identity identify(const http::Request& request);
  // By certificate only.
  std::optional<Caller> device(const http::Request& request) const;
  // Whether what proved this caller still holds.
  bool holds(const Caller& caller) const;

  bool claimed() const { return credentials_->claimed(); }
  Credentials& credentials() { return *credentials_; }
  LoginThrottle& throttle() { return throttle_; }
  PasswordDesk& passwords() { return passwords_; }
  // Null once claimed.
  const SetupCode* setup_code() const { return setup_code_ ? &*setup_code_ : nullptr; }

  // Charges the throttle, checks, answers (perhaps before this returns).
  void check_password(const net::Endpoint& from, std::string password,
                      std::function<void(PasswordAnswer)> done);
  // After a password is stored: the code is of no more use.
  void end_setup();
  // Removes the password and makes a new set-up code: whoever sits at the machine begins anew. The
  // code is in its file only, because tokens that can read the log go on.
  Result<> begin_setup();

  std::int64_t wall_now() const;
  SteadyTime now() const { return deps_.loop.now(); }

 private:
  Auth(const Deps& deps, const FrontendConfig& config, std::string_view admin_token);
  const std::filesystem::path& folder() const {
    return config_.state_folder.empty() ? config_.folder : config_.state_folder;
  }
  // Tries until what has ended is stored.
  void keep_storing();
  Identity by_token(const http::Request& request, std::string_view token);

  const Deps& deps_;
  const FrontendConfig& config_;
  crypto::Sha256 admin_digest_;
  std::unique_ptr<Credentials> credentials_;
  std::optional<SetupCode> setup_code_;
  FailureCounter failures_;
  LoginThrottle throttle_;
  PasswordDesk passwords_;
  std::unique_ptr<Executor::Timer> store_timer_;
};

}  // namespace pf::webui
