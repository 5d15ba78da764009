// Values of request headers that browsers send. Pure; bytes come from anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.hpp"

namespace pf::webui {

// The value of that cookie (RFC 6265, 4.2.1). Nothing when it is missing or comes more than once:
// then nobody can say which one was meant.
std::optional<std::string> cookie_value(const http::Fields& headers, std::string_view name);

// Whether an answer in gzip may be sent (RFC 9110, 12.5.3). Without the header anything may.
bool accepts_gzip(const std::string* accept_encoding);

// Whether an If-None-Match list names that entity tag (RFC 9110, 13.1.2: the weak comparison).
bool names_etag(const std::string* if_none_match, std::string_view etag);

}  // namespace pf::webui
