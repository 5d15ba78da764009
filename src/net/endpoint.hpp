// An IP address and port as a value. A v4-mapped IPv6 address is stored as its IPv4 address, so
// that the same peer compares equal whichever socket family it came through.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pf::net {

class Endpoint {
 public:
  Endpoint() = default;  // unspecified: no family
  // Family AF_INET or AF_INET6; anything else gives an unspecified endpoint.
  static Endpoint from_sockaddr(const sockaddr* address, socklen_t length);
  // A literal such as "192.168.1.10", "::1" or "fe80::1%eth0" (without brackets).
  static std::optional<Endpoint> parse(std::string_view address, std::uint16_t port);

  bool specified() const { return family_ != 0; }
  bool is_v4() const { return family_ == AF_INET; }
  bool is_v6() const { return family_ == AF_INET6; }
  bool is_loopback() const;
  // RFC 1918, link-local, IPv6 unique local, loopback.
  bool is_private() const;
  std::uint16_t port() const { return port_; }
  void set_port(std::uint16_t port) { port_ = port; }
  // Network order: 4 bytes for IPv4, 16 for IPv6, from the front.
  const std::array<std::uint8_t, 16>& address() const { return address_; }
  std::uint32_t scope() const { return scope_; }

  std::string address_text() const;  // "192.168.1.10", "fe80::1%2"
  std::string to_string() const;     // "192.168.1.10:47989", "[::1]:47989"
  bool same_address(const Endpoint& o) const {
    return family_ == o.family_ && address_ == o.address_ && scope_ == o.scope_;
  }
  // For a socket of the given family; an IPv4 address becomes v4-mapped for AF_INET6. Returns the
  // length, 0 when the address does not fit the family.
  socklen_t to_sockaddr(sockaddr_storage& out, int socket_family) const;

  auto operator<=>(const Endpoint&) const = default;

 private:
  std::uint16_t family_ = 0;
  std::uint16_t port_ = 0;
  std::uint32_t scope_ = 0;
  std::array<std::uint8_t, 16> address_{};
};

}  // namespace pf::net

template <>
struct std::hash<pf::net::Endpoint> {
  std::size_t operator()(const pf::net::Endpoint& e) const noexcept {
    std::size_t h = e.port();
    for (const auto byte : e.address()) h = h * 1099511628211U + byte;
    return h * 31 + e.scope();
  }
};
