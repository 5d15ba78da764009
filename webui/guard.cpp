#include "webui/guard.hpp"

#include <algorithm>
#include <string_view>

#include "http/certificate.hpp"
#include "trust/source.hpp"

namespace pf::webui {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// The name or address of "name", "name:port" or "[v6]:port"; nothing when it is none of them. The
// port is not compared: a forwarded port is a legitimate way to reach this host.
std::optional<std::string> host_of(std::string_view authority) {
  std::string_view host = authority;
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
  } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    rest = authority.substr(colon);
  }
  if (host.empty() || host.size() > 253) return std::nullopt;
  const bool port_ok =
      rest.empty() ||
      (rest.size() >= 2 && rest.size() <= 6 && rest.front() == ':' &&
       std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; }));
  if (!port_ok) return std::nullopt;
  return lower(host);
}

std::size_t count(const http::Request& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&](const auto& field) { return lower(field.first) == lower(name); }));
}

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

}  // namespace

std::optional<Problem> check_host(const http::Request& request,
                                  const std::vector<std::string>& names,
                                  const std::vector<std::string>& certified) {
  const auto* header = request.header("Host");
  const auto host = header == nullptr ? std::nullopt : host_of(*header);
  if (!host || count(request, "Host") != 1)
    return Problem{400, "bad_host", "The request needs exactly one valid Host header."};
  if (*host == "localhost") return std::nullopt;
  if (const auto address = net::Endpoint::parse(*host, 0)) {
    if (address->is_loopback()) return std::nullopt;
    if (address->address() == request.local.address()) return std::nullopt;
  }
  for (const auto& name : names) {
    const auto own = lower(name);
    if (*host == own || *host == own + ".local") return std::nullopt;
  }
  if (http::covers(certified, *host)) return std::nullopt;
  return Problem{421, "host_not_allowed",
                 "This host does not answer to that name. Use its address or its own name."};
}

std::optional<Problem> check_same_origin(const http::Request& request) {
  const Problem refused{403, "cross_origin", "Another web site may not use this interface."};
  if (const auto* origin = request.header("Origin")) {
    const auto* host = request.header("Host");
    if (host == nullptr || count(request, "Origin") != 1 ||
        lower(*origin) != "https://" + lower(*host))
      return refused;
  }
  if (const auto* site = request.header("Sec-Fetch-Site")) {
    // "none": the person typed the address or opened a bookmark, which never writes.
    const bool direct = *site == "none" && !changes_something(request);
    if (count(request, "Sec-Fetch-Site") != 1 || (*site != "same-origin" && !direct))
      return refused;
  }
  return std::nullopt;
}

bool is_near(const net::Endpoint& peer) {
  return trust::source_of(peer, trust::replies_via_tailscale) == trust::Source::Lan;
}

http::Fields security_headers(const std::string& style_hash) {
  std::string policy =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  if (!style_hash.empty()) policy += "; style-src '" + style_hash + "'";
  return security_headers_with(policy);
}

http::Fields security_headers_with(std::string_view policy) {
  return {
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", std::string(policy)},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
}

}  // namespace pf::webui
