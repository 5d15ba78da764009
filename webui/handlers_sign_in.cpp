// setup, login, logout, me, password, sign-ins
#include "webui/handlers_sign_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace pf::webui {
namespace {

using nlohmann::json;

constexpr std::size_t kShortest = 12;

Reply wait_reply(std::chrono::seconds wait) {
  auto reply = json_reply(
      429, {{"error", fmt::format("Too many attempts from this address. Wait {} s, then try again.",
                                  wait.count())},
            {"code", "locked"},
            {"wait_s", wait.count()}});
  reply.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return reply;
}

// Max-Age 0 takes the cookie away.
std::string cookie(std::string_view secret, std::chrono::seconds life) {
  return fmt::format("{}={}; Max-Age={}; Path=/; Secure; HttpOnly; SameSite=Strict", kSessionCookie,
                     secret, life.count());
}

// Characters, not bytes: what people count.
std::optional<Reply> too_short(const std::string& password) {
  const auto characters =
      static_cast<std::size_t>(std::count_if(password.begin(), password.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
  if (characters >= kShortest) return std::nullopt;
  return error_reply(400, "bad_value",
                     fmt::format("The password needs {} characters or more.", kShortest));
}

Reply signed_in(Auth& auth, const net::Endpoint& from, const std::string& agent) {
  const auto secret = auth.credentials().sign_in(from.address(), agent, auth.wall_now());
  if (!secret) return error_reply(secret.error());
  log::info("webui", "a browser signed in", "from", from.address());
  auto reply = no_content();
  reply.headers.emplace_back("Set-Cookie", cookie(*secret, Credentials::kSignInLife));
  return reply;
}

std::string agent_of(const http::Request& request) {
  const auto* agent = request.header("User-Agent");
  return agent == nullptr ? std::string() : *agent;
}

Reply not_stored() {
  return error_reply(500, "store_failed",
                     "That has ended and stays so while the host runs, but it could not be stored. "
                     "Look after the disk, then do it again.");
}

Reply ended(const Result<bool>& done, const char* what) {
  if (!done) return not_stored();
  return *done ? no_content()
               : error_reply(404, "not_found", fmt::format("There is no such {}.", what));
}

json setup_json(const Context& context) {
  const auto& auth = context.auth;
  json out = {{"claimed", auth.claimed()},
              {"host_name", context.config.host_name},
              {"fingerprint", context.deps.identity.certificate().fingerprint()}};
  if (const auto* code = auth.setup_code()) out["code_file"] = code->file().string();
  return out;
}

Reply already_claimed() {
  return error_reply(409, "already_claimed",
                     "This host has a password already. Sign in, or on the host run: "
                     "punktfunk-host password reset.");
}

// Stores what was hashed. `keep`: the sign-in that goes on.
std::optional<Reply> store_password(Auth& auth, std::optional<std::string> hash,
                                    std::uint64_t keep) {
  if (!hash)
    return error_reply(500, "no_memory",
                       "The host has too little memory to store a password safely.");
  if (auto done = auth.credentials().set_password(std::move(hash), keep, auth.wall_now()); !done)
    return error_reply(done.error());
  auth.end_setup();
  return std::nullopt;
}

}  // namespace

Reply password_refusal(const PasswordAnswer& answer) {
  if (answer.kind != PasswordAnswer::Kind::Wrong) return wait_reply(answer.wait);
  return json_reply(401, {{"error", answer.tries_left == 0
                                        ? "The password is wrong. The next attempt has to wait."
                                        : "The password is wrong."},
                          {"code", "bad_password"},
                          {"tries_left", answer.tries_left}});
}

namespace handlers {

std::optional<Reply> show_setup(const Context& context, const Call&) {
  return json_reply(200, setup_json(context));
}

std::optional<Reply> claim(const Context& context, const Call& call) {
  auto& auth = context.auth;
  if (auth.claimed()) return already_claimed();
  const auto password = (*call.body)["password"].get<std::string>();
  if (auto problem = too_short(password)) return problem;
  const auto from = call.request.remote;
  if (const auto wait = auth.throttle().begin(from, auth.now())) return wait_reply(*wait);
  const auto* code = auth.setup_code();
  if (code == nullptr || !code->fits((*call.body)["code"].get_ref<const std::string&>())) {
    log::warn("webui", "a wrong set-up code was entered", "from", from.address());
    return json_reply(
        401, {{"error", "The set-up code is wrong. It is in the host's log and in its file."},
              {"code", "bad_code"},
              {"tries_left", auth.throttle().tries_left(from)}});
  }
  const bool taken =
      auth.passwords().hash(password, [&auth, from, agent = agent_of(call.request),
                                       later = call.later](std::optional<std::string> hash) {
        // Somebody else was faster.
        if (auth.claimed()) return later(already_claimed());
        if (auto problem = store_password(auth, std::move(hash), 0)) return later(*problem);
        auth.throttle().succeeded(from);
        log::info("webui", "this host has an operator now", "from", from.address());
        later(signed_in(auth, from, agent));
      });
  if (taken) return std::nullopt;
  auth.throttle().take_back(from);
  return wait_reply(std::chrono::seconds(1));
}

std::optional<Reply> login(const Context& context, const Call& call) {
  auto& auth = context.auth;
  if (!auth.claimed())
    return error_reply(409, "not_claimed",
                       "This host has no password yet. Open its page and enter the set-up code.");
  const auto from = call.request.remote;
  auth.check_password(
      from, (*call.body)["password"].get<std::string>(),
      [&auth, from, agent = agent_of(call.request), later = call.later](PasswordAnswer answer) {
        if (answer.kind == PasswordAnswer::Kind::Wrong)
          log::warn("webui", "a wrong password was entered", "from", from.address());
        later(answer.kind == PasswordAnswer::Kind::Right ? signed_in(auth, from, agent)
                                                         : password_refusal(answer));
      });
  return std::nullopt;
}

std::optional<Reply> logout(const Context& context, const Call& call) {
  const auto done = context.auth.credentials().end_sign_in(call.caller.id);
  auto reply = done ? no_content() : not_stored();
  reply.headers.emplace_back("Set-Cookie", cookie("", std::chrono::seconds(0)));
  return reply;
}

std::optional<Reply> me(const Context& context, const Call& call) {
  const auto& caller = call.caller;
  const char* shown = "open";
  if (caller.lane == lane::kToken) shown = "token";
  if (caller.lane == lane::kScoped) shown = "scoped";
  if (caller.lane == lane::kConsole) shown = "console";
  if (caller.lane == lane::kDevice) shown = "device";
  json out = {{"lane", shown},
              {"signed_in", caller.lane == lane::kConsole},
              {"name", caller.name},
              {"host_name", context.config.host_name},
              {"version", context.deps.status().version}};
  if (caller.lane == lane::kScoped) out["scope"] = name(caller.scope);
  if (caller.lane == lane::kConsole)
    if (const auto* now = context.auth.credentials().sign_in_of(caller.id, context.auth.wall_now()))
      out["sign_in"] = {
          {"id", now->id}, {"since_unix", now->since_unix}, {"expires_unix", now->expires_unix()}};
  return json_reply(200, out);
}

std::optional<Reply> change_password(const Context& context, const Call& call) {
  auto& auth = context.auth;
  const auto wanted = (*call.body)["new"].get<std::string>();
  if (auto problem = too_short(wanted)) return problem;
  auth.check_password(
      call.request.remote, (*call.body)["current"].get<std::string>(),
      [&auth, wanted, caller = call.caller, later = call.later](PasswordAnswer answer) {
        if (answer.kind != PasswordAnswer::Kind::Right) return later(password_refusal(answer));
        const bool taken =
            auth.passwords().hash(wanted, [&auth, caller, later](std::optional<std::string> hash) {
              if (!auth.holds(caller))
                return later(error_reply(401, "signed_out", "This sign-in has ended meanwhile."));
              if (auto problem = store_password(auth, std::move(hash), caller.id))
                return later(*problem);
              log::info("webui", "the password was changed");
              later(no_content());
            });
        if (!taken) later(wait_reply(std::chrono::seconds(1)));
      });
  return std::nullopt;
}

std::optional<Reply> reset_password(const Context& context, const Call& call) {
  auto& auth = context.auth;
  if (!call.body->contains("password")) {
    if (auto begun = auth.begin_setup(); !begun) return error_reply(begun.error());
    log::warn("webui", "the password was removed on this machine; a set-up code is in its file");
    return json_reply(200, setup_json(context));
  }
  const auto wanted = (*call.body)["password"].get<std::string>();
  if (auto problem = too_short(wanted)) return problem;
  const bool taken = auth.passwords().hash(
      wanted, [&context, later = call.later](std::optional<std::string> hash) {
        if (auto problem = store_password(context.auth, std::move(hash), 0)) return later(*problem);
        log::warn("webui", "the password was set on this machine; every sign-in has ended");
        later(json_reply(200, setup_json(context)));
      });
  if (!taken) return wait_reply(std::chrono::seconds(1));
  return std::nullopt;
}

std::optional<Reply> list_sign_ins(const Context& context, const Call& call) {
  json list = json::array();
  for (const auto& one : context.auth.credentials().sign_ins(context.auth.wall_now()))
    list.push_back({{"id", one.id},
                    {"address", one.address},
                    {"agent", one.agent},
                    {"since_unix", one.since_unix},
                    {"last_unix", one.last_unix},
                    {"expires_unix", one.expires_unix()},
                    {"current", call.caller.lane == lane::kConsole && call.caller.id == one.id}});
  return json_reply(200, {{"sign_ins", std::move(list)}});
}

std::optional<Reply> end_sign_in(const Context& context, const Call& call) {
  return ended(context.auth.credentials().end_sign_in(call.id), "sign-in");
}

std::optional<Reply> end_token(const Context& context, const Call& call) {
  return ended(context.auth.credentials().end_token(call.id), "token");
}

}  // namespace handlers
}  // namespace pf::webui
