// Starts an application on a session's display and sound.
#pragma once

#include <map>
#include <string>

#include "apps/catalogue.hpp"
#include "base/process.hpp"

namespace pf::apps {

// Whether its program hands what it starts to a process that runs already, and then ends: Steam and
// its like.
bool hands_over(const App& app);

// Worker thread. `environment`: what the display and the audio source need; the application's own
// variables win over it. Started without a shell, in a process group of its own. The error says
// which command and why.
Result<Process> launch(const App& app, const std::map<std::string, std::string>& environment);

}  // namespace pf::apps
