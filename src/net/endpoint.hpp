// An IP address with a port, as a value. IPv4 and IPv4-mapped IPv6 are one and the same address.
// Any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/errc.hpp"

namespace pf::net {

class Endpoint {
 public:
  // The unspecified IPv6 address (which a dual-stack socket takes as "any of both families").
  Endpoint() = default;
  explicit Endpoint(std::uint16_t port) : port_(port) {}

  // "192.168.1.2", "::1", "fe80::1%2" or "[::1]"; Errc::BadAddress otherwise. No name look-up.
  static Result<Endpoint> parse(std::string_view address, std::uint16_t port);
  static Endpoint any_v4(std::uint16_t port);
  static Endpoint loopback_v4(std::uint16_t port);
  static Endpoint loopback_v6(std::uint16_t port);
  // Nothing when the family is neither IPv4 nor IPv6 or `length` is too short.
  static std::optional<Endpoint> from_sockaddr(const sockaddr* address, socklen_t length);
  static Endpoint from_v4(const in_addr& address, std::uint16_t port);
  static Endpoint from_v6(const in6_addr& address, std::uint16_t port, std::uint32_t scope = 0);

  std::uint16_t port() const { return port_; }
  void set_port(std::uint16_t port) { port_ = port; }
  // The interface index of a link-local IPv6 address; else 0.
  std::uint32_t scope() const { return scope_; }
  // IPv6 form; IPv4 is ::ffff:a.b.c.d.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  bool is_v4() const;
  bool is_any() const;  // 0.0.0.0 or ::
  bool is_loopback() const;
  // Reachable only from the local network: RFC 1918, link-local, unique local, loopback.
  bool is_private() const;
  bool same_address(const Endpoint& other) const {
    return bytes_ == other.bytes_ && scope_ == other.scope_;
  }

  // "192.168.1.2", "fe80::1%2".
  std::string address() const;
  // "192.168.1.2:80", "[fe80::1%2]:80".
  std::string to_string() const;

  // For a socket of that family. to_v4 requires is_v4() or is_any().
  sockaddr_in6 to_v6() const;
  sockaddr_in to_v4() const;

  auto operator<=>(const Endpoint&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t scope_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace pf::net

template <>
struct std::hash<pf::net::Endpoint> {
  std::size_t operator()(const pf::net::Endpoint& e) const noexcept;
};
