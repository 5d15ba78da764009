// Small shared pieces of this room: times, connection IDs, paths. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "native/quic/ngtcp2_compat.hpp"
#include "net/endpoint.hpp"

namespace pf::native::quic {

// CLOCK_MONOTONIC nanoseconds, as the QUIC library counts.
using Timestamp = std::uint64_t;
constexpr Timestamp kNever = UINT64_MAX;

// Our own connection IDs: long enough that nobody guesses one, and all of one length, because a
// short header does not say it (RFC 9000 17.3).
constexpr std::size_t kCidBytes = 18;
constexpr std::size_t kMaxUdpPayload = 1472;  // punktfunk2.md 2.3
constexpr std::size_t kMinInitial = 1200;     // RFC 9000 14.1

struct Cid {
  std::array<std::uint8_t, NGTCP2_MAX_CIDLEN> bytes{};
  std::uint8_t size = 0;

  Cid() = default;
  Cid(const std::uint8_t* data, std::size_t length)
      : size(static_cast<std::uint8_t>(std::min(length, bytes.size()))) {
    std::copy_n(data, size, bytes.begin());
  }
  explicit Cid(const ngtcp2_cid& cid) : Cid(cid.data, cid.datalen) {}
  bool operator==(const Cid&) const = default;
};

struct CidHash {
  std::uint64_t seed = 0;  // random: peers choose some of the IDs
  std::size_t operator()(const Cid& cid) const noexcept {
    std::uint64_t hash = seed ^ cid.size;
    for (std::size_t at = 0; at < cid.bytes.size(); at += 4) {
      std::uint32_t word;
      std::memcpy(&word, cid.bytes.data() + at, sizeof word);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
      hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash);
  }
};

// An ngtcp2_path over two addresses of ours; IPv4 in its mapped form, so that one family is enough.
class PathView {
 public:
  PathView(const net::Endpoint& local, const net::Endpoint& remote)
      : local_(local.to_v6()), remote_(remote.to_v6()) {
    path_.local = {reinterpret_cast<ngtcp2_sockaddr*>(&local_), sizeof local_};
    path_.remote = {reinterpret_cast<ngtcp2_sockaddr*>(&remote_), sizeof remote_};
  }
  PathView(const PathView&) = delete;
  PathView& operator=(const PathView&) = delete;
  const ngtcp2_path* get() const { return &path_; }

 private:
  sockaddr_in6 local_;
  sockaddr_in6 remote_;
  ngtcp2_path path_{};
};

inline net::Endpoint endpoint_of(const ngtcp2_addr& address) {
  const auto* const sa = reinterpret_cast<const sockaddr*>(address.addr);
  return net::Endpoint::from_sockaddr(sa, static_cast<socklen_t>(address.addrlen))
      .value_or(net::Endpoint{});
}

}  // namespace pf::native::quic
