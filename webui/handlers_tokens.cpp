// tokens
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "trust/device.hpp"
#include "webui/handlers_sign_in.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

json token_json(const ScopedToken& token, std::int64_t now) {
  json out = {{"id", token.id},
              {"name", token.name},
              {"scope", name(token.scope)},
              {"created_unix", token.created_unix},
              {"expired", token.expires_unix && *token.expires_unix <= now}};
  if (token.expires_unix) out["expires_unix"] = *token.expires_unix;
  if (token.last_unix) out["last_unix"] = *token.last_unix;
  return out;
}

Scope scope_of(const std::string& text) {
  if (text == name(Scope::Read)) return Scope::Read;
  return text == name(Scope::Control) ? Scope::Control : Scope::Admin;
}

}  // namespace

std::optional<Reply> list_tokens(const Context& context, const Call&) {
  json list = json::array();
  for (const auto& token : context.auth.credentials().tokens())
    list.push_back(token_json(token, context.auth.wall_now()));
  return json_reply(200, {{"tokens", std::move(list)}});
}

std::optional<Reply> make_token(const Context& context, const Call& call) {
  const auto& body = *call.body;
  const auto now = context.auth.wall_now();
  std::optional<std::int64_t> expires;
  if (body.contains("expires_in_secs"))
    expires = trust::saturating_add(now, body["expires_in_secs"].get<std::int64_t>());
  auto made = context.auth.credentials().make_token(
      body["name"].get<std::string>(), scope_of(body["scope"].get<std::string>()), expires, now);
  if (!made) return error_reply(made.error());
  if (!*made)
    return error_reply(409, "too_many",
                       "There are too many tokens. Delete one that is of no more use.");
  log::info("webui", "a token was made", "name", (*made)->token.name, "scope",
            name((*made)->token.scope), "by", call.caller.name);
  return json_reply(201, {{"token", token_json((*made)->token, now)}, {"secret", (*made)->secret}});
}

}  // namespace pf::webui::handlers
