#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace pf::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<std::uint32_t> parse_scope(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  const unsigned index = ::if_nametoindex(text.c_str());
  if (index == 0) return std::nullopt;
  return index;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t port) {
  std::string address(text);
  if (address.size() >= 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  std::uint32_t scope = 0;
  std::string bare = address;
  if (const auto percent = address.find('%'); percent != std::string::npos) {
    const auto parsed = parse_scope(address.substr(percent + 1));
    if (!parsed) return fail(Errc::BadAddress, std::string(text));
    scope = *parsed;
    bare = address.substr(0, percent);
  }
  in_addr v4{};
  if (scope == 0 && ::inet_pton(AF_INET, bare.c_str(), &v4) == 1) return from_v4(v4, port);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, bare.c_str(), &v6) == 1) return from_v6(v6, port, scope);
  return fail(Errc::BadAddress, std::string(text));
}

Endpoint Endpoint::any_v4(std::uint16_t port) {
  return from_v4(in_addr{htonl(INADDR_ANY)}, port);
}
Endpoint Endpoint::loopback_v4(std::uint16_t port) {
  return from_v4(in_addr{htonl(INADDR_LOOPBACK)}, port);
}
Endpoint Endpoint::loopback_v6(std::uint16_t port) {
  Endpoint e(port);
  e.bytes_[15] = 1;
  return e;
}

std::optional<Endpoint> Endpoint::from_sockaddr(const sockaddr* address, socklen_t length) {
  if (length < sizeof(sa_family_t)) return std::nullopt;
  // Copied out because the caller's storage need not be aligned for the concrete type.
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    return from_v4(v4.sin_addr, ntohs(v4.sin_port));
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    return from_v6(v6.sin6_addr, ntohs(v6.sin6_port), v6.sin6_scope_id);
  }
  return std::nullopt;
}

Endpoint Endpoint::from_v4(const in_addr& address, std::uint16_t port) {
  Endpoint e(port);
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), e.bytes_.begin());
  std::memcpy(e.bytes_.data() + 12, &address.s_addr, 4);
  return e;
}

Endpoint Endpoint::from_v6(const in6_addr& address, std::uint16_t port, std::uint32_t scope) {
  Endpoint e(port);
  std::memcpy(e.bytes_.data(), address.s6_addr, 16);
  // The kernel reports the interface for link-local addresses only; anything else would make equal
  // addresses differ.
  if (IN6_IS_ADDR_LINKLOCAL(&address)) e.scope_ = scope;
  return e;
}

bool Endpoint::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

bool Endpoint::is_any() const {
  const auto from = bytes_.begin() + (is_v4() ? 12 : 0);
  return std::all_of(from, bytes_.end(), [](std::uint8_t b) { return b == 0; });
}

bool Endpoint::is_loopback() const {
  return is_v4() ? bytes_[12] == 127 : same_address(loopback_v6(0));
}

bool Endpoint::is_private() const {
  if (is_loopback()) return true;
  if (is_v4()) {
    const auto a = bytes_[12];
    const auto b = bytes_[13];
    return a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
           (a == 169 && b == 254);
  }
  return (bytes_[0] & 0xFE) == 0xFC || (bytes_[0] == 0xFE && (bytes_[1] & 0xC0) == 0x80);
}

std::string Endpoint::address() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
    return text;
  }
  ::inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  std::string out = text;
  if (scope_ != 0) out += "%" + std::to_string(scope_);
  return out;
}

std::string Endpoint::to_string() const {
  const auto port = std::to_string(port_);
  return is_v4() ? address() + ":" + port : "[" + address() + "]:" + port;
}

sockaddr_in6 Endpoint::to_v6() const {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port_);
  out.sin6_scope_id = scope_;
  std::memcpy(out.sin6_addr.s6_addr, bytes_.data(), 16);
  return out;
}

sockaddr_in Endpoint::to_v4() const {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port_);
  std::memcpy(&out.sin_addr.s_addr, bytes_.data() + 12, 4);
  return out;
}

}  // namespace pf::net

std::size_t std::hash<pf::net::Endpoint>::operator()(const pf::net::Endpoint& e) const noexcept {
  const auto& bytes = e.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto rest = (std::uint64_t{e.scope()} << 16) | e.port();
  return std::hash<std::string_view>{}(text) ^ (std::hash<std::uint64_t>{}(rest)*31);
}
