// A non-blocking UDP socket for both address families, with batched sending. Errors on the media
// path are small enums and counters; only opening returns a Result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/endpoint.hpp"

namespace pf::net {

// How a run of packets is handed to the kernel, best first. A route starts at the top and goes down
// for good when the kernel or the interface refuses.
enum class BatchMode : std::uint8_t {
  Segmentation = 1,  // one sendmsg with UDP_SEGMENT for up to 64 packets (Linux 4.18)
  Multiple,          // sendmmsg
  Single,            // sendto
};

// Where packets go. Owned by the sending session; not shared between threads.
struct Route {
  Endpoint to{};
  Endpoint from{};        // local address to send from (port ignored); any = the kernel's choice
  std::uint8_t dscp = 0;  // 0..63, 0 = best effort
  BatchMode mode = BatchMode::Segmentation;
};

// Packets of equal size, `stride` bytes apart (stride >= packet_bytes).
struct PacketRun {
  const std::uint8_t* base = nullptr;
  std::size_t packet_bytes = 0;
  std::size_t stride = 0;
  std::size_t count = 0;
};

enum class SendStatus : std::uint8_t {
  Sent = 1,
  Blocked,  // the socket buffer stayed full; the rest was dropped
  Refused,  // no route, no permission, interface gone; the rest was dropped
};

enum class ReceiveStatus : std::uint8_t { Packet = 1, Empty, Failed };

struct Received {
  std::size_t bytes = 0;
  bool truncated = false;  // the datagram was longer than the buffer
  // Of each datagram, the last one perhaps shorter; 0 = it is one. Only with Options::coalesce.
  std::size_t segment_bytes = 0;
  Endpoint from{};
  Endpoint local{};  // the address that it was sent to, with this socket's port
};

struct UdpCounters {
  metrics::Counter sent_packets;
  metrics::Counter sent_bytes;
  metrics::Counter send_calls;
  metrics::Counter blocked;          // times the socket buffer was full
  metrics::Counter dropped_packets;  // given up, for whatever reason
  metrics::Counter mode_changes;     // a route fell back to a slower mode
};

class UdpSocket {
 public:
  struct Options {
    Endpoint bind{};  // default: any address of both families, ephemeral port
    int send_buffer_bytes = 4 << 20;
    int receive_buffer_bytes = 1 << 20;
    // No packet is cut into fragments on its way: what is too large for the path is lost, or
    // refused at once where the interface knows.
    bool forbid_fragments = false;
    // Datagrams of one sender and size that arrive together may come in one receive() (UDP_GRO,
    // Linux 5.0): give it 64 KiB.
    bool coalesce = false;
  };

  // Errc::OpenFailed, Errc::BindFailed. Falls back to IPv4 alone where the system has no IPv6 and
  // the address asked for is the unspecified one.
  static Result<UdpSocket> open(const Options& options);

  int fd() const { return fd_.get(); }  // for poll; stays owned here
  const Endpoint& local() const { return local_; }
  const UdpCounters& counters() const { return *counters_; }

  // One datagram, or several, into `buffer`; never blocks. One thread at a time.
  ReceiveStatus receive(MutableByteSpan buffer, Received& out) noexcept;

  // One datagram. May run beside receive() on another thread, and beside other senders.
  SendStatus send(ByteSpan packet, const Route& route) noexcept;

  // The whole run, in order. When the socket buffer is full it waits a few milliseconds at most.
  // Adjusts route.mode. Does not allocate.
  SendStatus send_batch(const PacketRun& run, Route& route) noexcept;

 private:
  UdpSocket(UniqueFd fd, bool v6, const Endpoint& local);

  struct Message;
  SendStatus send_segmented(const PacketRun& run, Route& route, std::size_t& sent) noexcept;
  SendStatus send_multiple(const PacketRun& run, Route& route, std::size_t& sent) noexcept;
  SendStatus send_single(const PacketRun& run, const Route& route, std::size_t& sent) noexcept;
  bool wait_writable() noexcept;
  void count_sent(std::size_t packets, std::size_t bytes) noexcept;

  UniqueFd fd_;
  bool v6_;
  Endpoint local_;
  std::unique_ptr<UdpCounters> counters_;
};

}  // namespace pf::net
