// One host at a time on one state folder; also what keeps `restore` away from a running host.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf::app {

// Held until the descriptor is closed or the process ends, however it ends. Errc::StartFailed with
// a sentence when another process holds it. Start-up thread.
Result<UniqueFd> lock_state(const std::filesystem::path& state);

}  // namespace pf::app
