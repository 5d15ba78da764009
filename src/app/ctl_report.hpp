// The frame around every ctl command: connect, run, and report in one of two forms (for people, or
// the JSON envelope of the product notes, Command line).
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/ctl_actions.hpp"
#include "app/ctl_client.hpp"

namespace pf::app::ctl {

int report_error(const Context& context, const CtlError& error);
// {"v":1,"data":…}; or for people `text` on standard output and `talk` on standard error.
int report(const Context& context, const nlohmann::json& data, const std::string& text,
           const std::string& talk = {});
// Finds the host by its files.
CtlResult<CtlClient> open_client(const Context& context);
// Connects, then runs.
int with_client(const Context& context, const std::function<int(const CtlClient&)>& command);

}  // namespace pf::app::ctl
