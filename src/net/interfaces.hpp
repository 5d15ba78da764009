// The addresses by which others can reach this machine.
#pragma once

#include <string>
#include <vector>

#include "net/endpoint.hpp"

namespace pf::net {

struct Interface {
  std::string name;                 // "eth0"
  std::string mac;                  // "02:42:ac:11:00:02"; empty where there is none
  std::vector<Endpoint> addresses;  // without link-local IPv6, which means nothing elsewhere
};

// Interfaces that are up, apart from loopback; those without an address are left out. Any thread; a
// few system calls. Empty when the system does not say.
std::vector<Interface> interfaces();

}  // namespace pf::net
