// A UDP relay on loopback between one client and one server, with a thread of its own: loses and
// reorders packets by a seed, and gives the client a new source address on request, as a NAT does.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/udp_socket.hpp"

namespace pf::test {

class UdpRelay {
 public:
  struct Options {
    double loss = 0;     // share of packets, each way
    double reorder = 0;  // share of packets that wait for the next one
    std::uint32_t seed = 1;
  };

  UdpRelay(const net::Endpoint& server, const Options& options)
      : server_(server),
        options_(options),
        random_(options.seed),
        front_(open()),
        back_(open()),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        thread_([this] { run(); }) {}
  ~UdpRelay() {
    stop_ = true;
    ring();
  }

  // Where the client sends to.
  net::Endpoint address() const { return front_->local(); }
  // What the server sees as the client.
  net::Endpoint visible() const {
    const std::lock_guard lock(mutex_);
    return back_->local();
  }
  // From now on the server sees another port, or address; what it sends to the old one is lost.
  void rebind(const net::Endpoint& at = net::Endpoint::loopback_v4(0)) {
    {
      const std::lock_guard lock(mutex_);
      back_ = open(at);
    }
    ring();
  }
  std::size_t relayed() const { return relayed_; }
  std::size_t lost() const { return lost_; }

 private:
  struct Held {
    Bytes bytes;
    bool to_server;
  };

  static std::shared_ptr<net::UdpSocket> open(
      const net::Endpoint& at = net::Endpoint::loopback_v4(0)) {
    auto socket = net::UdpSocket::open({.bind = at});
    PF_ASSERT(socket.has_value());
    return std::make_shared<net::UdpSocket>(std::move(*socket));
  }
  void ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  }
  bool chance(double share) {
    return share > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < share;
  }

  void forward(const Held& packet, net::UdpSocket& back) {
    if (packet.to_server)
      back.send(packet.bytes, {.to = server_});
    else if (client_)
      front_->send(packet.bytes, {.to = *client_});
    ++relayed_;
  }
  void take(ByteSpan bytes, bool to_server, net::UdpSocket& back) {
    if (chance(options_.loss)) {
      ++lost_;
      return;
    }
    Held packet{{bytes.begin(), bytes.end()}, to_server};
    if (!held_ && chance(options_.reorder)) {
      held_ = std::move(packet);
      return;
    }
    forward(packet, back);
    if (held_) forward(*std::exchange(held_, std::nullopt), back);
  }

  std::shared_ptr<net::UdpSocket> current_back() const {
    const std::lock_guard lock(mutex_);
    return back_;
  }

  void run() {
    std::array<std::uint8_t, 2048> buffer;
    while (!stop_) {
      const auto back = current_back();
      std::array<pollfd, 3> entries{
          {{front_->fd(), POLLIN, 0}, {back->fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
      ::poll(entries.data(), entries.size(), -1);
      std::uint64_t count = 0;
      [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
      net::Received in;
      // What the client sends after a rebind() comes from the new place.
      const auto out = current_back();
      while (front_->receive(buffer, in) == net::ReceiveStatus::Packet) {
        client_ = in.from;
        take(ByteSpan(buffer.data(), in.bytes), true, *out);
      }
      while (back->receive(buffer, in) == net::ReceiveStatus::Packet)
        take(ByteSpan(buffer.data(), in.bytes), false, *out);
    }
  }

  const net::Endpoint server_;
  const Options options_;
  std::mt19937 random_;
  const std::shared_ptr<net::UdpSocket> front_;
  mutable std::mutex mutex_;
  std::shared_ptr<net::UdpSocket> back_;  // guarded
  UniqueFd wake_;
  std::optional<net::Endpoint> client_;
  std::optional<Held> held_;
  std::atomic<std::size_t> relayed_{0};
  std::atomic<std::size_t> lost_{0};
  std::atomic<bool> stop_{false};
  std::jthread thread_;
};

}  // namespace pf::test
