// What a native client says it is: one line of application, platform and version.
#pragma once

#include <string_view>

#include "trust/device.hpp"

namespace pf::native {

// "linux 0.44" → {"linux", "0.44"}; without a version at its end all of it is the kind. Peer bytes;
// the allow-list scrubs the answer.
trust::ClientInfo client_info(std::string_view label);

}  // namespace pf::native
