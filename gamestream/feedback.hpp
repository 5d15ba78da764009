// What games send back to the client's pads, as control messages (gamestream.md 5.4). Any thread.
#pragma once

#include "base/bytes.hpp"
#include "input/event.hpp"

namespace pf::gamestream {

// A complete plaintext control message.
Bytes feedback_message(const input::FeedbackEvent& event);

}  // namespace pf::gamestream
