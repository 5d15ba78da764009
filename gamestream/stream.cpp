#include "gamestream/stream.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>

namespace pf::gamestream {
namespace {

void sleep_until(SteadyTime deadline) noexcept {
  const auto ns = to_ns(deadline);
  const timespec at{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

}  // namespace

std::uint32_t host_latency(const media::AccessUnit& unit, std::int64_t now_ns) noexcept {
  const auto captured = unit.timeline.captured_ns;
  if (unit.repeat || captured <= 0 || now_ns < captured) return 0;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>((now_ns - captured) / 100'000, 1, 0xFFFF));
}

std::uint32_t rtp_timestamp(std::int64_t captured_ns) noexcept {
  // 90,000 / 10^9, in an order that neither overflows nor loses ticks over years of uptime.
  const auto ns = static_cast<std::uint64_t>(captured_ns);
  return static_cast<std::uint32_t>(ns / 100'000 * 9 + ns % 100'000 * 9 / 100'000);
}

GsVideoSink::GsVideoSink(Config config, VideoPackets packets)
    : packets_(std::move(packets)),
      pacer_({}, config.frame_interval),
      socket_(std::move(config.socket)),
      link_(std::move(config.link)) {
  route_.dscp = config.dscp;
}

Result<std::unique_ptr<GsVideoSink>> GsVideoSink::create(Config config) {
  auto packets = VideoPackets::create(config.packets);
  config.link->fec_percent.store(config.packets.fec_percentage, std::memory_order_relaxed);
  if (!packets) return pass(packets);
  return std::unique_ptr<GsVideoSink>(new GsVideoSink(std::move(config), std::move(*packets)));
}

bool GsVideoSink::send(media::AccessUnit& unit) noexcept {
  unit.timeline.first_packet_ns = unit.timeline.last_packet_ns = 0;
  if (!link_->open() || !link_->video.follow(route_, seen_)) return false;
  const auto now = steady_now();
  const auto latency = host_latency(unit, to_ns(now));
  const auto timestamp = rtp_timestamp(unit.timeline.captured_ns);
  packets_.set_fec_percentage(link_->fec_percent.load(std::memory_order_relaxed));
  if (packets_.begin(unit, latency, timestamp) != VideoPackets::Status::Ready) return false;

  link_->packets_sent.fetch_add(packets_.frame_packets(), std::memory_order_relaxed);
  link_->index_offset.store(unit.index - packets_.frame_index(), std::memory_order_release);
  pacer_.begin(now, packets_.frame_packets(), packets_.datagram_bytes());
  for (auto block = packets_.next_block(); block.count != 0; block = packets_.next_block())
    if (!send_block(block, unit.timeline)) return false;
  if (packets_.failed()) return false;
  unit.timeline.last_packet_ns = steady_now_ns();
  return true;
}

bool GsVideoSink::send_block(const net::PacketRun& block, media::Timeline& timeline) noexcept {
  std::size_t done = 0;
  while (done < block.count) {
    const auto now = steady_now();
    const auto step = pacer_.next(now, block.count - done);
    if (step.packets == 0) {
      sleep_until(step.wake);
      continue;
    }
    if (!link_->open()) return false;
    auto group = block;
    group.base += done * block.stride;
    group.count = step.packets;
    if (timeline.first_packet_ns == 0) timeline.first_packet_ns = to_ns(now);
    if (socket_->send_batch(group, route_) != net::SendStatus::Sent) return false;
    done += step.packets;
  }
  return true;
}

GsAudioSink::GsAudioSink(Config config, AudioPackets packets)
    : packets_(std::move(packets)),
      socket_(std::move(config.socket)),
      link_(std::move(config.link)) {
  route_.dscp = config.dscp;
}

Result<std::unique_ptr<GsAudioSink>> GsAudioSink::create(Config config) {
  auto packets = AudioPackets::create(config.packets);
  if (!packets) return pass(packets);
  return std::unique_ptr<GsAudioSink>(new GsAudioSink(std::move(config), std::move(*packets)));
}

void GsAudioSink::send(const session::AudioPacket& packet) noexcept {
  if (!link_->open() || !link_->audio.follow(route_, seen_)) return;
  for (const auto& datagram : packets_.next(packet.bytes)) socket_->send(datagram, route_);
}

}  // namespace pf::gamestream
