#include "webui/auth.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "webui/header_values.hpp"

namespace pf::webui {
namespace {

crypto::Sha256 digest_of(std::string_view text) {
  return crypto::sha256(ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

constexpr std::chrono::seconds kStoreAgain{5};

// The token of "Bearer <token>"; empty when there is none. The scheme compares without case
// (RFC 9110, 11.1).
std::string_view bearer(const std::string* header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header == nullptr || header->size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = (*header)[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
  }
  return std::string_view(*header).substr(kScheme.size());
}

}  // namespace

std::chrono::seconds FailureCounter::fail(const net::Endpoint& from, SteadyTime now) {
  const auto& bytes = from.bytes();
  const std::size_t significant = from.is_v4() ? bytes.size() : 8;
  const std::string key(reinterpret_cast<const char*>(bytes.data()), significant);
  if (!counts_.contains(key) && counts_.size() >= kAddresses) {
    const auto oldest = std::min_element(
        counts_.begin(), counts_.end(),
        [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
    counts_.erase(oldest);
  }
  auto& count = counts_[key];
  if (count.failures == 0 || now - count.since >= kWindow) count = {0, now};
  if (++count.failures <= kFailures) return std::chrono::seconds{0};
  return std::chrono::ceil<std::chrono::seconds>(kWindow - (now - count.since));
}

Auth::Auth(const Deps& deps, const FrontendConfig& config, std::string_view admin_token)
    : deps_(deps),
      config_(config),
      admin_digest_(digest_of(admin_token)),
      passwords_(deps.loop, config.password_cost) {}

Result<std::unique_ptr<Auth>> Auth::open(const Deps& deps, const FrontendConfig& config,
                                         std::string_view admin_token) {
  std::unique_ptr<Auth> auth(new Auth(deps, config, admin_token));
  auto credentials = Credentials::open(deps.database);
  if (!credentials) return pass(credentials);
  auth->credentials_ = std::move(*credentials);
  auth->credentials_->when_unsaved([auth = auth.get()] { auth->keep_storing(); });
  if (auth->claimed()) {
    SetupCode::remove(auth->folder());
    return auth;
  }
  if (auto begun = auth->begin_setup(); !begun) return pass(begun);
  // The one secret that the log may hold: nobody but this machine's operator can read the log while
  // there is no password, and with the password it is of no more use.
  log::info("webui", "this host has no password yet; open the console and enter the set-up code",
            "code", auth->setup_code_->text(), "file", auth->setup_code_->file().string());
  return auth;
}

void Auth::keep_storing() {
  store_timer_ = deps_.loop.after(kStoreAgain, [this] {
    if (!credentials_->flush()) keep_storing();
  });
}

Result<> Auth::begin_setup() {
  auto code = SetupCode::make(folder());
  if (!code) return pass(code);
  if (credentials_->claimed())
    if (auto cleared = credentials_->set_password(std::nullopt, 0, wall_now()); !cleared) {
      SetupCode::remove(folder());
      return cleared;
    }
  setup_code_.emplace(std::move(*code));
  return {};
}

void Auth::end_setup() {
  setup_code_.reset();
  SetupCode::remove(folder());
}

std::int64_t Auth::wall_now() const {
  return deps_.allow_list.wall_now();
}

Auth::Identity Auth::by_token(const http::Request& request, std::string_view token) {
  // Digests, so that neither content nor length of the token shows in the time taken.
  const bool admin = crypto::equal_constant_time(digest_of(token), admin_digest_);
  if (admin && request.remote.is_loopback())
    return {{.lane = lane::kToken, .name = "this machine"}, {}};
  if (!admin)
    if (const auto* found = credentials_->find_token(token, wall_now()))
      return {{.lane = lane::kScoped, .id = found->id, .name = found->name, .scope = found->scope},
              {}};
  const auto wait = failures_.fail(request.remote, now());
  if (wait.count() > 0)
    return {{},
            Problem{429, "too_many_failures",
                    fmt::format("Too many failed attempts from this address. Wait {} s.",
                                wait.count())}};
  if (admin)
    return {
        {},
        Problem{401, "not_local", "The administrator's token is valid on the host itself only."}};
  return {{}, Problem{401, "unauthorized", "This token is not valid, or not any more."}};
}

std::optional<Caller> Auth::device(const http::Request& request) const {
  if (!request.peer_certificate) return std::nullopt;
  const auto found = deps_.allow_list.find(request.peer_certificate->fingerprint());
  if (!found || !trust::effective_grants(*found, wall_now())) return std::nullopt;
  return Caller{
      .lane = lane::kDevice, .id = static_cast<std::uint64_t>(found->id), .name = found->name};
}

Auth::Identity Auth::identify(const http::Request& request) {
  if (const auto* header = request.header("Authorization")) {
    const auto token = bearer(header);
    if (token.empty())
      return {{}, Problem{401, "unauthorized", "Only tokens of the kind Bearer are taken here."}};
    return by_token(request, token);
  }
  if (const auto secret = cookie_value(request.headers, kSessionCookie)) {
    if (const auto* found = credentials_->find_sign_in(*secret, wall_now()))
      return {{.lane = lane::kConsole, .id = found->id, .name = "console"}, {}};
    return {{}, Problem{401, "signed_out", "This sign-in has ended. Sign in again."}};
  }
  if (auto caller = device(request)) return {std::move(*caller), {}};
  return {{}, Problem{401, "unauthorized", "This needs a sign-in or a token."}};
}

bool Auth::holds(const Caller& caller) const {
  switch (caller.lane) {
    case lane::kConsole:
      return credentials_->sign_in_of(caller.id, wall_now()) != nullptr;
    case lane::kScoped:
      return credentials_->token_of(caller.id, wall_now()) != nullptr;
    case lane::kDevice: {
      const auto list = deps_.allow_list.snapshot();
      const auto found = list->devices.find(static_cast<trust::DeviceId>(caller.id));
      return found != list->devices.end() &&
             trust::effective_grants(*found->second, wall_now()).has_value();
    }
    default:
      return true;
  }
}

void Auth::check_password(const net::Endpoint& from, std::string password,
                          std::function<void(PasswordAnswer)> done) {
  using Kind = PasswordAnswer::Kind;
  if (const auto wait = throttle_.begin(from, now()))
    return done({.kind = Kind::Locked, .wait = *wait});
  const auto told = std::make_shared<std::function<void(PasswordAnswer)>>(std::move(done));
  const bool taken = passwords_.verify(
      credentials_->password_hash(), std::move(password), [this, from, told](bool right) {
        if (!right) return (*told)({.kind = Kind::Wrong, .tries_left = throttle_.tries_left(from)});
        throttle_.succeeded(from);
        (*told)({.kind = Kind::Right});
      });
  if (taken) return;
  throttle_.take_back(from);
  (*told)({.kind = Kind::Busy, .wait = std::chrono::seconds(1)});
}

}  // namespace pf::webui
