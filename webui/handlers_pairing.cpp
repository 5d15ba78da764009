// pair
#include <algorithm>
#include <nlohmann/json.hpp>

#include "webui/access_body.hpp"
#include "webui/handlers.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// The request that the body names.
Result<std::uint64_t> wanted_request(const trust::PairingDesk& desk, const json& body) {
  const bool by_id = body.contains("request_id");
  const auto identity =
      body.contains("uniqueid") + body.contains("fingerprint") + body.contains("peer_ip");
  if (by_id && identity != 0)
    return fail(trust::Errc::BadValue,
                "name the request by request_id or by its identity, not both");
  if (by_id) return body["request_id"].get<std::uint64_t>();
  if (identity == 0) return desk.only_pending();
  if (identity != 3)
    return fail(trust::Errc::BadValue, "uniqueid, fingerprint and peer_ip belong together");

  const auto fingerprint = lower(body["fingerprint"].get<std::string>());
  if (!crypto::is_fingerprint(fingerprint))
    return fail(trust::Errc::BadValue, "the fingerprint must be 64 hexadecimal digits");
  const auto address = net::Endpoint::parse(body["peer_ip"].get<std::string>(), 0);
  if (!address) return fail(trust::Errc::BadValue, "peer_ip is not an IP address");
  for (const auto& request : desk.pending())
    if (request.unique_id == body["uniqueid"].get<std::string>() &&
        lower(request.fingerprint) == fingerprint && request.from.address() == address->address())
      return request.id;
  return fail(trust::Errc::NothingWaiting, "from that client");
}

}  // namespace

std::optional<Reply> show_pairing(const Context& context, const Call&) {
  const auto now = unix_now();
  json pending = json::array();
  for (const auto& request : context.deps.desk.pending())
    pending.push_back({{"request_id", request.id},
                       {"plane", trust::name(request.plane)},
                       {"uniqueid", request.unique_id},
                       {"fingerprint", request.fingerprint},
                       {"peer_ip", request.from.address()},
                       {"since_unix", request.since_unix},
                       {"age_s", std::max<std::int64_t>(0, now - request.since_unix)}});
  json recent = json::array();
  for (const auto& outcome : context.deps.desk.outcomes())
    recent.push_back({{"request_id", outcome.request_id},
                      {"unix_time", outcome.unix_time},
                      {"paired", outcome.paired},
                      {"text", outcome.text}});
  return json_reply(200, {{"pending", std::move(pending)}, {"recent", std::move(recent)}});
}

std::optional<Reply> enter_pin(const Context& context, const Call& call) {
  const auto& body = *call.body;
  const auto pin = body["pin"].get<std::string>();
  if (!std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return error_reply(400, "bad_pin", "A PIN is 1 to 16 digits.");
  auto request = wanted_request(context.deps.desk, body);
  if (!request) return error_reply(request.error());
  trust::AccessChoice access;
  if (const auto problem = read_access(body, access)) return error_reply(*problem);
  access.by = context.deps.allow_list.actor();
  auto typed =
      context.deps.desk.submit_pin(*request, pin, body.value("label", std::string()), access);
  if (!typed) return error_reply(typed.error());
  return json_reply(202, {{"request_id", *request}});
}

}  // namespace pf::webui::handlers
