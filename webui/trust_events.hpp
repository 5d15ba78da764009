// Tells the event bus what happens to trust (trust-and-console.md 4.7).
#pragma once

#include "trust/allow_list.hpp"
#include "trust/native_desk.hpp"
#include "trust/pairing_desk.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

// pairing.pending|completed|denied and access.granted|changed|expired|revoked, from now on. Control
// thread. `events` must outlive the others; `native` may be null.
void publish_trust(EventBus& events, trust::AllowList& allow_list, trust::PairingDesk& desk,
                   trust::NativeDesk* native);

}  // namespace pf::webui
