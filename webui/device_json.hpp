// Devices, audit entries and past streams as the API shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "webui/routes.hpp"

namespace pf::webui {

std::shared_ptr<const trust::Device> find_device(const Context& context, std::uint64_t id);
Reply no_device();
// 200 and the device, with its revision as ETag.
Reply device_reply(const Context& context, const trust::Device& device);
// Nothing when the request may go on: it names no revision, or this one. Else 412 and the device as
// it is now.
std::optional<Reply> changed_elsewhere(const Context& context, const Call& call,
                                       const trust::Device& device);
// The device without what belongs to this host and this moment; `import` reads it back.
nlohmann::json export_json(const trust::Device& device);
// `body` has passed its schema.
trust::Device import_json(const nlohmann::json& body);

}  // namespace pf::webui
