#include "native/wire/datagram.hpp"

#include "native/wire/datagram_io.hpp"
#include "native/wire/varint.hpp"

namespace pf::native::wire {
namespace {

constexpr std::size_t kHdrBytes = 28;
constexpr std::uint8_t kVisible = 1, kRelative = 2;  // punktfunk1.md 7.9

bool known_tag(std::uint8_t byte) noexcept {
  return byte >= static_cast<std::uint8_t>(Tag::Input) &&
         byte <= static_cast<std::uint8_t>(Tag::AudioPcm);
}

tl::unexpected<Drop> drop(Drop reason) noexcept {
  return tl::unexpected<Drop>(reason);
}

}  // namespace

Decoded<Plane> open_datagram(Generation generation, ByteSpan datagram) noexcept {
  std::optional<std::uint64_t> kind;
  if (generation == Generation::V2) {
    kind = take_varint(datagram);
    if (!kind) return drop(Drop::Short);
    if (kind == datagram_kind::kFeedback) return Plane{Tag::Feedback, datagram};
    if (kind == datagram_kind::kMedia || *kind > datagram_kind::kHdr ||
        kind == datagram_kind::kClock)
      return drop(Drop::UnknownTag);  // MEDIA and CLOCK are for browsers
  }
  if (datagram.empty()) return drop(Drop::Short);
  if (!known_tag(datagram[0])) return drop(Drop::UnknownTag);
  const auto tag = static_cast<Tag>(datagram[0]);
  if (kind && kind != kind_of(tag)) return drop(Drop::UnknownTag);
  return Plane{tag, datagram.subspan(1)};
}

std::size_t encode_audio(Generation generation, const AudioFrame& frame,
                         MutableByteSpan out) noexcept {
  DatagramWriter w(generation, frame.form, out);
  w.le(frame.seq).le(frame.pts_ns);
  if (frame.form == Tag::AudioRedundant) {
    if (frame.payload.size() > 0xFFFF) return 0;
    w.le(static_cast<std::uint16_t>(frame.payload.size()));
    w.bytes(frame.payload).bytes(frame.previous);
  } else {
    w.bytes(frame.payload);
  }
  return w.size();
}

Decoded<AudioFrame> decode_audio(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  AudioFrame frame;
  frame.form = plane.tag;
  frame.seq = in.le<std::uint32_t>();
  frame.pts_ns = in.le<std::uint64_t>();
  if (plane.tag == Tag::AudioRedundant) {
    frame.payload = in.take(in.le<std::uint16_t>());
    frame.previous = in.rest();
  } else {
    frame.payload = in.rest();
  }
  if (!in.ok()) return drop(Drop::Short);
  return frame;
}

std::size_t encode_pad_audio(Generation generation, const PadAudioFrame& frame,
                             MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::PadAudio, out);
  w.u8(frame.pad).u8(frame.speaker ? 1 : 0).le(frame.seq).le(frame.pts_ns).bytes(frame.payload);
  return w.size();
}

Decoded<PadAudioFrame> decode_pad_audio(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  PadAudioFrame frame;
  frame.pad = in.u8();
  const auto kind = in.u8();
  frame.speaker = kind == 1;
  frame.seq = in.le<std::uint32_t>();
  frame.pts_ns = in.le<std::uint64_t>();
  frame.payload = in.rest();
  if (!in.ok()) return drop(Drop::Short);
  if (kind > 1) return drop(Drop::UnknownKind);
  if (frame.pad > 15) return drop(Drop::NoSuchPad);
  return frame;
}

std::size_t encode_rumble(Generation generation, const PadRumble& rumble,
                          MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::Rumble, out);
  w.le(rumble.pad).le(rumble.low).le(rumble.high);
  if (rumble.lease) {
    w.u8(rumble.lease->seq).le(rumble.lease->ttl_ms);
    if (rumble.triggers) w.le(rumble.left_trigger).le(rumble.right_trigger);
  }
  return w.size();
}

Decoded<PadRumble> decode_rumble(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  PadRumble rumble;
  rumble.pad = in.le<std::uint16_t>();
  rumble.low = in.le<std::uint16_t>();
  rumble.high = in.le<std::uint16_t>();
  if (!in.ok()) return drop(Drop::Short);
  if (rumble.pad > 15) return drop(Drop::NoSuchPad);
  if (in.remaining() >= 3) {
    PadRumble::Lease lease;
    lease.seq = in.u8();
    lease.ttl_ms = in.le<std::uint16_t>();
    rumble.lease = lease;
    if (in.remaining() >= 4) {
      rumble.triggers = true;
      rumble.left_trigger = in.le<std::uint16_t>();
      rumble.right_trigger = in.le<std::uint16_t>();
    }
  }
  return rumble;
}

void store_hdr(const HdrMetadata& hdr, std::span<std::uint8_t, 28> out) noexcept {
  auto* p = out.data();
  for (const auto& point : {hdr.green, hdr.blue, hdr.red, hdr.white}) {
    store_le(p, point.x);
    store_le(p + 2, point.y);
    p += 4;
  }
  store_le(p, hdr.max_luminance);
  store_le(p + 4, hdr.min_luminance);
  store_le(p + 8, hdr.max_content_light);
  store_le(p + 10, hdr.max_frame_average_light);
}

HdrMetadata load_hdr(std::span<const std::uint8_t, 28> bytes) noexcept {
  HdrMetadata hdr;
  const auto* p = bytes.data();
  for (auto* point : {&hdr.green, &hdr.blue, &hdr.red, &hdr.white}) {
    point->x = load_le<std::uint16_t>(p);
    point->y = load_le<std::uint16_t>(p + 2);
    p += 4;
  }
  hdr.max_luminance = load_le<std::uint32_t>(p);
  hdr.min_luminance = load_le<std::uint32_t>(p + 4);
  hdr.max_content_light = load_le<std::uint16_t>(p + 8);
  hdr.max_frame_average_light = load_le<std::uint16_t>(p + 10);
  return hdr;
}

std::size_t encode_hdr(Generation generation, const HdrMetadata& hdr,
                       MutableByteSpan out) noexcept {
  std::array<std::uint8_t, kHdrBytes> block;
  store_hdr(hdr, block);
  return DatagramWriter(generation, Tag::Hdr, out).bytes(block).size();
}

Decoded<HdrMetadata> decode_hdr(const Plane& plane) noexcept {
  if (plane.body.size() < kHdrBytes) return drop(Drop::Short);
  return load_hdr(plane.body.first<kHdrBytes>());
}

std::size_t encode_host_timing(Generation generation, const HostTiming& timing,
                               MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::HostTiming, out);
  w.le(timing.pts_ns).le(timing.host_us);
  if (timing.stages) {
    w.le(timing.stages->queue_us).le(timing.stages->encode_us).le(timing.stages->pace_us);
    if (timing.phase_us) w.le(*timing.phase_us);
  }
  return w.size();
}

Decoded<HostTiming> decode_host_timing(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  HostTiming timing;
  timing.pts_ns = in.le<std::uint64_t>();
  timing.host_us = in.le<std::uint32_t>();
  if (!in.ok()) return drop(Drop::Short);
  if (in.remaining() >= 12) {
    HostTiming::Stages stages;
    stages.queue_us = in.le<std::uint32_t>();
    stages.encode_us = in.le<std::uint32_t>();
    stages.pace_us = in.le<std::uint32_t>();
    timing.stages = stages;
    if (in.remaining() >= 4) timing.phase_us = in.le<std::int32_t>();
  }
  return timing;
}

std::size_t encode_cursor(Generation generation, const CursorState& cursor,
                          MutableByteSpan out) noexcept {
  const auto flags = static_cast<std::uint8_t>((cursor.visible ? kVisible : 0) |
                                               (cursor.relative ? kRelative : 0));
  DatagramWriter w(generation, Tag::Cursor, out);
  return w.le(cursor.serial).u8(flags).le(cursor.x).le(cursor.y).size();
}

Decoded<CursorState> decode_cursor(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  CursorState cursor;
  cursor.serial = in.le<std::uint32_t>();
  const auto flags = in.u8();
  cursor.visible = (flags & kVisible) != 0;
  cursor.relative = (flags & kRelative) != 0;
  cursor.x = in.le<std::int32_t>();
  cursor.y = in.le<std::int32_t>();
  if (!in.ok()) return drop(Drop::Short);
  return cursor;
}

}  // namespace pf::native::wire
