#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace pf::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

Endpoint Endpoint::from_sockaddr(const sockaddr* address, socklen_t length) {
  Endpoint e;
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    e.family_ = AF_INET;
    e.port_ = ntohs(v4.sin_port);
    std::memcpy(e.address_.data(), &v4.sin_addr, 4);
  } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    e.port_ = ntohs(v6.sin6_port);
    const auto* bytes = v6.sin6_addr.s6_addr;
    if (std::equal(kMapped.begin(), kMapped.end(), bytes)) {
      e.family_ = AF_INET;
      std::memcpy(e.address_.data(), bytes + 12, 4);
    } else {
      e.family_ = AF_INET6;
      e.scope_ = v6.sin6_scope_id;
      std::memcpy(e.address_.data(), bytes, 16);
    }
  }
  return e;
}

std::optional<Endpoint> Endpoint::parse(std::string_view address, std::uint16_t port) {
  std::string text(address);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1)
    return from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (const auto percent = text.find('%'); percent != std::string::npos) {
    const auto zone = text.substr(percent + 1);
    v6.sin6_scope_id = if_nametoindex(zone.c_str());
    if (v6.sin6_scope_id == 0) {
      if (zone.empty() || zone.size() > 9 ||
          !std::all_of(zone.begin(), zone.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
      v6.sin6_scope_id = static_cast<std::uint32_t>(std::stoul(zone));
    }
    text.resize(percent);
  }
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1)
    return from_sockaddr(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  return std::nullopt;
}

bool Endpoint::is_loopback() const {
  if (is_v4()) return address_[0] == 127;
  return is_v6() &&
         std::all_of(address_.begin(), address_.end() - 1, [](auto b) { return b == 0; }) &&
         address_[15] == 1;
}

bool Endpoint::is_private() const {
  if (is_loopback()) return true;
  if (is_v4())
    return address_[0] == 10 || (address_[0] == 172 && (address_[1] & 0xF0) == 16) ||
           (address_[0] == 192 && address_[1] == 168) || (address_[0] == 169 && address_[1] == 254);
  return is_v6() &&
         ((address_[0] & 0xFE) == 0xFC || (address_[0] == 0xFE && (address_[1] & 0xC0) == 0x80));
}

std::string Endpoint::address_text() const {
  if (!specified()) return "unspecified";
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family_, address_.data(), text, sizeof text);
  return scope_ == 0 ? text : std::string(text) + "%" + std::to_string(scope_);
}

std::string Endpoint::to_string() const {
  const auto text = address_text();
  return (is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(port_);
}

socklen_t Endpoint::to_sockaddr(sockaddr_storage& out, int socket_family) const {
  std::memset(&out, 0, sizeof out);
  if (socket_family == AF_INET && is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, address_.data(), 4);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  if (socket_family != AF_INET6 || !specified()) return 0;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  v6.sin6_scope_id = scope_;
  if (is_v4()) {
    std::copy(kMapped.begin(), kMapped.end(), v6.sin6_addr.s6_addr);
    std::memcpy(v6.sin6_addr.s6_addr + 12, address_.data(), 4);
  } else {
    std::memcpy(v6.sin6_addr.s6_addr, address_.data(), 16);
  }
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

}  // namespace pf::net
