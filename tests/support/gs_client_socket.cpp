#include "support/gs_client_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include <array>

namespace pf::test::gs {
namespace {

std::int64_t clock_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

const char* error_room(Errc) {
  return "gs-client";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::Network:
      return "the connection failed";
    case Errc::Deadline:
      return "no answer in time";
    case Errc::Protocol:
      return "the host broke the protocol";
    case Errc::Refused:
      return "the host refused";
  }
  return "unknown error";
}

std::string Address::text() const {
  return (is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::uint16_t RawAddress::port() const {
  // The port lies at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

RawAddress raw(const Address& address) {
  RawAddress out;
  if (address.is_v6()) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    PF_ASSERT(::inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) == 1);
    out.size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    PF_ASSERT(::inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1);
    out.size = sizeof *v4;
  }
  return out;
}

void Abort::arm(int fd) {
  const std::lock_guard lock(mutex_);
  fd_ = fd;
  if (fired_) ::shutdown(fd_, SHUT_RDWR);
}
void Abort::disarm() {
  const std::lock_guard lock(mutex_);
  fd_ = -1;
}
void Abort::fire() {
  const std::lock_guard lock(mutex_);
  fired_ = true;
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

Result<UniqueFd> connect_tcp(const Address& to, milliseconds patience) {
  // TLS libraries write to sockets without MSG_NOSIGNAL.
  ::signal(SIGPIPE, SIG_IGN);
  const auto address = raw(to);
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "socket");
  const timeval limit{patience.count() / 1000, (patience.count() % 1000) * 1000};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd.get(), address.get(), address.size) != 0)
    return fail(Errc::Network, "connect to " + to.text());
  return fd;
}

Result<> write_all(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return fail(Errc::Network, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<Bytes> read_to_end(int fd, std::size_t limit) {
  Bytes all;
  std::array<std::uint8_t, 4096> part;
  for (;;) {
    const auto n = ::recv(fd, part.data(), part.size(), 0);
    if (n == 0) return all;
    if (n < 0)
      return fail(errno == EAGAIN ? Errc::Deadline : Errc::Network,
                  "read after " + std::to_string(all.size()) + " bytes");
    all.insert(all.end(), part.begin(), part.begin() + n);
    if (all.size() > limit) return fail(Errc::Protocol, "the answer is too long");
  }
}

UniqueFd open_udp(const Address& peer) {
  const auto local = raw({peer.is_v6() ? "::1" : "127.0.0.1", 0});
  UniqueFd fd(::socket(local.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  PF_ASSERT(static_cast<bool>(fd));
  PF_ASSERT(::bind(fd.get(), local.get(), local.size) == 0);
  const int buffer = 4 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  return fd;
}

bool receive(int fd, Datagram& datagram) {
  datagram.bytes.resize(2048);
  iovec part{datagram.bytes.data(), datagram.bytes.size()};
  alignas(cmsghdr) std::array<std::uint8_t, 128> control{};
  msghdr message{};
  message.msg_name = &datagram.from.storage;
  message.msg_namelen = sizeof datagram.from.storage;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto n = ::recvmsg(fd, &message, 0);
  if (n < 0) return false;
  datagram.bytes.resize(static_cast<std::size_t>(n));
  datagram.from.size = message.msg_namelen;
  datagram.arrived_ns = clock_ns(CLOCK_MONOTONIC);
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec t{};
    std::memcpy(&t, CMSG_DATA(c), sizeof t);
    const auto age =
        clock_ns(CLOCK_REALTIME) - (std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec);
    datagram.arrived_ns -= age;
  }
  return true;
}

}  // namespace pf::test::gs
