// Plain sockets with deadlines for the test client. Test support.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <mutex>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf::test::gs {

enum class Errc {
  Network = 1,  // refused, reset, closed too early
  Deadline,
  Protocol,  // the host said something that the notes do not allow
  Refused,   // the host answered no
};
const char* error_room(Errc);
const char* error_text(Errc);

using std::chrono::milliseconds;
inline constexpr milliseconds kPatience{20'000};  // far above anything that works

// A numeric IPv4 or IPv6 address and port.
struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool is_v6() const { return host.find(':') != std::string::npos; }
  std::string text() const;  // "[::1]:80"
};
struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::uint16_t port() const;
};
RawAddress raw(const Address& address);

// Lets another thread break off a blocking call.
class Abort {
 public:
  void arm(int fd);
  void disarm();
  void fire();  // any thread; also before the call
 private:
  std::mutex mutex_;
  int fd_ = -1;
  bool fired_ = false;
};

// A connected TCP socket whose reads and writes give up after `patience` without progress.
Result<UniqueFd> connect_tcp(const Address& to, milliseconds patience = kPatience);
Result<> write_all(int fd, ByteSpan bytes);
// Everything until the peer closes.
Result<Bytes> read_to_end(int fd, std::size_t limit = 1U << 20);

// A UDP socket bound to any port of the loopback address of `peer`'s family, with a large buffer
// and kernel arrival stamps.
UniqueFd open_udp(const Address& peer);
struct Datagram {
  Bytes bytes;
  RawAddress from;
  std::int64_t arrived_ns = 0;  // CLOCK_MONOTONIC, when the kernel got it
};
// False when nothing is waiting.
bool receive(int fd, Datagram& datagram);

}  // namespace pf::test::gs
