// Gates of single routes, see Access::gate.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui {

// A change of a device that gives it more than it has: further grants, a later end or none, an end
// of being disabled.
bool widens_access(const Context& context, const Call& call);

// A change of an application that does more than show or hide it.
bool changes_what_runs(const Context& context, const Call& call);

}  // namespace pf::webui
