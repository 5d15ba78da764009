#include "webui/trust_events.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace pf::webui {
namespace {

using nlohmann::json;

json about(const trust::Device& device) {
  json out = {{"device_id", device.id},
              {"device_name", device.name},
              {"revision", device.revision},
              {"grants", device.access.grants},
              {"access_level", trust::grant::preset_name(device.access.grants)},
              {"disabled", device.disabled}};
  if (device.access.expires_unix) out["expires_unix"] = *device.access.expires_unix;
  return out;
}

void on_trust(EventBus& events, const trust::TrustEvent& event) {
  using Kind = trust::TrustEvent::Kind;
  const auto fields = about(*event.device);
  switch (event.kind) {
    case Kind::Granted:
      events.publish("pairing.completed", fields);
      return events.publish("access.granted", fields);
    case Kind::Changed:
      return events.publish("access.changed", fields);
    case Kind::Expired:
      return events.publish("access.expired", fields);
    case Kind::Revoked:
      return events.publish("access.revoked", fields);
  }
}

// What was told already, so that each request is told of once.
template <class Id>
class Told {
 public:
  // The ones of `now` that were not there last time.
  template <class List, class IdOf>
  std::vector<typename List::value_type> fresh(const List& now, IdOf id_of) {
    std::set<Id> ids;
    std::vector<typename List::value_type> added;
    for (const auto& one : now) {
      ids.insert(id_of(one));
      if (!ids_.contains(id_of(one))) added.push_back(one);
    }
    ids_ = std::move(ids);
    return added;
  }

 private:
  std::set<Id> ids_;
};

struct Watch {
  Told<std::uint64_t> requests;
  Told<std::uint32_t> knocks;
  std::uint64_t last_outcome = 0;
};

void on_desk(EventBus& events, Watch& watch, const trust::PairingDesk& desk) {
  for (const auto& request :
       watch.requests.fresh(desk.pending(), [](const auto& r) { return r.id; }))
    events.publish("pairing.pending", {{"plane", trust::name(request.plane)},
                                       {"request_id", request.id},
                                       {"fingerprint", request.fingerprint},
                                       {"address", request.from.address()}});
  for (const auto& outcome : desk.outcomes()) {
    if (outcome.serial <= watch.last_outcome) continue;
    watch.last_outcome = outcome.serial;
    if (!outcome.paired)
      events.publish(
          "pairing.denied",
          {{"plane", "gamestream"}, {"request_id", outcome.request_id}, {"text", outcome.text}});
  }
}

void on_native(EventBus& events, Watch& watch, const trust::NativeDesk& desk) {
  for (const auto& knock :
       watch.knocks.fresh(desk.knocks().pending(), [](const auto& k) { return k.id; }))
    events.publish("pairing.pending", {{"plane", "native"},
                                       {"request_id", knock.id},
                                       {"name", knock.name},
                                       {"fingerprint", knock.fingerprint},
                                       {"address", knock.from.address()},
                                       {"source", trust::name(knock.source)}});
  for (const auto& outcome : desk.outcomes()) {
    if (outcome.serial <= watch.last_outcome) continue;
    watch.last_outcome = outcome.serial;
    if (!outcome.paired)
      events.publish(
          "pairing.denied",
          {{"plane", "native"}, {"fingerprint", outcome.fingerprint}, {"text", outcome.text}});
  }
}

}  // namespace

void publish_trust(EventBus& events, trust::AllowList& allow_list, trust::PairingDesk& desk,
                   trust::NativeDesk* native) {
  allow_list.on_event([&events](const trust::TrustEvent& event) { on_trust(events, event); });
  desk.on_change(
      [&events, &desk, watch = std::make_shared<Watch>()] { on_desk(events, *watch, desk); });
  if (native == nullptr) return;
  native->on_change(
      [&events, native, watch = std::make_shared<Watch>()] { on_native(events, *watch, *native); });
  native->knocks().on_denied([&events](const trust::PendingKnock& knock) {
    events.publish("pairing.denied", {{"plane", "native"},
                                      {"request_id", knock.id},
                                      {"name", knock.name},
                                      {"fingerprint", knock.fingerprint},
                                      {"text", "A person turned it away."}});
  });
}

}  // namespace pf::webui
