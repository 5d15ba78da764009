// The throughput of one native session over loopback: the sink of the host on one thread, the
// receive path of the client on another. A frame follows when the client has the one before the
// last, so nothing is dropped and both ends really do the work.
#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/wake.hpp"
#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "bench/native_kinds.hpp"
#include "native/media/receiver.hpp"
#include "native/media/video_sink.hpp"

namespace pf::bench {
namespace {

namespace nm = pf::native::media;

constexpr std::size_t kInFlight = 2;
constexpr std::chrono::seconds kPatience{5};

// The client: its thread empties the socket, unseals, repairs and counts whole frames.
class Client {
 public:
  explicit Client(const NativeKind& kind)
      : socket_(*net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0),
                                       .receive_buffer_bytes = 32 << 20,
                                       .coalesce = true})) {
    nm::PacketLimits limits;
    limits.max_frame_bytes = std::size_t{8} << 20;
    receiver_.emplace(std::move(*nm::Receiver::create({.keys = keys_of(kind), .limits = limits})));
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  const net::Endpoint& address() const { return socket_.local(); }
  bool wait_for(std::uint64_t frames) {
    const auto deadline = steady_now() + kPatience;
    while (frames_.load(std::memory_order_acquire) < frames)
      if (!wake_.wait_until(deadline)) return false;
    return true;
  }
  double seconds() const { return static_cast<double>(busy_ns_.load()) * 1e-9; }

 private:
  void run(const std::stop_token& stop) {
    Bytes buffer(65'536);
    pollfd readable{socket_.fd(), POLLIN, 0};
    while (!stop.stop_requested()) {
      constexpr int kLookMs = 50;
      ::poll(&readable, 1, kLookMs);
      net::Received got;
      while (socket_.receive(buffer, got) == net::ReceiveStatus::Packet) {
        const auto step = got.segment_bytes != 0 ? got.segment_bytes : got.bytes;
        for (std::size_t at = 0; at < got.bytes; at += step) {
          const auto size = std::min(step, got.bytes - at);
          if (!receiver_->feed(MutableByteSpan(buffer).subspan(at, size))) continue;
          busy_ns_.store(static_cast<std::int64_t>(thread_seconds() * 1e9));
          frames_.fetch_add(1, std::memory_order_release);
          wake_.signal();
        }
      }
    }
  }

  net::UdpSocket socket_;
  std::optional<nm::Receiver> receiver_;
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::int64_t> busy_ns_{0};
  Wake wake_;
  std::jthread thread_;
};

void run(const Effort& effort, const NativeKind& kind, std::size_t bytes) {
  Client client(kind);
  auto socket = net::UdpSocket::open({});
  PF_ASSERT(socket);
  const session::Gate gate;
  const auto link = std::make_shared<nm::VideoLink>();
  link->set_gate(&gate);
  link->destination.set(client.address(), {});
  nm::NativeVideoSink::Config config{.keys = keys_of(kind)};
  config.numbers = std::make_shared<nm::PacketNumbers>();
  config.rate_kbps = 100'000'000;  // as fast as it goes
  config.socket = std::make_shared<net::UdpSocket>(std::move(*socket));
  config.link = link;
  auto sink = nm::NativeVideoSink::create(std::move(config));
  PF_ASSERT(sink);
  const Bytes bitstream(bytes, 0x5A);
  std::vector<double> gigabits;
  std::uint64_t sent = 0;
  double host_cpu = 0, client_cpu = 0, wall = 0, all_bits = 0;
  bool lost = false;
  for (int round = 0; round < effort.rounds && !lost; ++round) {
    const auto begin = steady_now();
    const auto bytes_before = link->counters.bytes.value();
    const double cpu = thread_seconds(), other = client.seconds();
    do {
      media::AccessUnit unit(bitstream, nullptr, nullptr);
      unit.type = sent == 0 ? media::FrameType::Idr : media::FrameType::Predicted;
      unit.index = static_cast<std::uint32_t>(sent + 1);
      unit.timeline.captured_ns = steady_now_ns();
      PF_ASSERT((*sink)->send(unit));
      ++sent;
      lost = sent > kInFlight && !client.wait_for(sent - kInFlight);
    } while (!lost &&
             steady_now() - begin < std::chrono::duration<double>(10 * effort.round_seconds));
    lost = lost || !client.wait_for(sent);
    const double took = std::chrono::duration<double>(steady_now() - begin).count();
    const double bits = 8.0 * static_cast<double>(link->counters.bytes.value() - bytes_before);
    gigabits.push_back(bits / took / 1e9);
    wall += took;
    all_bits += bits;
    host_cpu += thread_seconds() - cpu;
    client_cpu += client.seconds() - other;
  }
  const auto rate = spread(gigabits);
  fmt::print(
      "  {:<24} {:7.2f} Gb/s ({:.2f}..{:.2f}) on the wire; host {:.0f} % of a core, client "
      "{:.0f} %; {:.2f} and {:.2f} core seconds per 10 Gb{}\n",
      kind.name, rate.median, rate.low, rate.high, 100 * host_cpu / wall, 100 * client_cpu / wall,
      host_cpu / all_bits * 1e10, client_cpu / all_bits * 1e10, lost ? "; A FRAME WAS LOST" : "");
}

}  // namespace

void session(const Effort& effort) {
  for (const std::size_t bytes : {200'000UL, 1'041'667UL}) {
    fmt::print(
        "one native session over loopback, frames of {} B, 10 % parity, bar 5 Gb/s: median "
        "(10th..90th percentile)\n",
        bytes);
    for (const auto& kind : kNativeKinds) run(effort, kind, bytes);
  }
}

}  // namespace pf::bench
