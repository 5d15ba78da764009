#include "net/interfaces.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace pf::net {
namespace {

bool link_local_v6(const Endpoint& address) {
  return !address.is_v4() && address.bytes()[0] == 0xFE && (address.bytes()[1] & 0xC0) == 0x80;
}

std::string mac_of(const sockaddr* raw) {
  sockaddr_ll link{};
  std::memcpy(&link, raw, sizeof link);
  if (link.sll_halen != 6) return {};
  const auto* const m = link.sll_addr;
  if (std::all_of(m, m + 6, [](unsigned char byte) { return byte == 0; })) return {};
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4],
                     m[5]);
}

}  // namespace

std::vector<Interface> interfaces() {
  ifaddrs* raw = nullptr;
  if (::getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype([](ifaddrs* p) { ::freeifaddrs(p); })> all(raw);
  std::vector<Interface> found;
  const auto named = [&](const char* name) -> Interface& {
    for (auto& one : found)
      if (one.name == name) return one;
    return found.emplace_back(Interface{name, {}, {}});
  };
  for (const auto* i = all.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0 ||
        (i->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    if (i->ifa_addr->sa_family == AF_PACKET) {
      named(i->ifa_name).mac = mac_of(i->ifa_addr);
      continue;
    }
    const auto length =
        i->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    const auto address = Endpoint::from_sockaddr(i->ifa_addr, static_cast<socklen_t>(length));
    if (address && !link_local_v6(*address)) named(i->ifa_name).addresses.push_back(*address);
  }
  std::erase_if(found, [](const Interface& one) { return one.addresses.empty(); });
  return found;
}

}  // namespace pf::net
