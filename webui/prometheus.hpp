// The host's figures in the text format of Prometheus (exposition format 0.0.4).
#pragma once

#include <string>

#include "webui/routes.hpp"

namespace pf::webui {

// Control thread. What is not known has no line.
std::string prometheus_text(const Context& context);

}  // namespace pf::webui
