// What the local network is told about the native front end (punktfunk1.md 1, punktfunk2.md 2.1).
#pragma once

#include <string>

#include "net/advert.hpp"

namespace pf::native {

struct AdvertFacts {
  std::string host_name;
  std::string fingerprint;  // of the host's certificate, 64 hex digits
  std::string unique_id;
  std::uint16_t port = 0;
  std::uint16_t management_port = 0;  // 0 = none
  bool open = false;
};

net::Service service(const AdvertFacts& facts);

// "linux/debian": the tokens by which clients choose an icon, from the lines of os-release.
std::string os_chain(const std::string& os_release);

}  // namespace pf::native
