#include "native/punch_socket.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pf::native {
namespace {

constexpr std::string_view kPunch = "PFpunch1";
// Read at most this many datagrams at a time: a flood must not hold the control thread.
constexpr int kBatch = 64;
constexpr int kSendBuffer = 32 << 20;

bool is_punch(ByteSpan datagram) {
  return datagram.size() >= kPunch.size() &&
         std::equal(kPunch.begin(), kPunch.end(), datagram.begin());
}

}  // namespace

PunchSocket::PunchSocket(Executor& executor, net::UdpSocket socket, const net::Endpoint& peer,
                         std::function<void(const net::Endpoint&, const net::Endpoint&)> punched)
    : executor_(executor),
      socket_(std::make_shared<net::UdpSocket>(std::move(socket))),
      peer_(peer),
      punched_(std::move(punched)) {}

Result<std::unique_ptr<PunchSocket>> PunchSocket::open(
    Executor& executor, const net::Endpoint& at, const net::Endpoint& peer,
    std::function<void(const net::Endpoint&, const net::Endpoint&)> punched) {
  net::UdpSocket::Options options;
  options.bind = at;
  options.send_buffer_bytes = kSendBuffer;
  options.forbid_fragments = true;  // packets of one fragment each: half a packet is none
  auto socket = net::UdpSocket::open(options);
  if (!socket) return pass(socket);
  std::unique_ptr<PunchSocket> made(
      new PunchSocket(executor, std::move(*socket), peer, std::move(punched)));
  made->watch();
  return made;
}

void PunchSocket::watch() {
  readable_ = executor_.when_readable(socket_->fd(), [this] { read(); });
}

void PunchSocket::read() {
  std::array<std::uint8_t, 64> buffer{};
  net::Received received;
  for (int i = 0; i < kBatch; ++i) {
    const auto status = socket_->receive(buffer, received);
    if (status == net::ReceiveStatus::Empty) break;
    // A client that is not listening yet comes back as an error; the next punch is what counts.
    if (status == net::ReceiveStatus::Failed) continue;
    if (!received.from.same_address(peer_) || !is_punch({buffer.data(), received.bytes})) continue;
    if (last_ == received.from) continue;
    last_ = received.from;
    punched_(received.from, received.local);
  }
  watch();
}

}  // namespace pf::native
