// What the settings say about displays, capture, encoders, sound and input.
#pragma once

#include <string>
#include <vector>

#include "config/paths.hpp"
#include "config/settings.hpp"
#include "session/factory.hpp"

namespace pf::app {

session::ManagerConfig manager_config(const config::Paths& paths, const config::Settings& settings);

// The demo application: beside this program (a build tree) or where it was installed. argv; empty =
// there is none.
std::vector<std::string> demo_command();

}  // namespace pf::app
