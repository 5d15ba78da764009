// What browsers load: the files of the console, or the plain page of a host that was built without
// it. Control thread.
#pragma once

#include <optional>

#include "http/server.hpp"
#include "webui/landing_page.hpp"

namespace pf::webui {

// The answer to a GET or HEAD of a path outside the API, security headers included; 404 for what
// there is not, 405 for other methods. Addresses of the console's own pages ("/devices", "/login")
// get its one page.
http::Response page_response(const http::Request& request, const LandingFacts& facts);

}  // namespace pf::webui
