// What proves the operator: the password's hash, signed-in browsers, and tokens for programs. In
// memory for the checks of every request, in the store for the next start. Ending something is in
// force before it is stored, and stays so when the disk fails. Control thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/operator.hpp"
#include "webui/access.hpp"

namespace pf::webui {

struct SignIn {
  std::uint64_t id = 0;
  std::string address;  // where it signed in
  std::string agent;    // what the browser says it is; printable, at most 200 bytes
  std::int64_t since_unix = 0;
  std::int64_t last_unix = 0;
  std::int64_t expires_unix() const;
};

struct ScopedToken {
  std::uint64_t id = 0;
  std::string name;
  Scope scope = Scope::Read;
  std::int64_t created_unix = 0;
  std::optional<std::int64_t> expires_unix;
  std::optional<std::int64_t> last_unix;  // in this run
};

class Credentials {
 public:
  static constexpr std::chrono::hours kSignInLife{7 * 24};
  static constexpr std::size_t kSignIns = 64;  // the one unused for longest ends first
  static constexpr std::size_t kTokens = 64;

  static Result<std::unique_ptr<Credentials>> open(store::Database& database);

  // Called after a sign-in or token ended, by whatever cause but its time: the lane and its number.
  void when_ended(std::function<void(std::uint8_t, std::uint64_t)> ended) {
    ended_ = std::move(ended);
  }

  // Called when one ended that the disk did not take.
  void when_unsaved(std::function<void()> unsaved) { when_unsaved_ = std::move(unsaved); }
  bool unsaved() const { return !unsaved_sign_ins_.empty() || !unsaved_tokens_.empty(); }
  // Stores what has ended and is not stored yet.
  Result<> flush();

  bool claimed() const { return password_.has_value(); }
  // Of the argon2id text form; only while claimed.
  const std::string& password_hash() const { return *password_; }
  // Ends every sign-in but `keep` (0: all). Nothing has changed when it fails.
  Result<> set_password(std::optional<std::string> hash, std::uint64_t keep, std::int64_t now);

  // The secret for the cookie, 64 hex digits. It is not kept.
  Result<std::string> sign_in(const std::string& address, std::string_view agent, std::int64_t now);
  // Nothing for a secret that is unknown or too old. Notes that it was used.
  const SignIn* find_sign_in(std::string_view secret, std::int64_t now);
  const SignIn* sign_in_of(std::uint64_t id, std::int64_t now) const;
  std::vector<SignIn> sign_ins(std::int64_t now) const;  // newest first
  // False when there is none. After an error it is out all the same.
  Result<bool> end_sign_in(std::uint64_t id);

  struct MadeToken {
    ScopedToken token;
    std::string secret;  // "pft_" and 64 hex digits; not kept
  };
  // Nothing when there are kTokens already.
  Result<std::optional<MadeToken>> make_token(const std::string& name, Scope scope,
                                              std::optional<std::int64_t> expires_unix,
                                              std::int64_t now);
  const ScopedToken* find_token(std::string_view secret, std::int64_t now);
  const ScopedToken* token_of(std::uint64_t id, std::int64_t now) const;
  std::vector<ScopedToken> tokens() const;  // expired ones too, until they are deleted
  Result<bool> end_token(std::uint64_t id);

 private:
  explicit Credentials(store::Database& database) : database_(database) {}
  Result<bool> stored();
  void tell(std::uint8_t lane, std::uint64_t id) const {
    if (ended_) ended_(lane, id);
  }

  store::Database& database_;
  std::function<void(std::uint8_t, std::uint64_t)> ended_;
  std::function<void()> when_unsaved_;
  std::optional<std::string> password_;
  std::map<std::string, SignIn, std::less<>> sign_ins_;     // by digest
  std::map<std::string, ScopedToken, std::less<>> tokens_;  // by digest
  // Ended, but the disk did not take it yet.
  std::vector<std::int64_t> unsaved_sign_ins_, unsaved_tokens_;
};

}  // namespace pf::webui
