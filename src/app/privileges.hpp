// The host never runs as root: parsers of peer bytes must not, and a desktop compositor will not.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/environment.hpp"

namespace pf::app {

enum class Errc { Usage = 1, NoAccount, PrivilegesFailed, StartFailed, Refused };
const char* error_room(Errc);
const char* error_text(Errc);

// Start-up, before any thread and before any file is touched. When started by root, switches for
// good to the account `account` (or, when that is empty, `punktfunk`, else `nobody`), with that
// account's groups (render, input, …), and points HOME and the XDG folders at places it owns:
// PUNKTFUNK_CONFIG_DIR when set, else the account's home or /var/lib/punktfunk; sockets below
// /run/punktfunk. Returns the account's name, or an empty string when nothing had to change.
Result<std::string> leave_root(const std::string& account);

// For root's command line: the environment as a host that root started sees it (the account's home
// instead of root's), so that both look for files in the same place. Everybody else's is unchanged.
config::EnvironmentReader environment_of_host(config::EnvironmentReader own);

}  // namespace pf::app
