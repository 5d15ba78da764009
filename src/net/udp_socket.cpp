#include "net/udp_socket.hpp"

#include <netinet/udp.h>
#include <poll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

// Kernel interface constants that older C library headers lack.
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace pf::net {
namespace {

constexpr std::size_t kMaxSegments = 64;      // UDP_MAX_SEGMENTS of the oldest kernels with GSO
constexpr std::size_t kMaxDatagram = 65'507;  // largest UDP payload over IPv4
constexpr std::size_t kMaxMessages = 64;
constexpr int kBlockedWaitMs = 2;
constexpr int kBlockedWaits = 4;

void set_option(int fd, int level, int name, int value) {
  // Best effort: each of these has a working default.
  static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

// The privileged form ignores the system limit; the ordinary one is capped by it.
void set_buffer(int fd, int forced, int ordinary, int bytes) {
  if (::setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0)
    set_option(fd, SOL_SOCKET, ordinary, bytes);
}

bool again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

Result<UniqueFd> open_bound(int family, const Endpoint& bind) {
  UniqueFd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
  if (!fd) return fail(Errc::OpenFailed, std::strerror(errno));
  int result = 0;
  if (family == AF_INET6) {
    set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    set_option(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    const auto address = bind.to_v6();
    result = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    set_option(fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
    const auto address = bind.to_v4();
    result = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (result != 0) return fail(Errc::BindFailed, bind.to_string() + ": " + std::strerror(errno));
  return fd;
}

// Without asking the kernel's own idea of the path, which knows it less well than who probes it.
void forbid_fragments(int fd) {
  // One of the two is refused where the socket has one family only.
  const int v4 = IP_PMTUDISC_PROBE;
  const int v6 = IPV6_PMTUDISC_PROBE;
  static_cast<void>(::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4));
  static_cast<void>(::setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6));
}

}  // namespace

// A message header with its address and control data, reusable for many sends on one route.
struct UdpSocket::Message {
  Message(const Route& route, bool v6_socket, std::size_t segment_bytes) {
    if (v6_socket) {
      // Linux takes IPv6 forms for mapped IPv4 too, destination and source alike.
      const auto to = route.to.to_v6();
      std::memcpy(&address, &to, sizeof to);
      header.msg_namelen = sizeof to;
      if (!route.from.is_any()) {
        in6_pktinfo info{};
        std::memcpy(info.ipi6_addr.s6_addr, route.from.bytes().data(), 16);
        info.ipi6_ifindex = route.from.scope();
        add(IPPROTO_IPV6, IPV6_PKTINFO, info);
      }
    } else {
      const auto to = route.to.to_v4();
      std::memcpy(&address, &to, sizeof to);
      header.msg_namelen = sizeof to;
      if (!route.from.is_any()) {
        in_pktinfo info{};
        info.ipi_spec_dst = route.from.to_v4().sin_addr;
        add(IPPROTO_IP, IP_PKTINFO, info);
      }
    }
    if (route.dscp != 0) {
      const int traffic_class = route.dscp << 2;
      if (route.to.is_v4())
        add(IPPROTO_IP, IP_TOS, traffic_class);
      else
        add(IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
    }
    if (segment_bytes != 0)
      add(IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(segment_bytes));
    header.msg_name = &address;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (control_bytes != 0) {
      header.msg_control = control;
      header.msg_controllen = control_bytes;
    }
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  template <class T>
  void add(int level, int type, const T& value) {
    cmsghdr head{};
    head.cmsg_len = CMSG_LEN(sizeof value);
    head.cmsg_level = level;
    head.cmsg_type = type;
    std::memcpy(control + control_bytes, &head, sizeof head);
    std::memcpy(control + control_bytes + CMSG_LEN(0), &value, sizeof value);
    control_bytes += CMSG_SPACE(sizeof value);
  }

  void set(const std::uint8_t* data, std::size_t bytes) {
    part = {const_cast<std::uint8_t*>(data), bytes};
  }

  sockaddr_storage address{};
  iovec part{};
  msghdr header{};
  alignas(cmsghdr) unsigned char control[128]{};
  std::size_t control_bytes = 0;
};

UdpSocket::UdpSocket(UniqueFd fd, bool v6, const Endpoint& local)
    : fd_(std::move(fd)), v6_(v6), local_(local), counters_(std::make_unique<UdpCounters>()) {}

Result<UdpSocket> UdpSocket::open(const Options& options) {
  bool v6 = true;
  auto fd = open_bound(AF_INET6, options.bind);
  if (!fd && (options.bind.is_any() || options.bind.is_v4())) {
    auto v4_bind = options.bind.is_v4() ? options.bind : Endpoint::any_v4(options.bind.port());
    auto v4 = open_bound(AF_INET, v4_bind);
    if (!v4) return pass(fd);
    fd = std::move(v4);
    v6 = false;
  }
  if (!fd) return pass(fd);
  set_buffer(fd->get(), SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  set_buffer(fd->get(), SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  if (options.forbid_fragments) forbid_fragments(fd->get());
  if (options.coalesce) set_option(fd->get(), IPPROTO_UDP, UDP_GRO, 1);

  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(fd->get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0)
    return fail(Errc::OpenFailed, std::strerror(errno));
  const auto local = Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&bound), length);
  if (!local) return fail(Errc::OpenFailed, "unexpected address family");
  return UdpSocket(std::move(*fd), v6, *local);
}

ReceiveStatus UdpSocket::receive(MutableByteSpan buffer, Received& out) noexcept {
  sockaddr_storage address{};
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) unsigned char control[128];
  msghdr header{};
  header.msg_name = &address;
  header.msg_namelen = sizeof address;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t got = 0;
  do got = ::recvmsg(fd_.get(), &header, 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return again(errno) ? ReceiveStatus::Empty : ReceiveStatus::Failed;

  const auto from =
      Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&address), header.msg_namelen);
  if (!from) return ReceiveStatus::Failed;
  out.bytes = static_cast<std::size_t>(got);
  out.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  out.from = *from;
  out.local = local_;
  out.segment_bytes = 0;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      out.local = Endpoint::from_v6(info.ipi6_addr, local_.port(), info.ipi6_ifindex);
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      out.local = Endpoint::from_v4(info.ipi_addr, local_.port());
    } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int bytes = 0;
      std::memcpy(&bytes, CMSG_DATA(c), sizeof bytes);
      if (bytes > 0 && static_cast<std::size_t>(bytes) < out.bytes)
        out.segment_bytes = static_cast<std::size_t>(bytes);
    }
  }
  return ReceiveStatus::Packet;
}

bool UdpSocket::wait_writable() noexcept {
  counters_->blocked.add();
  pollfd entry{fd_.get(), POLLOUT, 0};
  return ::poll(&entry, 1, kBlockedWaitMs) >= 0 || errno == EINTR;
}

void UdpSocket::count_sent(std::size_t packets, std::size_t bytes) noexcept {
  counters_->send_calls.add();
  counters_->sent_packets.add(packets);
  counters_->sent_bytes.add(bytes);
}

SendStatus UdpSocket::send(ByteSpan packet, const Route& route) noexcept {
  std::size_t sent = 0;
  const auto status = send_single({packet.data(), packet.size(), packet.size(), 1}, route, sent);
  if (sent == 0) counters_->dropped_packets.add();
  return status;
}

SendStatus UdpSocket::send_batch(const PacketRun& run, Route& route) noexcept {
  std::size_t sent = 0;
  SendStatus status = SendStatus::Sent;
  const BatchMode mode_before = route.mode;
  while (sent < run.count && status == SendStatus::Sent) {
    // Each returns Sent with packets left over when it lowered the route's mode.
    const bool contiguous = run.stride == run.packet_bytes;
    if (route.mode == BatchMode::Segmentation && contiguous && run.count - sent > 1)
      status = send_segmented(run, route, sent);
    else if (route.mode != BatchMode::Single && run.count - sent > 1)
      status = send_multiple(run, route, sent);
    else
      status = send_single(run, route, sent);
  }
  // When the slower mode fails too, the cause was not the mode (say, the local address is gone).
  if (status == SendStatus::Refused) route.mode = mode_before;
  if (sent < run.count) counters_->dropped_packets.add(run.count - sent);
  return status;
}

SendStatus UdpSocket::send_segmented(const PacketRun& run, Route& route,
                                     std::size_t& sent) noexcept {
  Message message(route, v6_, run.packet_bytes);
  const std::size_t most =
      std::clamp<std::size_t>(kMaxDatagram / run.packet_bytes, 1, kMaxSegments);
  int waits = 0;
  while (sent < run.count) {
    const std::size_t packets = std::min(most, run.count - sent);
    message.set(run.base + sent * run.stride, packets * run.packet_bytes);
    if (::sendmsg(fd_.get(), &message.header, MSG_NOSIGNAL) >= 0) {
      count_sent(packets, packets * run.packet_bytes);
      sent += packets;
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (again(error)) {
      if (waits++ < kBlockedWaits && wait_writable()) continue;
      return SendStatus::Blocked;
    }
    // EIO: the interface cannot (no checksum offload). EINVAL: the kernel knows no UDP_SEGMENT, or
    // a packet with headers exceeds the path's MTU. EMSGSIZE, EOPNOTSUPP: seen from tunnels.
    if (error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP) {
      route.mode = BatchMode::Multiple;
      counters_->mode_changes.add();
      return SendStatus::Sent;
    }
    return SendStatus::Refused;
  }
  return SendStatus::Sent;
}

SendStatus UdpSocket::send_multiple(const PacketRun& run, Route& route,
                                    std::size_t& sent) noexcept {
  Message message(route, v6_, 0);
  std::array<mmsghdr, kMaxMessages> messages;
  std::array<iovec, kMaxMessages> parts;
  int waits = 0;
  while (sent < run.count) {
    const std::size_t packets = std::min(kMaxMessages, run.count - sent);
    for (std::size_t i = 0; i < packets; ++i) {
      parts[i] = {const_cast<std::uint8_t*>(run.base + (sent + i) * run.stride), run.packet_bytes};
      messages[i] = {message.header, 0};
      messages[i].msg_hdr.msg_iov = &parts[i];
    }
    const int done =
        ::sendmmsg(fd_.get(), messages.data(), static_cast<unsigned>(packets), MSG_NOSIGNAL);
    if (done > 0) {
      count_sent(static_cast<std::size_t>(done), static_cast<std::size_t>(done) * run.packet_bytes);
      sent += static_cast<std::size_t>(done);
      continue;
    }
    const int error = errno;
    if (done < 0 && error == EINTR) continue;
    if (done == 0 || again(error)) {
      if (waits++ < kBlockedWaits && wait_writable()) continue;
      return SendStatus::Blocked;
    }
    if (error == ENOSYS) {
      route.mode = BatchMode::Single;
      counters_->mode_changes.add();
      return SendStatus::Sent;
    }
    return SendStatus::Refused;
  }
  return SendStatus::Sent;
}

SendStatus UdpSocket::send_single(const PacketRun& run, const Route& route,
                                  std::size_t& sent) noexcept {
  Message message(route, v6_, 0);
  int waits = 0;
  while (sent < run.count) {
    message.set(run.base + sent * run.stride, run.packet_bytes);
    if (::sendmsg(fd_.get(), &message.header, MSG_NOSIGNAL) >= 0) {
      count_sent(1, run.packet_bytes);
      ++sent;
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (!again(error)) return SendStatus::Refused;
    if (waits++ >= kBlockedWaits || !wait_writable()) return SendStatus::Blocked;
  }
  return SendStatus::Sent;
}

}  // namespace pf::net
