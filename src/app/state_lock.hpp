// One host at a time on one state folder; also what keeps `restore` away from a running host.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf::app {

// Held until the descriptor is closed or the process ends, however it ends. Errc::StartFailed with
// a sentence when another process holds it. Start-up thread.
Result<UniqueFd> lock_state(const std::filesystem::path& state);

// The database of a restore until everything of it is in its place.
inline constexpr const char* kRestoring = "punktfunk.db.restoring";

// Refuses a folder in which a restore was cut off between taking the old database away and bringing
// the new one: a host would begin with nobody paired. Under the lock.
Result<> check_restored(const std::filesystem::path& state);

}  // namespace pf::app
