// Versions of what is edited (RFC 9110, 8.8 and 13.1.1): who changes something can say which
// version they saw.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "http/server.hpp"

namespace pf::webui {

// Follows from the content alone; with its quotes, as in the header.
std::string etag_of(const nlohmann::json& content);
// False when the request names a version (If-Match) and it is not this one.
bool matches(const http::Request& request, const std::string& etag);

}  // namespace pf::webui
