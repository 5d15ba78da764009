// A response as the bytes of HTTP/1.1. Pure; private to the room.
#pragma once

#include <string>

#include "http/server.hpp"

namespace pf::http {

// Adds Content-Length and Connection. Line ends and other control characters in header values
// become spaces, so that no value can begin a header of its own. `head_only`: the answer to HEAD.
// `endless`: the body goes on until the connection closes, so its length is not told.
std::string to_wire(const Response& response, bool keep_alive, bool head_only,
                    bool endless = false);

}  // namespace pf::http
