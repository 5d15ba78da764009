#include "webui/credentials.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kTokenMark = "pft_";
// How old the stored time of last use may get: a write costs a wait for the disk.
constexpr std::int64_t kTouchEvery = 3600;

std::string digest_of(std::string_view secret) {
  return to_hex(crypto::sha256(
      ByteSpan(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size())));
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200))
    out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F ? '?' : c;
  return out;
}

bool alive(const SignIn& s, std::int64_t now) {
  return now < s.expires_unix();
}
bool alive(const ScopedToken& t, std::int64_t now) {
  return !t.expires_unix || now < *t.expires_unix;
}

template <class Map>
auto by_id(Map& map, std::uint64_t id) {
  return std::find_if(map.begin(), map.end(), [&](const auto& e) { return e.second.id == id; });
}

}  // namespace

std::int64_t SignIn::expires_unix() const {
  return since_unix + std::chrono::seconds(Credentials::kSignInLife).count();
}

Result<std::unique_ptr<Credentials>> Credentials::open(store::Database& database) {
  std::unique_ptr<Credentials> out(new Credentials(database));
  auto password = store::load_password(database);
  if (!password) return pass(password);
  out->password_ = std::move(*password);
  auto sign_ins = store::load_sign_ins(database);
  if (!sign_ins) return pass(sign_ins);
  for (auto& row : *sign_ins)
    out->sign_ins_.emplace(row.digest, SignIn{static_cast<std::uint64_t>(row.id), row.address,
                                              row.agent, row.since_unix, row.last_unix});
  auto tokens = store::load_tokens(database);
  if (!tokens) return pass(tokens);
  for (auto& row : *tokens)
    if (row.scope >= static_cast<std::int64_t>(Scope::Read) &&
        row.scope <= static_cast<std::int64_t>(Scope::Admin))
      out->tokens_.emplace(row.digest, ScopedToken{static_cast<std::uint64_t>(row.id),
                                                   row.name,
                                                   static_cast<Scope>(row.scope),
                                                   row.created_unix,
                                                   row.expires_unix,
                                                   {}});
  return out;
}

Result<> Credentials::set_password(std::optional<std::string> hash, std::uint64_t keep,
                                   std::int64_t now) {
  if (auto saved = store::save_password(database_, hash, now, static_cast<std::int64_t>(keep));
      !saved)
    return saved;
  password_ = std::move(hash);
  unsaved_sign_ins_.clear();
  std::vector<std::uint64_t> ended;
  std::erase_if(sign_ins_, [&](const auto& entry) {
    if (entry.second.id == keep) return false;
    ended.push_back(entry.second.id);
    return true;
  });
  for (const auto id : ended) tell(lane::kConsole, id);
  return {};
}

Result<std::string> Credentials::sign_in(const std::string& address, std::string_view agent,
                                         std::int64_t now) {
  // What is over makes room first, then what was unused for longest.
  while (sign_ins_.size() >= kSignIns) {
    const auto oldest = std::min_element(
        sign_ins_.begin(), sign_ins_.end(),
        [](const auto& a, const auto& b) { return a.second.last_unix < b.second.last_unix; });
    if (auto ended = end_sign_in(oldest->second.id); !ended) return pass(ended);
  }
  auto secret = to_hex(crypto::random_array<kSecretBytes>());
  store::SignInRow row{0, digest_of(secret), address, printable(agent), now, now};
  const auto id = store::insert_sign_in(database_, row);
  if (!id) return Failure(id.error());
  sign_ins_.emplace(row.digest,
                    SignIn{static_cast<std::uint64_t>(*id), row.address, row.agent, now, now});
  return secret;
}

const SignIn* Credentials::find_sign_in(std::string_view secret, std::int64_t now) {
  const auto found = sign_ins_.find(digest_of(secret));
  if (found == sign_ins_.end() || !alive(found->second, now)) return nullptr;
  auto& sign_in = found->second;
  if (now - sign_in.last_unix >= kTouchEvery) {
    if (auto stored = store::touch_sign_in(database_, static_cast<std::int64_t>(sign_in.id), now);
        !stored)
      log::debug("webui", "the time of a sign-in was not stored", "why", stored.error().message());
  }
  sign_in.last_unix = std::max(sign_in.last_unix, now);
  return &sign_in;
}

const SignIn* Credentials::sign_in_of(std::uint64_t id, std::int64_t now) const {
  const auto found = by_id(sign_ins_, id);
  return found == sign_ins_.end() || !alive(found->second, now) ? nullptr : &found->second;
}

std::vector<SignIn> Credentials::sign_ins(std::int64_t now) const {
  std::vector<SignIn> list;
  for (const auto& [digest, sign_in] : sign_ins_)
    if (alive(sign_in, now)) list.push_back(sign_in);
  std::sort(list.begin(), list.end(), [](const SignIn& a, const SignIn& b) { return a.id > b.id; });
  return list;
}

Result<bool> Credentials::end_sign_in(std::uint64_t id) {
  const auto found = by_id(sign_ins_, id);
  if (found == sign_ins_.end()) return false;
  sign_ins_.erase(found);
  unsaved_sign_ins_.push_back(static_cast<std::int64_t>(id));
  tell(lane::kConsole, id);
  return stored();
}

Result<std::optional<Credentials::MadeToken>> Credentials::make_token(
    const std::string& name, Scope scope, std::optional<std::int64_t> expires_unix,
    std::int64_t now) {
  if (tokens_.size() >= kTokens) return std::optional<MadeToken>();
  auto secret = std::string(kTokenMark) + to_hex(crypto::random_array<kSecretBytes>());
  const auto digest = digest_of(secret);
  const auto id = store::insert_token(
      database_, {0, digest, name, static_cast<std::int64_t>(scope), now, expires_unix});
  if (!id) return Failure(id.error());
  const ScopedToken token{static_cast<std::uint64_t>(*id), name, scope, now, expires_unix, {}};
  tokens_.emplace(digest, token);
  return std::optional<MadeToken>(MadeToken{token, std::move(secret)});
}

const ScopedToken* Credentials::find_token(std::string_view secret, std::int64_t now) {
  if (!secret.starts_with(kTokenMark)) return nullptr;
  const auto found = tokens_.find(digest_of(secret));
  if (found == tokens_.end() || !alive(found->second, now)) return nullptr;
  found->second.last_unix = now;
  return &found->second;
}

const ScopedToken* Credentials::token_of(std::uint64_t id, std::int64_t now) const {
  const auto found = by_id(tokens_, id);
  return found == tokens_.end() || !alive(found->second, now) ? nullptr : &found->second;
}

std::vector<ScopedToken> Credentials::tokens() const {
  std::vector<ScopedToken> list;
  for (const auto& [digest, token] : tokens_) list.push_back(token);
  std::sort(list.begin(), list.end(),
            [](const ScopedToken& a, const ScopedToken& b) { return a.id > b.id; });
  return list;
}

Result<bool> Credentials::end_token(std::uint64_t id) {
  const auto found = by_id(tokens_, id);
  if (found == tokens_.end()) return false;
  tokens_.erase(found);
  unsaved_tokens_.push_back(static_cast<std::int64_t>(id));
  tell(lane::kScoped, id);
  return stored();
}

// What an earlier failure left goes along.
Result<bool> Credentials::stored() {
  auto saved = flush();
  if (saved) return true;
  if (when_unsaved_) when_unsaved_();
  return pass(saved);
}

Result<> Credentials::flush() {
  if (!unsaved_sign_ins_.empty()) {
    if (auto done = store::delete_sign_ins(database_, unsaved_sign_ins_); !done) return done;
    unsaved_sign_ins_.clear();
  }
  if (!unsaved_tokens_.empty()) {
    if (auto done = store::delete_tokens(database_, unsaved_tokens_); !done) return done;
    unsaved_tokens_.clear();
  }
  return {};
}

}  // namespace pf::webui
