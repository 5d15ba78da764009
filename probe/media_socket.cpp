#include "probe/media_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace pf::probe {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBuffer = 65'536;  // of packets that arrived together
constexpr int kReceiveBuffer = 32 << 20;

}  // namespace

Result<std::unique_ptr<MediaSocket>> MediaSocket::open() {
  auto socket = net::UdpSocket::open({.receive_buffer_bytes = kReceiveBuffer, .coalesce = true});
  if (!socket) return pass(socket);
  UniqueFd stop(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!stop) return fail_errno(errno, "eventfd");
  return std::unique_ptr<MediaSocket>(new MediaSocket(std::move(*socket), std::move(stop)));
}

MediaSocket::MediaSocket(net::UdpSocket socket, UniqueFd stop)
    : socket_(std::move(socket)), stop_(std::move(stop)) {}

MediaSocket::~MediaSocket() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
}

void MediaSocket::start(const net::Endpoint& host, std::function<void(PacketBatch)> deliver) {
  host_ = host;
  deliver_ = std::move(deliver);
  thread_ = std::jthread([this] { run(); });
}

void MediaSocket::send(ByteSpan packet) {
  // A refusal only means that the host is not listening yet.
  socket_.send(packet, {.to = host_});
}

void MediaSocket::run() {
  Bytes buffer(kBuffer);
  std::array<pollfd, 2> fds{{{socket_.fd(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
  for (;;) {
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
    if (fds[1].revents != 0) return;
    PacketBatch batch;
    while (collect(batch, buffer)) {
      deliver_(std::move(batch));
      batch = {};
    }
  }
}

// False when there was nothing to collect.
bool MediaSocket::collect(PacketBatch& batch, MutableByteSpan buffer) {
  while (batch.size() < kBatch) {
    net::Received received;
    const auto status = socket_.receive(buffer, received);
    if (status != net::ReceiveStatus::Packet) break;
    const auto step = received.segment_bytes != 0 ? received.segment_bytes : received.bytes;
    const auto packets = step == 0 ? 1 : (received.bytes + step - 1) / step;
    if (received.from != host_) {
      foreign_.fetch_add(packets, std::memory_order_relaxed);
      continue;
    }
    if (waiting_.load(std::memory_order_relaxed) + packets > kQueuePackets) {
      dropped_.fetch_add(packets, std::memory_order_relaxed);
      continue;
    }
    waiting_.fetch_add(packets, std::memory_order_relaxed);
    const auto before = batch.bytes.size();
    batch.bytes.insert(batch.bytes.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(received.bytes));
    for (std::size_t i = 1; i <= packets; ++i)
      batch.ends.push_back(before + std::min(i * step, received.bytes));
  }
  batch.at = steady_now();
  return batch.size() != 0;
}

}  // namespace pf::probe
