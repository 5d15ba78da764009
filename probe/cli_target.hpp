// Names of hosts on the command line, and what is believed about them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.hpp"
#include "probe/cli.hpp"

namespace pf::probe {

struct Cli::Target {
  std::string name;  // as it is stored in the known hosts
  net::Endpoint endpoint;
  std::vector<std::string> alpns;
};

struct HostName {
  std::string name;
  std::uint16_t port = 0;
};
// "name", "name:port", "1.2.3.4:port", "[::1]:port", "::1". Nothing for an empty name or a bad
// port.
std::optional<HostName> split_host(const std::string& text, std::uint16_t default_port);

// IPv4 first, as clients do. Blocking. Errc::NotFound.
Result<net::Endpoint> look_up(const HostName& host);

std::vector<std::string> alpns_of(const std::string& generation);

}  // namespace pf::probe
