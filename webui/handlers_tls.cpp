#include "webui/handlers_tls.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "webui/auth.hpp"
#include "webui/event_bus.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

Reply now_shown(const Context& context) {
  const auto& host = context.deps.identity.certificate();
  const auto* own = context.tls.own();
  const auto facts = own != nullptr ? own->facts : http::facts_of(host);
  json out = {{"own", own != nullptr},
              {"subject", facts.subject},
              {"issuer", facts.issuer},
              {"fingerprint_sha256", facts.fingerprint},
              {"not_before_unix", facts.not_before_unix},
              {"not_after_unix", facts.not_after_unix},
              {"expires_in_s", facts.not_after_unix - context.auth.wall_now()},
              {"names", facts.names},
              {"host_fingerprint_sha256", host.fingerprint()}};
  if (!context.tls.problem().empty()) out["problem"] = context.tls.problem();
  return json_reply(200, out);
}

Reply busy() {
  return error_reply(409, "busy", "Another change of the certificate is still under way.");
}

// What answers when a change is over.
TlsCertificate::Done answer(const Context& context, const Call& call, const char* what) {
  return [&context, what, later = call.later, by = call.caller.name](const Result<>& done) {
    if (!done)
      return later(error_reply(500, "store_failed",
                               "That could not be stored, so nothing has changed. Look after the "
                               "disk of the configuration folder: " +
                                   done.error().message() + "."));
    log::info("webui", what, "by", by);
    context.deps.events.publish("settings.changed", {{"settings", {"tls"}}});
    later(now_shown(context));
  };
}

}  // namespace

std::optional<Reply> show_tls(const Context& context, const Call&) {
  return now_shown(context);
}

std::optional<Reply> set_tls(const Context& context, const Call& call) {
  const auto& body = *call.body;
  auto identity = http::read_identity(body["certificate_pem"].get_ref<const std::string&>(),
                                      body["key_pem"].get_ref<const std::string&>(),
                                      http::Strictness::Presentable, context.auth.wall_now());
  if (!identity) return error_reply(400, "bad_certificate", identity.error().context);
  const bool begun = context.tls.replace(
      std::move(*identity),
      answer(context, call, "the console shows the operator's own certificate now"));
  return begun ? std::nullopt : std::optional(busy());
}

std::optional<Reply> remove_tls(const Context& context, const Call& call) {
  if (context.tls.own() == nullptr && context.tls.problem().empty())
    return error_reply(404, "not_found", "There is no certificate of yours on this host.");
  const bool begun = context.tls.remove(
      answer(context, call, "the console shows the host's own certificate again"));
  return begun ? std::nullopt : std::optional(busy());
}

}  // namespace pf::webui::handlers
