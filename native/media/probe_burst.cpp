#include "native/media/probe_burst.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "base/wake.hpp"
#include "native/media/packet_sender.hpp"
#include "net/pacer.hpp"

namespace pf::native::media {
namespace {

// punktfunk1.md 6.11: about 240 units a second, more where they would become too large.
constexpr std::size_t kUnitsPerSecond = 240;
constexpr std::size_t kMinUnitBytes = 1'200;
constexpr std::size_t kMaxUnitBytes = 256 * 1024;

}  // namespace

struct ProbeBurst::Impl {
  Impl(const Config& config, VideoPackets made)
      : packets(std::move(made)),
        clock(config.clock),
        sender(config.socket, config.link, config.dscp),
        filler(kMaxUnitBytes) {}

  void run(std::uint64_t bytes_per_second, Nanoseconds duration) noexcept;
  bool send_unit(net::Pacer& pacer, ProbeResult& result) noexcept;
  // Until `deadline`, or until the burst is to end: false.
  bool wait(SteadyTime deadline) noexcept {
    while (!stopping.load(std::memory_order_acquire) && steady_now() < deadline)
      wake.wait_until(deadline);
    return !stopping.load(std::memory_order_acquire);
  }

  VideoPackets packets;
  MediaClock clock;
  PacketSender sender;
  const Bytes filler;
  std::function<void(const ProbeResult&)> done;
  std::atomic<bool> running{false}, stopping{false};
  Wake wake;
  std::thread thread;
};

// The next runs of one unit, each when it is due. False when the burst is to end.
bool ProbeBurst::Impl::send_unit(net::Pacer& pacer, ProbeResult& result) noexcept {
  for (auto run = packets.next_run(); run.count != 0; run = packets.next_run()) {
    auto group = run;
    for (std::size_t left = run.count; left != 0;) {
      const auto step = pacer.next(steady_now(), left);
      if (step.packets == 0) {
        if (!wait(step.wake)) return false;
        continue;
      }
      if (stopping.load(std::memory_order_acquire) || !sender.ready()) return false;
      group.count = step.packets;
      const auto count = static_cast<std::uint32_t>(group.count);
      (sender.send(group) ? result.wire_packets : result.send_drops) += count;
      group.base += group.count * group.stride;
      left -= group.count;
    }
  }
  return !packets.failed();
}

void ProbeBurst::Impl::run(std::uint64_t bytes_per_second, Nanoseconds duration) noexcept {
  name_this_thread("pf-probe");
  const std::size_t unit =
      std::clamp<std::size_t>(bytes_per_second / kUnitsPerSecond, kMinUnitBytes, kMaxUnitBytes);
  const Nanoseconds interval(static_cast<std::int64_t>(
      unit * 1'000'000'000 / std::max<std::uint64_t>(1, bytes_per_second)));
  ProbeResult result;
  net::Pacer::Options options;
  options.rate_bits_per_second = std::max<std::uint64_t>(1, bytes_per_second * 8);
  options.interval_share = 1;
  net::Pacer pacer(options, interval);
  const auto start = steady_now();
  for (auto due = start; due - start < duration; due += interval) {
    if (!wait(due) || !sender.ready()) break;
    const FrameInfo info{clock.now(), flag::kPicture, sender.link().epoch()};
    if (packets.begin(ByteSpan(filler).first(unit), info) != VideoPackets::Status::Ready) break;
    pacer.begin(due, packets.frame_packets(), packets.datagram_bytes());
    result.bytes += unit;
    ++result.units;
    if (!send_unit(pacer, result)) break;
    // What cannot be sent in time is not made up for: the result says what was offered.
    if (steady_now() - start >= duration) break;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - start);
  result.duration_ms = static_cast<std::uint32_t>(took.count());
  const auto report = std::move(done);
  running.store(false, std::memory_order_release);
  report(result);
}

ProbeBurst::ProbeBurst(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ProbeBurst::~ProbeBurst() {
  cancel();
}

Result<std::unique_ptr<ProbeBurst>> ProbeBurst::create(Config config) {
  if (!config.socket || !config.link || !config.numbers)
    return fail(Errc::BadConfig, "a probe without socket, link or packet numbers");
  config.packets.stream = Stream::Probe;
  config.packets.max_frame_bytes = kMaxUnitBytes;
  config.packets.arena_bytes = 2 * kMaxUnitBytes;
  auto sealer = PacketSealer::create(config.keys);
  if (!sealer) return pass(sealer);
  auto packets = VideoPackets::create(config.packets, std::move(*sealer), config.numbers);
  if (!packets) return pass(packets);
  return std::unique_ptr<ProbeBurst>(
      new ProbeBurst(std::make_unique<Impl>(config, std::move(*packets))));
}

bool ProbeBurst::start(std::uint32_t target_kbps, std::chrono::milliseconds duration,
                       std::function<void(const ProbeResult&)> done) {
  auto& s = *impl_;
  if (s.running.load(std::memory_order_acquire)) return false;
  if (s.thread.joinable()) s.thread.join();
  const std::uint64_t bytes_per_second = std::min(target_kbps, kMaxKbps) * std::uint64_t{125};
  const auto bounded = std::clamp(duration, std::chrono::milliseconds(0), kMaxDuration);
  s.done = std::move(done);
  s.stopping.store(false, std::memory_order_release);
  s.running.store(true, std::memory_order_release);
  try {
    s.thread = std::thread([&s, bytes_per_second, bounded] { s.run(bytes_per_second, bounded); });
  } catch (const std::system_error&) {  // no more threads to be had
    s.running.store(false, std::memory_order_release);
    return false;
  }
  return true;
}

void ProbeBurst::cancel() {
  auto& s = *impl_;
  s.stopping.store(true, std::memory_order_release);
  s.wake.signal();
  if (s.thread.joinable()) s.thread.join();
}

}  // namespace pf::native::media
