#include "native/media/video_sink.hpp"

#include <algorithm>

namespace pf::native::media {
namespace {

std::uint32_t us_between(std::int64_t from_ns, std::int64_t to_ns) {
  if (from_ns <= 0 || to_ns <= from_ns) return 0;
  return static_cast<std::uint32_t>(std::min<std::int64_t>((to_ns - from_ns) / 1000, 0xFFFF'FFFF));
}

}  // namespace

std::uint32_t user_flags(const pf::media::AccessUnit& unit, bool mark_repeats) noexcept {
  std::uint32_t flags = flag::kPicture;
  switch (unit.type) {
    case pf::media::FrameType::Predicted:
      break;
    case pf::media::FrameType::Idr:
      flags |= flag::kKey;
      break;
    case pf::media::FrameType::IntraRefreshPoint:
      flags |= flag::kRecoveryPoint;
      break;
    case pf::media::FrameType::AfterInvalidation:
      flags |= flag::kRecoveryAnchor;
      break;
  }
  if (unit.recovery_anchor) flags |= flag::kRecoveryAnchor;
  if (unit.repeat && mark_repeats) flags |= flag::kRepeat;
  return flags;
}

NativeVideoSink::NativeVideoSink(Config config, VideoPackets packets)
    : packets_(std::move(packets)),
      sender_(std::move(config.socket), config.link, config.dscp),
      pacer_(config.rate_kbps, config.frame_interval),
      clock_(config.clock),
      mark_repeats_(config.mark_repeats),
      timings_(std::move(config.timings)),
      epoch_(config.link->epoch()) {}

Result<std::unique_ptr<NativeVideoSink>> NativeVideoSink::create(Config config) {
  if (!config.socket || !config.link || !config.numbers)
    return fail(Errc::BadConfig, "a sink without socket, link or packet numbers");
  config.packets.stream = Stream::Video;
  auto sealer = PacketSealer::create(config.keys);
  if (!sealer) return pass(sealer);
  auto packets = VideoPackets::create(config.packets, std::move(*sealer), config.numbers);
  if (!packets) return pass(packets);
  return std::unique_ptr<NativeVideoSink>(
      new NativeVideoSink(std::move(config), std::move(*packets)));
}

void NativeVideoSink::take_requests(bool idr) noexcept {
  auto& link = sender_.link();
  if (const int fec = link.fec_percentage(); fec >= 0)
    packets_.set_fec_percentage(static_cast<unsigned>(fec));
  if (const auto bytes = link.shard_payload(); bytes != 0 && bytes != payload_) {
    packets_.set_shard_payload(bytes);
    payload_ = bytes;
  }
  if (const auto kbps = link.rate_kbps(); kbps != rate_kbps_) {
    pacer_.set_rate_kbps(kbps);
    rate_kbps_ = kbps;
  }
  if (const auto ns = link.frame_interval_ns(); ns != interval_ns_) {
    pacer_.set_frame_interval(Nanoseconds(ns));
    interval_ns_ = ns;
  }
  if (idr) epoch_ = link.epoch();
}

// Time never goes backwards on the wire (punktfunk2.md 8).
MediaTime NativeVideoSink::stamp(std::int64_t captured_ns, std::int64_t now_ns) noexcept {
  last_captured_ns_ = std::max(last_captured_ns_, captured_ns > 0 ? captured_ns : now_ns);
  return clock_.at(last_captured_ns_);
}

bool NativeVideoSink::send(pf::media::AccessUnit& unit) noexcept {
  auto& timeline = unit.timeline;
  timeline.first_packet_ns = timeline.last_packet_ns = 0;
  if (!sender_.ready() || unit.bytes().empty()) return false;
  on_call();
  take_requests(unit.type == pf::media::FrameType::Idr);
  const auto now = steady_now();
  const FrameInfo info{stamp(timeline.captured_ns, to_ns(now)), user_flags(unit, mark_repeats_),
                       epoch_};
  auto& counters = sender_.link().counters;
  if (packets_.begin(unit.bytes(), info) != VideoPackets::Status::Ready) {
    counters.frames_failed.add();
    return false;
  }
  sender_.link().set_unit_offset(unit.index - packets_.frame_index());
  pacer_.begin(now, packets_.frame_packets(), packets_.datagram_bytes());
  if (!send_packets(timeline)) {
    counters.frames_failed.add();
    return false;
  }
  timeline.last_packet_ns = steady_now_ns();
  counters.frames.add();
  resends_.sent(packets_.frame_packets());
  report(timeline, info.time.wire_ns);
  return true;
}

// At once and unpaced: a few packets, of which each one may complete a frame.
void NativeVideoSink::on_call() noexcept {
  auto& link = sender_.link();
  while (const auto ask = link.take_resend()) {
    const std::span<const std::uint16_t> wanted(ask->shards.data(), ask->count);
    const auto room = sender_.ready() ? std::min(resends_.room(), wanted.size()) : 0;
    const auto run = packets_.resend(ask->frame, wanted.first(room));
    const auto sent = run.count != 0 && sender_.send(run) ? run.count : 0;
    resends_.spent(sent);
    link.counters.resent_packets.add(sent);
    link.counters.resends_refused.add(wanted.size() - sent);
  }
}

bool NativeVideoSink::send_packets(pf::media::Timeline& timeline) noexcept {
  for (auto run = packets_.next_run(); run.count != 0; run = packets_.next_run())
    if (!send_run(run, timeline)) return false;
  return !packets_.failed();
}

bool NativeVideoSink::send_run(const net::PacketRun& run, pf::media::Timeline& timeline) noexcept {
  auto group = run;
  for (std::size_t left = run.count; left != 0;) {
    const auto now = steady_now();
    const auto step = pacer_.next(now, left);
    if (step.packets == 0) {
      sleep_until(step.wake);
      continue;
    }
    if (!sender_.ready()) return false;
    group.count = step.packets;
    if (timeline.first_packet_ns == 0) timeline.first_packet_ns = to_ns(now);
    if (!sender_.send(group)) return false;
    group.base += group.count * group.stride;
    left -= group.count;
  }
  return true;
}

void NativeVideoSink::report(const pf::media::Timeline& t, std::uint64_t pts_ns) noexcept {
  if (!timings_) return;
  FrameTiming timing;
  timing.pts_ns = pts_ns;
  timing.total_us = us_between(t.captured_ns, t.last_packet_ns);
  timing.queue_us = us_between(t.captured_ns, t.submitted_ns);
  timing.encode_us = us_between(t.submitted_ns, t.encoded_ns);
  timing.pace_us = us_between(t.encoded_ns, t.last_packet_ns);
  timings_->on_frame_sent(timing);
}

}  // namespace pf::native::media
