// How this room reads environment variables; a parameter, so that tests need not touch the process.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace pf::config {

using EnvironmentReader = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process. Start-up thread only (getenv).
EnvironmentReader process_environment();

}  // namespace pf::config
