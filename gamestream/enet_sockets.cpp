#include "gamestream/enet_sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>

#include "base/bytes.hpp"

namespace pf::gamestream {
namespace {

// ENetAddress::host is in network byte order; places count from 240.0.0.1.
constexpr std::uint32_t kFirstPlace = 0xF0000001;

class AddressTable {
 public:
  // The host value of an address; takes or renews its place. Nothing when every place is pinned.
  std::optional<enet_uint32> host_of(const net::Endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    const auto* place = find_or_take(endpoint);
    if (place == nullptr) return std::nullopt;
    return host_value(*place);
  }
  std::optional<net::Endpoint> address_of(enet_uint32 host) {
    const std::lock_guard lock(mutex_);
    const auto* place = find(host);
    if (place == nullptr) return std::nullopt;
    return place->remote;
  }
  // As host_of(), and remembers which local address the peer used.
  std::optional<enet_uint32> received(const net::Endpoint& from, const net::Endpoint& local) {
    const std::lock_guard lock(mutex_);
    auto* place = find_or_take(from);
    if (place == nullptr) return std::nullopt;
    place->local = local;
    return host_value(*place);
  }
  net::Endpoint local_of(enet_uint32 host) {
    const std::lock_guard lock(mutex_);
    const auto* place = find(host);
    return place == nullptr ? net::Endpoint{} : place->local;
  }
  void pin(enet_uint32 host, int change) {
    const std::lock_guard lock(mutex_);
    if (auto* place = find(host)) place->pins += change;
  }

 private:
  struct Place {
    bool used = false;
    int pins = 0;
    std::uint64_t last_use = 0;
    net::Endpoint remote;  // port 0
    net::Endpoint local;
  };

  enet_uint32 host_value(const Place& place) const {
    if (is_plain_v4(place.remote)) return place.remote.to_v4().sin_addr.s_addr;
    const auto index = static_cast<std::uint32_t>(&place - places_.data());
    return htonl(kFirstPlace + index);
  }
  static bool is_plain_v4(const net::Endpoint& address) {
    return address.is_v4() && !address.is_any();
  }
  Place* find(enet_uint32 host) {
    for (auto& place : places_)
      if (place.used && host_value(place) == host) return &place;
    return nullptr;
  }
  Place* find_or_take(const net::Endpoint& endpoint) {
    Place* oldest = nullptr;
    for (auto& place : places_) {
      if (place.used && place.remote.same_address(endpoint)) {
        place.last_use = ++uses_;
        return &place;
      }
      if (place.pins == 0 && (oldest == nullptr || place.last_use < oldest->last_use))
        oldest = &place;
    }
    if (oldest == nullptr) return nullptr;
    *oldest = {true, 0, ++uses_, endpoint, {}};
    oldest->remote.set_port(0);
    return oldest;
  }

  std::mutex mutex_;
  std::uint64_t uses_ = 0;
  std::array<Place, 128> places_{};
};

AddressTable& table() {
  static AddressTable shared;
  return shared;
}

bool is_v6_socket(int socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET6;
}

// A socket address of the socket's own family.
struct SocketAddress {
  SocketAddress(int socket, const net::Endpoint& endpoint) {
    if (is_v6_socket(socket)) {
      const auto v6 = endpoint.to_v6();
      std::memcpy(&storage, &v6, size = sizeof v6);
    } else {
      const auto v4 = endpoint.to_v4();
      std::memcpy(&storage, &v4, size = sizeof v4);
    }
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// Room for one packet-info record of either family.
union InfoBuffer {
  cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes;
};

// The headers' own macros cast in the old style.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
net::Endpoint local_from(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      const bool link_local = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr);
      return net::Endpoint::from_v6(info.ipi6_addr, 0, link_local ? info.ipi6_ifindex : 0);
    }
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      return net::Endpoint::from_v4(info.ipi_addr, 0);
    }
  }
  return {};
}

// Asks the kernel to send from `local`; only on IPv6 (dual-stack) sockets, whose packet info covers
// both families.
void set_local(msghdr& message, InfoBuffer& buffer, const net::Endpoint& local) {
  message.msg_control = buffer.bytes.data();
  message.msg_controllen = buffer.bytes.size();
  auto* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = IPPROTO_IPV6;
  part->cmsg_type = IPV6_PKTINFO;
  part->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
  in6_pktinfo info{};
  info.ipi6_addr = local.to_v6().sin6_addr;
  info.ipi6_ifindex = local.scope();
  std::memcpy(CMSG_DATA(part), &info, sizeof info);
}
#pragma GCC diagnostic pop

std::array<iovec, ENET_BUFFER_MAXIMUM> gather(const ENetBuffer* buffers, std::size_t count) {
  std::array<iovec, ENET_BUFFER_MAXIMUM> parts;
  for (std::size_t i = 0; i < count; ++i) parts[i] = {buffers[i].data, buffers[i].dataLength};
  return parts;
}

}  // namespace

ENetAddress to_enet(const net::Endpoint& endpoint) {
  if (endpoint.is_any() && !endpoint.is_v4()) return {ENET_HOST_ANY, endpoint.port()};
  return {table().host_of(endpoint).value_or(ENET_HOST_ANY), endpoint.port()};
}

net::Endpoint from_enet(const ENetAddress& address) {
  if (address.host == ENET_HOST_ANY) return net::Endpoint(address.port);
  if (auto known = table().address_of(address.host)) {
    known->set_port(address.port);
    return *known;
  }
  in_addr v4{};
  v4.s_addr = address.host;
  return net::Endpoint::from_v4(v4, address.port);
}

net::Endpoint local_address_for(const ENetAddress& address) {
  return table().local_of(address.host);
}
void pin(const ENetAddress& address) {
  table().pin(address.host, 1);
}
void unpin(const ENetAddress& address) {
  table().pin(address.host, -1);
}

}  // namespace pf::gamestream

using namespace pf;
using namespace pf::gamestream;

extern "C" {

ENetSocket enet_socket_create(ENetSocketType type) {
  const int kind = (type == ENET_SOCKET_TYPE_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
  const int on = 1, off = 0;
  if (const int v6 = ::socket(AF_INET6, kind, 0); v6 >= 0) {
    ::setsockopt(v6, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    ::setsockopt(v6, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    return v6;
  }
  return ::socket(AF_INET, kind, 0);  // a system without IPv6
}

int enet_socket_bind(ENetSocket socket, const ENetAddress* address) {
  const auto endpoint = address == nullptr ? net::Endpoint{} : from_enet(*address);
  const SocketAddress to(socket, endpoint);
  return ::bind(socket, to.get(), to.size);
}

int enet_socket_get_address(ENetSocket socket, ENetAddress* address) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(socket, raw, &size) != 0) return -1;
  const auto endpoint = net::Endpoint::from_sockaddr(raw, size);
  if (!endpoint) return -1;
  *address = to_enet(*endpoint);
  return 0;
}

int enet_socket_send(ENetSocket socket, const ENetAddress* address, const ENetBuffer* buffers,
                     std::size_t count) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += buffers[i].dataLength;
  const auto sent = static_cast<int>(total);
  if (address == nullptr || count > ENET_BUFFER_MAXIMUM) return -1;

  const SocketAddress to(socket, from_enet(*address));
  auto destination = to.storage;
  auto parts = gather(buffers, count);
  msghdr message{};
  message.msg_name = &destination;
  message.msg_namelen = to.size;
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  InfoBuffer info{};
  const auto local = local_address_for(*address);
  if (to.storage.ss_family == AF_INET6 && !local.is_any()) set_local(message, info, local);

  const auto result = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  if (result >= 0) return static_cast<int>(result);
  // An unreachable peer is that peer's loss: reporting it would stop ENet's service of all others.
  return errno == EWOULDBLOCK ? 0 : sent;
}

int enet_socket_receive(ENetSocket socket, ENetAddress* address, ENetBuffer* buffers,
                        std::size_t count) {
  if (count > ENET_BUFFER_MAXIMUM) return -1;
  auto parts = gather(buffers, count);
  while (true) {
    sockaddr_storage storage{};
    InfoBuffer info{};
    msghdr message{};
    message.msg_name = &storage;
    message.msg_namelen = sizeof storage;
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    message.msg_control = info.bytes.data();
    message.msg_controllen = info.bytes.size();
    const auto size = ::recvmsg(socket, &message, MSG_NOSIGNAL);
    if (size < 0) {
      if (errno == EINTR) continue;
      return errno == EWOULDBLOCK ? 0 : -1;
    }
    if (size == 0 || (message.msg_flags & MSG_TRUNC) != 0) continue;  // no ENet datagram
    if (address == nullptr) return static_cast<int>(size);
    const auto from = net::Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage),
                                                   message.msg_namelen);
    if (!from) continue;
    const auto host = table().received(*from, local_from(message));
    if (!host) continue;  // the table is full of peers
    *address = {*host, from->port()};
    return static_cast<int>(size);
  }
}

}  // extern "C"
