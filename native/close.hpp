// Which close code and sentence a native client gets (punktfunk1.md 2.4; trust-and-console.md 3.7).
#pragma once

#include <string>

#include "native/wire/constants.hpp"
#include "session/front_end.hpp"
#include "trust/knock_desk.hpp"
#include "trust/pin_window.hpp"

namespace pf::native {

struct Farewell {
  wire::CloseCode code = wire::CloseCode::Normal;
  std::string reason;  // for the user; never an internal error
};

Farewell farewell(session::EndReason reason);
// Not for Approved and Withdrawn, which need none.
Farewell farewell(trust::KnockOutcome outcome);
// Not for Armed.
Farewell farewell(trust::Attempt::Kind kind);

}  // namespace pf::native
