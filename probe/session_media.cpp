// Media packets, frames and datagrams of a session, and the checks they have to pass
// (punktfunk1.md 6, 7; punktfunk2.md 6, 8, 9).
#include <fmt/format.h>
#include <algorithm>
#include <bit>

#include "probe/ogg_opus.hpp"
#include "probe/picture_check.hpp"
#include "probe/session_core.hpp"

namespace pf::probe {

namespace wire = native::wire;
namespace media = native::media;
namespace flag = native::media::flag;

namespace {

constexpr std::size_t kRemembered = 256;      // frames and timings that wait for each other
constexpr std::uint32_t kSoundSamples = 240;  // 5 ms at 48 kHz
constexpr std::uint64_t kSoundStepNs = 5'000'000;
constexpr std::int64_t kFutureUs = 2'000;  // what the clocks may disagree beyond the round trip

std::int64_t to_us(Nanoseconds ns) {
  return std::chrono::duration_cast<std::chrono::microseconds>(ns).count();
}

}  // namespace

void SessionCore::on_media(ByteSpan packet) {
  // The host may send as soon as it has our Ready; packets are taken from then on.
  if (generation_ != wire::Generation::V2 || !receiver_ || phase_ == Phase::Closed) return;
  packet_.assign(packet.begin(), packet.end());
  feed(packet_, steady_now());
}

void SessionCore::on_batch(PacketBatch batch) {
  if (socket_) socket_->done(batch.size());
  if (!receiver_ || phase_ == Phase::Closed) return;
  for (std::size_t i = 0; i < batch.size(); ++i) feed(batch.packet(i), batch.at);
}

void SessionCore::feed(MutableByteSpan packet, SteadyTime at) {
  if (!std::exchange(media_came_, true))
    count([&](Statistics& s) { s.video.first_packet_ms = since_dial_ms(); });
  if (loss_.drop(phase_ == Phase::Streaming ? at - started_ : Nanoseconds(0), packet.size())) {
    ++forced_drops_;
    return;
  }
  auto frame = receiver_->feed(packet);
  if (!order_) {
    if (frame) on_frame(*frame, at);
    return;
  }
  if (frame)
    for (const auto& one : order_->push(std::move(*frame), at)) on_frame(one, at);
  run_order(at);
}

// Frames whose hole will not be filled any more, and asks for shards.
void SessionCore::run_order(SteadyTime now) {
  const auto& video = receiver_->video();
  for (const auto& one : order_->tick(video, now)) on_frame(one, now);
  if (!feedback_) return;
  if (const auto nack = order_->due(video, now)) {
    feedback_->nack(*nack);
    count([&](Statistics& s) {
      ++s.shard_asks;
      s.shards_asked += nack->count;
    });
    arm();
  }
}

void SessionCore::on_frame(const media::ReceivedFrame& frame, SteadyTime at) {
  const bool was_waiting = recovery_.waiting();
  const auto since = recovery_.waiting_since();
  const auto lost_before = recovery_.lost();
  const auto verdict = recovery_.on_frame(frame.index, frame.flags, at);
  const bool clean = verdict == Recovery::Verdict::Clean || verdict == Recovery::Verdict::Healed;
  if (verdict != Recovery::Verdict::Late) check_frame(frame);
  const auto arrived_us = to_us(at - dialled_);
  count([&](Statistics& s) {
    auto& v = s.video;
    if (v.frames++ == 0) {
      v.first_us = arrived_us;
      v.first_frame_ms = arrived_us / 1000;
    } else if (last_frame_at_) {
      v.interval_us.add(to_us(at - *last_frame_at_));
    }
    v.last_us = arrived_us;
    v.bytes += frame.bytes.size();
    v.largest = std::max<std::uint64_t>(v.largest, frame.bytes.size());
    v.repaired += frame.repaired;
    v.lost += recovery_.lost() - lost_before;
    v.key_frames += (frame.flags & flag::kKey) != 0 ? 1 : 0;
    v.anchors += (frame.flags & flag::kRecoveryAnchor) != 0 ? 1 : 0;
    v.repeats += (frame.flags & flag::kRepeat) != 0 ? 1 : 0;
    v.clean += clean ? 1 : 0;
    v.held += verdict == Recovery::Verdict::Held ? 1 : 0;
    v.late += verdict == Recovery::Verdict::Late ? 1 : 0;
    if (verdict == Recovery::Verdict::Healed && was_waiting)
      v.recovery_ms.add(to_us(at - since) / 1000);
  });
  last_frame_at_ = at;
  measure_latency(frame, at);
  observer_.on_frame(frame, clean);
  if (feedback_ && verdict == Recovery::Verdict::Healed) feedback_->healed();
  if (feedback_ && clean && options_.send_feedback) feedback_->completed(frame.index);
  arm();
  if (options_.frames) {
    const auto whole = board_->read([](const auto& view) { return view.statistics.video.clean; });
    if (whole >= *options_.frames) close(0x51, "enough frames");
  }
}

void SessionCore::check_frame(const media::ReceivedFrame& frame) {
  const bool key = (frame.flags & flag::kKey) != 0;
  if ((frame.flags & flag::kPicture) == 0)
    violation("media.flags", fmt::format("frame {} is no picture", frame.index));
  if (!last_pts_ns_ && !key && frame.index == 0)
    violation("media.first", "the first frame is no key frame");
  if (last_pts_ns_ && frame.pts_ns < *last_pts_ns_)
    violation("media.time", fmt::format("frame {} is {} us older than the one before it",
                                        frame.index, (*last_pts_ns_ - frame.pts_ns) / 1000));
  last_pts_ns_ = frame.pts_ns;
  check_epoch(frame);
  if (options_.check_pictures && hello_.codec != wire::codec_bit::kPyroWave) {
    if (auto wrong = wrong_with(hello_.codec, frame.bytes, key); !wrong.empty())
      violation("media.picture", fmt::format("frame {}: {}", frame.index, wrong));
  }
  if ((frame.flags & flag::kRepeat) != 0 && (hello_.host_caps2 & wire::host_cap2::kRepeatMark) == 0)
    violation("media.flags", "a repeat mark that was not announced");
}

void SessionCore::check_epoch(const media::ReceivedFrame& frame) {
  if (frame.epoch == epoch_) return;
  if ((hello_.features & wire::feature::kStreamConfig) == 0)
    violation("media.epoch", "another epoch without the feature");
  else if (configured_.count(frame.epoch) == 0)
    unconfigured_.insert(frame.epoch);
  if ((frame.flags & flag::kKey) == 0 && !recovery_.waiting())
    violation("media.epoch", fmt::format("epoch {} does not begin with a key frame", frame.epoch));
  epoch_ = frame.epoch;
}

// Latency by the host's clock, and what the host's own report takes of it.
void SessionCore::measure_latency(const media::ReceivedFrame& frame, SteadyTime at) {
  const auto offset = sync_.offset_ns();
  if (!offset || !sync_.started()) return;
  const auto host_now = clock_.at(to_ns(at)).wire_ns + std::bit_cast<std::uint64_t>(*offset);
  const auto latency_us = std::bit_cast<std::int64_t>(host_now - frame.pts_ns) / 1000;
  count([&](Statistics& s) { s.video.latency_us.add(latency_us); });
  if (latency_us < -kFutureUs - static_cast<std::int64_t>(sync_.rtt_ns() / 1000))
    violation("clock.pts",
              fmt::format("frame {} was captured {} us in the future", frame.index, -latency_us));
  const auto same = [&](const auto& waiting) { return waiting.pts_ns == frame.pts_ns; };
  if (const auto it = std::find_if(timings_.begin(), timings_.end(), same); it != timings_.end()) {
    split_latency(*it, latency_us);
    timings_.erase(it);
    return;
  }
  arrivals_.push_back({frame.pts_ns, latency_us});
  if (arrivals_.size() > kRemembered) arrivals_.pop_front();
}

void SessionCore::on_timing(const wire::Plane& plane) {
  const auto timing = wire::decode_host_timing(plane);
  if (!timing) return violation("datagram", "a timing report that cannot be read");
  count([](Statistics& s) { ++s.timing.reports; });
  if ((options_.hello.video_caps & wire::video_cap::kHostTiming) == 0)
    violation("datagram", "timing reports were not asked for");
  const auto same = [&](const auto& arrival) { return arrival.pts_ns == timing->pts_ns; };
  const auto it = std::find_if(arrivals_.begin(), arrivals_.end(), same);
  if (it != arrivals_.end()) {
    split_latency(*timing, it->latency_us);
    arrivals_.erase(it);
    return;
  }
  timings_.push_back(*timing);
  if (timings_.size() <= kRemembered) return;
  timings_.pop_front();
  count([](Statistics& s) { ++s.timing.unmatched; });
}

void SessionCore::split_latency(const wire::HostTiming& timing, std::int64_t latency_us) {
  count([&](Statistics& s) {
    auto& t = s.timing;
    t.host_us.add(timing.host_us);
    t.network_us.add(std::max<std::int64_t>(0, latency_us - timing.host_us));
    if (!timing.stages) return;
    t.queue_us.add(timing.stages->queue_us);
    t.encode_us.add(timing.stages->encode_us);
    t.pace_us.add(timing.stages->pace_us);
  });
}

void SessionCore::on_datagram(ByteSpan bytes) {
  if (phase_ != Phase::Clock && phase_ != Phase::Streaming) {
    violation("datagram", "before the session is ready");
    return;
  }
  const auto plane = wire::open_datagram(generation_, bytes);
  if (!plane) return violation("datagram", "of an unknown kind");
  const auto bump = [&](std::uint64_t Statistics::*member, bool readable) {
    count([&](Statistics& s) { ++(s.*member); });
    if (!readable)
      violation("datagram", fmt::format("tag {:#x} cannot be read", static_cast<int>(plane->tag)));
  };
  switch (plane->tag) {
    case wire::Tag::Audio:
    case wire::Tag::AudioRedundant:
    case wire::Tag::AudioPcm:
      on_sound(*plane);
      break;
    case wire::Tag::HostTiming:
      on_timing(*plane);
      break;
    case wire::Tag::Rumble:
      bump(&Statistics::rumbles, wire::decode_rumble(*plane).has_value());
      break;
    case wire::Tag::PadOutput:
      bump(&Statistics::pad_outputs, true);
      break;
    case wire::Tag::PadAudio:
      bump(&Statistics::pad_audio, wire::decode_pad_audio(*plane).has_value());
      break;
    case wire::Tag::Cursor:
      if ((hello_.host_caps & wire::host_cap::kCursor) == 0)
        violation("cursor.state", "the pointer was not agreed on");
      bump(&Statistics::cursor_states, wire::decode_cursor(*plane).has_value());
      break;
    case wire::Tag::Hdr:
      bump(&Statistics::hdr_updates, wire::decode_hdr(*plane).has_value());
      break;
    default:
      violation("datagram", "of a kind that only clients send");
  }
  observer_.on_plane(*plane);
}

void SessionCore::on_sound(const wire::Plane& plane) {
  const auto frame = wire::decode_audio(plane);
  if (!frame) return violation("sound.packet", "a packet that cannot be read");
  const bool pcm = plane.tag == wire::Tag::AudioPcm;
  if (plane.tag == wire::Tag::AudioRedundant && (hello_.host_caps & wire::host_cap::kAudioRed) == 0)
    violation("sound.form", "redundant packets were not agreed on");
  if (pcm != (hello_.audio_codec == wire::AudioCodec::Pcm))
    violation("sound.form", "another codec than was agreed on");
  if (!pcm && !frame->payload.empty() && opus_samples(frame->payload) != kSoundSamples)
    violation("sound.packet", "not one Opus packet of 5 ms");
  take_sound(*frame, steady_now());
}

void SessionCore::take_sound(const wire::AudioFrame& frame, SteadyTime at) {
  SoundPacket packet{frame.form, frame.seq, frame.pts_ns, 0, frame.payload};
  if (sound_seq_) {
    const auto ahead = std::bit_cast<std::int32_t>(frame.seq - *sound_seq_);
    if (ahead <= 0) {
      count([](Statistics& s) { ++s.audio.late; });
      return;
    }
    packet.missing = static_cast<std::uint64_t>(ahead) - 1;
    if (frame.pts_ns < *sound_pts_ns_)
      violation("sound.time", "the time of a packet is before that of the one before it");
  }
  if (packet.missing > 0 && frame.form == wire::Tag::AudioRedundant && !frame.previous.empty()) {
    // The copy stands for the packet before this one (punktfunk1.md 7.1).
    observer_.on_sound({frame.form, frame.seq - 1, frame.pts_ns - kSoundStepNs, packet.missing - 1,
                        frame.previous});
    count([&](Statistics& s) {
      ++s.audio.recovered;
      s.audio.gaps += packet.missing - 1;
    });
    packet.missing = 0;
  }
  observer_.on_sound(packet);
  count([&](Statistics& s) {
    auto& a = s.audio;
    if (a.packets++ == 0)
      a.first_ms = since_dial_ms();
    else if (sound_at_)
      a.interval_us.add(to_us(at - *sound_at_));
    a.bytes += frame.payload.size();
    a.gaps += packet.missing;
    a.silent += frame.payload.empty() ? 1 : 0;
  });
  sound_seq_ = frame.seq;
  sound_pts_ns_ = frame.pts_ns;
  sound_at_ = at;
}

// What the receiver dropped although it came from the host.
void SessionCore::check_packets() {
  if (!receiver_) return;
  const auto& now = receiver_->stats();
  violation("media.malformed", "a packet too short or with an impossible number",
            now.malformed - checked_.malformed);
  violation("media.forged", "a packet whose tag does not verify", now.forged - checked_.forged);
  for (std::size_t i = 1; i < std::size(now.rejected); ++i)
    violation("media.header", media::name(static_cast<media::PacketCheck>(i)),
              now.rejected[i] - checked_.rejected[i]);
  checked_ = now;
  const auto& shards = receiver_->video().stats();
  violation("media.inconsistent", "packets that contradict their frame or block",
            shards.inconsistent - checked_shards_.inconsistent);
  violation("media.mixed", "packets of one frame with different times or flags",
            shards.mixed - checked_shards_.mixed);
  violation("media.blocks", "a frame whose blocks do not fit together",
            shards.bad_frames - checked_shards_.bad_frames);
  violation("media.epoch", "packets of an epoch that is over",
            shards.old_epoch - checked_shards_.old_epoch);
  checked_shards_ = shards;
}

void SessionCore::publish_packets() {
  if (!receiver_) return;
  check_packets();
  count([&](Statistics& s) {
    s.packets = receiver_->stats();
    s.shards = receiver_->video().stats();
    s.forced_drops = forced_drops_;
    s.foreign_packets = endpoint_->counters().media_foreign.value();
    if (socket_) {
      s.foreign_packets = socket_->foreign();
      s.queue_drops = socket_->dropped();
    }
    s.punches = punches_.count();
    if (order_) s.video.filled = order_->filled();
    s.clock_unanswered = sync_.unanswered();
    if (input_) s.input_events = input_->sent();
  });
}

}  // namespace pf::probe
