#pragma once

namespace pf::app {

inline constexpr const char* kVersion = PF_VERSION;  // from the build

}  // namespace pf::app
