// What a Moonlight client tells of itself: the protocol has no field for it, so the User-Agent of
// its HTTP library is all there is.
#pragma once

#include <string_view>

#include "trust/device.hpp"

namespace pf::gamestream {

// `user_agent` as sent; empty when there was none. Always says at least "Moonlight". Peer bytes;
// the allow-list scrubs the answer.
trust::ClientInfo client_info(std::string_view user_agent);

}  // namespace pf::gamestream
