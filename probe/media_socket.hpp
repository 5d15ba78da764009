// The client's media socket of generation 1 (punktfunk1.md 6.1) and the thread that empties it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/udp_socket.hpp"

namespace pf::probe {

// Packets that arrived together, one behind the other.
struct PacketBatch {
  SteadyTime at{};
  Bytes bytes;
  std::vector<std::size_t> ends;
  std::size_t size() const { return ends.size(); }
  MutableByteSpan packet(std::size_t i) {
    const auto begin = i == 0 ? 0 : ends[i - 1];
    return MutableByteSpan(bytes).subspan(begin, ends[i] - begin);
  }
};

class MediaSocket {
 public:
  // What waits for the consumer at most; then the newest are dropped, as clients do.
  static constexpr std::size_t kQueuePackets = 8192;

  // Any free port.
  static Result<std::unique_ptr<MediaSocket>> open();
  ~MediaSocket();
  MediaSocket(const MediaSocket&) = delete;
  MediaSocket& operator=(const MediaSocket&) = delete;

  std::uint16_t port() const { return socket_.local().port(); }
  // From now on packets from exactly `host` are delivered, on the socket's own thread; the consumer
  // calls done() for each batch. Once.
  void start(const net::Endpoint& host, std::function<void(PacketBatch)> deliver);
  void done(std::size_t packets) { waiting_.fetch_sub(packets, std::memory_order_relaxed); }
  void send(ByteSpan packet);  // after start()

  std::uint64_t foreign() const { return foreign_.load(std::memory_order_relaxed); }
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  explicit MediaSocket(net::UdpSocket socket, UniqueFd stop);
  void run();
  bool collect(PacketBatch& batch, MutableByteSpan buffer);

  net::UdpSocket socket_;
  UniqueFd stop_;
  net::Endpoint host_;
  std::function<void(PacketBatch)> deliver_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> foreign_{0}, dropped_{0};
  std::jthread thread_;
};

}  // namespace pf::probe
