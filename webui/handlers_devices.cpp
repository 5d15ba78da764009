// devices
#include <nlohmann/json.hpp>

#include "webui/access_body.hpp"
#include "webui/device_json.hpp"
#include "webui/etag.hpp"
#include "webui/handlers.hpp"

namespace pf::webui {

std::shared_ptr<const trust::Device> find_device(const Context& context, std::uint64_t id) {
  const auto list = context.deps.allow_list.snapshot();
  const auto found = list->devices.find(static_cast<trust::DeviceId>(id));
  return found == list->devices.end() ? nullptr : found->second;
}

Reply no_device() {
  return error_reply(404, "not_found", "There is no such device.");
}

Reply device_reply(const Context& context, const trust::Device& device) {
  auto reply = json_reply(200, handlers::device_json(context, device));
  reply.headers.emplace_back("ETag", '"' + std::to_string(device.revision) + '"');
  return reply;
}

std::optional<Reply> changed_elsewhere(const Context& context, const Call& call,
                                       const trust::Device& device) {
  const auto etag = '"' + std::to_string(device.revision) + '"';
  if (matches(call.request, etag)) return std::nullopt;
  auto reply = json_reply(
      412, {{"error", "Somebody else has changed this device meanwhile. Look at it and try again."},
            {"code", "changed_elsewhere"},
            {"device", handlers::device_json(context, device)}});
  reply.headers.emplace_back("ETag", etag);
  return reply;
}

}  // namespace pf::webui

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

std::optional<Problem> check_change(const json& body) {
  const auto bad = [](const char* sentence) { return Problem{400, "bad_value", sentence}; };
  if (body.empty()) return bad("The body names nothing to change.");
  if (body.contains("expires_in_secs") && body.contains("clear_expiry"))
    return bad("Give expires_in_secs or clear_expiry, not both.");
  std::optional<std::uint32_t> grants;
  return read_grants(body, grants);
}

// `body` has passed check_change.
trust::Access changed(trust::Access access, const json& body, std::int64_t now_unix) {
  std::optional<std::uint32_t> grants;
  (void)read_grants(body, grants);
  if (grants) access.grants = *grants;
  if (body.contains("expires_in_secs"))
    access.expires_unix =
        trust::saturating_add(now_unix, body["expires_in_secs"].get<std::int64_t>());
  access.until_disconnect = body.value("until_disconnect", access.until_disconnect);
  if (body.value("clear_expiry", false)) access.expires_unix.reset();
  return access;
}

}  // namespace

json device_json(const Context& context, const trust::Device& device) {
  json credentials = json::array();
  for (const auto& credential : device.credentials)
    credentials.push_back({{"fingerprint", credential.fingerprint},
                           {"plane", trust::name(credential.plane)},
                           {"paired_unix", credential.paired_unix}});
  const auto& expires = device.access.expires_unix;
  json out = {{"id", device.id},
              {"name", device.name},
              {"grants", device.access.grants},
              {"access_level", trust::grant::preset_name(device.access.grants)},
              {"expired", expires && *expires <= context.deps.allow_list.wall_now()},
              {"until_disconnect", device.access.until_disconnect},
              {"disabled", device.disabled},
              {"revision", device.revision},
              {"created_unix", device.created_unix},
              {"connections", context.deps.allow_list.live_leases(device.id)},
              {"credentials", std::move(credentials)}};
  if (expires) out["expires_unix"] = *expires;
  if (device.granted_unix) out["granted_unix"] = *device.granted_unix;
  if (device.last_seen_unix) out["last_seen_unix"] = *device.last_seen_unix;
  if (!device.last_address.empty()) out["last_address"] = device.last_address;
  if (!device.client.kind.empty()) out["client_kind"] = device.client.kind;
  if (!device.client.version.empty()) out["client_version"] = device.client.version;
  if (const auto session = context.deps.manager.find_device(device.id))
    out["session_id"] = session->id;
  return out;
}

std::optional<Reply> list_devices(const Context& context, const Call&) {
  json list = json::array();
  const auto all = context.deps.allow_list.snapshot();
  for (const auto& [id, device] : all->devices) list.push_back(device_json(context, *device));
  return json_reply(200, {{"devices", std::move(list)}});
}

std::optional<Reply> show_device(const Context& context, const Call& call) {
  const auto device = find_device(context, call.id);
  return device ? device_reply(context, *device) : no_device();
}

std::optional<Reply> change_device(const Context& context, const Call& call) {
  const auto& body = *call.body;
  if (const auto problem = check_change(body)) return error_reply(*problem);
  const auto device = find_device(context, call.id);
  if (!device) return no_device();
  if (auto refused = changed_elsewhere(context, call, *device)) return refused;
  auto& list = context.deps.allow_list;
  trust::DeviceChange change;
  if (body.contains("disabled") && body["disabled"].get<bool>() != device->disabled)
    change.disabled = body["disabled"].get<bool>();
  if (auto access = changed(device->access, body, list.wall_now()); access != device->access)
    change.access = access;
  if (body.contains("name")) change.name = body["name"].get<std::string>();
  if (change.disabled || change.access || change.name)
    if (auto done = list.change(device->id, change); !done) {
      if (!list.unsaved_revocations()) return error_reply(done.error());
      return error_reply(500, "store_failed",
                         "What was taken away is in force and stays so while the host runs, but it "
                         "could not be stored yet; nothing was granted. Look after the disk; the "
                         "host tries again by itself.");
    }
  const auto now = find_device(context, call.id);
  return now ? device_reply(context, *now) : no_device();
}

std::optional<Reply> revoke_device(const Context& context, const Call& call) {
  const auto device = find_device(context, call.id);
  if (!device) return no_device();
  if (auto refused = changed_elsewhere(context, call, *device)) return refused;
  auto done = context.deps.allow_list.revoke(device->id);
  if (done) return no_content();
  if (context.deps.allow_list.unsaved_revocations())
    return error_reply(500, "store_failed",
                       "The device is out and stays out while the host runs, but that could not be "
                       "stored yet. Look after the disk; the host tries again by itself.");
  return error_reply(done.error());
}

std::optional<Reply> revoke_all_devices(const Context& context, const Call&) {
  const auto count = context.deps.allow_list.revoke_all();
  if (!count)
    return error_reply(500, "store_failed",
                       "Every device is out and stays out while the host runs, but that could not "
                       "be stored yet. Look after the disk; the host tries again by itself.");
  return json_reply(200, {{"revoked", *count}});
}

}  // namespace pf::webui::handlers
