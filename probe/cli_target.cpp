#include "probe/cli_target.hpp"

#include <netdb.h>

#include <charconv>
#include <memory>

#include "native/wire/constants.hpp"
#include "probe/errc.hpp"

namespace pf::probe {

std::optional<HostName> split_host(const std::string& text, std::uint16_t default_port) {
  HostName host{text, default_port};
  std::string_view port;
  const auto colon = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find(']');
    if (close == std::string::npos) return std::nullopt;
    host.name = text.substr(1, close - 1);
    const auto rest = std::string_view(text).substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return std::nullopt;
  } else if (colon != std::string::npos && text.find(':') == colon) {
    host.name = text.substr(0, colon);
    port = std::string_view(text).substr(colon + 1);
    if (port.empty()) return std::nullopt;
  }
  if (!port.empty()) {
    const auto end = port.data() + port.size();
    const auto [at, error] = std::from_chars(port.data(), end, host.port);
    if (error != std::errc{} || at != end) return std::nullopt;
  }
  if (host.name.empty() || host.port == 0) return std::nullopt;
  return host;
}

Result<net::Endpoint> look_up(const HostName& host) {
  if (auto literal = net::Endpoint::parse(host.name, host.port)) return *literal;
  for (const int family : {AF_INET, AF_INET6}) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.name.c_str(), nullptr, &hints, &list) != 0) continue;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
      if (auto found = net::Endpoint::from_sockaddr(entry->ai_addr, entry->ai_addrlen)) {
        found->set_port(host.port);
        return *found;
      }
    }
  }
  return pf::fail(Errc::NotFound, host.name);
}

std::vector<std::string> alpns_of(const std::string& generation) {
  const std::string v1(native::wire::kAlpnV1);
  const std::string v2(native::wire::kAlpnV2);
  if (generation == "1") return {v1};
  if (generation == "2") return {v2};
  return {v2, v1};
}

}  // namespace pf::probe
