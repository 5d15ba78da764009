// What a request must look like before any route sees it: the Host it names, where a browser says
// it comes from, and the headers that every answer carries (trust-and-console.md 5.1, product
// notes, Security rules 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "webui/schema.hpp"

namespace pf::webui {

// 400 without a usable Host header; 421 when it names neither this machine by a loopback name, one
// of `names`, nor the very address that the client reached. This is what stops a page elsewhere
// from pointing its own name at this machine (DNS rebinding).
std::optional<Problem> check_host(const http::Request& request,
                                  const std::vector<std::string>& names,
                                  const std::vector<std::string>& certified = {});

// 403 when a browser sends the request on behalf of another site. Programs that are no browsers
// send neither Origin nor Sec-Fetch-Site and pass.
std::optional<Problem> check_same_origin(const http::Request& request);

// Loopback, private, link-local and unique-local addresses, and Tailscale's when the answer leaves
// through it (trust-and-console.md 5.1).
bool is_near(const net::Endpoint& peer);

// Headers of every answer. `style_hash`: the CSP source of the only inline style, or empty.
http::Fields security_headers(const std::string& style_hash = {});
// The same with a whole policy.
http::Fields security_headers_with(std::string_view policy);

}  // namespace pf::webui
