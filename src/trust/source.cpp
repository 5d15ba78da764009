#include "trust/source.hpp"

#include <ifaddrs.h>
#include <sys/socket.h>

#include <cstring>
#include <string_view>

#include "base/hex.hpp"
#include "base/unique_fd.hpp"

namespace pf::trust {

const char* name(Source source) {
  return source == Source::Lan ? "lan" : "wan";
}

Source source_of(const net::Endpoint& from, bool (*reply_via_tailscale)(const net::Endpoint&)) {
  if (from.is_private()) return Source::Lan;
  const bool shared = from.is_v4() && from.bytes()[12] == 100 && (from.bytes()[13] & 0xC0) == 64;
  if (shared && reply_via_tailscale != nullptr && reply_via_tailscale(from)) return Source::Lan;
  return Source::Wan;
}

bool replies_via_tailscale(const net::Endpoint& to) {
  if (!to.is_v4()) return false;
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  // Connecting a datagram socket picks the route and with it the address that answers come from.
  auto peer = to.to_v4();
  if (peer.sin_port == 0) peer.sin_port = htons(9);
  sockaddr_in own{};
  socklen_t length = sizeof own;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &length) != 0)
    return false;
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return false;
  bool found = false;
  for (const auto* i = interfaces; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in address{};
    std::memcpy(&address, i->ifa_addr, sizeof address);
    if (address.sin_addr.s_addr == own.sin_addr.s_addr &&
        std::string_view(i->ifa_name).starts_with("tailscale"))
      found = true;
  }
  ::freeifaddrs(interfaces);
  return found;
}

std::string limit_key(const net::Endpoint& from, Source source) {
  if (from.is_v4() || source == Source::Lan) return from.address();
  return to_hex(ByteSpan(from.bytes()).first(8));
}

}  // namespace pf::trust
