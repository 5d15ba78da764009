// The fields of the typed messages, described once for all four directions of work: reading and
// writing, by position (generation 1) and by tag (generation 2). Internal to the codecs.
//
// A visitor has these members; the ones of generation 1 ignore the tag.
//   field(tag, x)             integer, bool, WireMode, Cicp or array, in its natural form
//   enumeration(tag, e, last, other)   one byte; a value over `last` reads as `other`
//   optional(tag, o, last)    one byte that may be missing; a value over `last` reads as missing
//   text(tag, s, max)         UTF-8, at most max bytes
//   bytes(tag, b)             a block of bytes; generation 1 puts a u16 length in front
//   tail(tag, b)             as bytes; generation 1 leaves it out when empty and takes any tail
//   rest(tag, b, size)        exactly size() bytes; generation 1 writes them to the end of the
//   message trailing(tag, x, ...)     fields that older peers of generation 1 leave out together
//   require(condition)        what else must hold
#pragma once

#include <concepts>
#include <type_traits>

#include "native/wire/messages.hpp"

namespace pf::native::wire {

// M is T or const T.
template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

template <class V, Is<Pending> M>
void fields(V&, M&) {}
template <class V, Is<RequestKeyframe> M>
void fields(V&, M&) {}

template <class V, Is<Redirect> M>
void fields(V& v, M& m) {
  v.text(1, m.address, 253);
  v.field(2, m.port);
  v.text(3, m.profile, 64);
  v.field(4, m.seat);
  v.text(5, m.seat_name, 64);
  v.text(6, m.occupant, 64);
  v.text(7, m.fingerprint, 64);
  v.require(m.port != 0 && (m.fingerprint.empty() || m.fingerprint.size() == 64));
}
template <class V, Is<Refused> M>
void fields(V& v, M& m) {
  v.field(1, m.code);
  v.text(2, m.sentence, 256);
}
template <class V, Is<PairRequest> M>
void fields(V& v, M& m) {
  v.text(1, m.name, 64);
  v.bytes(2, m.spake_a);
  v.tail(3, m.device_key);
}
template <class V, Is<PairChallenge> M>
void fields(V& v, M& m) {
  v.bytes(1, m.spake_b);
  v.field(2, m.confirm);
}
template <class V, Is<PairProof> M>
void fields(V& v, M& m) {
  v.field(1, m.confirm);
}
template <class V, Is<PairResult> M>
void fields(V& v, M& m) {
  v.field(1, m.ok);
}
template <class V, Is<Reconfigure> M>
void fields(V& v, M& m) {
  v.field(1, m.mode);
}
template <class V, Is<Reconfigured> M>
void fields(V& v, M& m) {
  v.field(1, m.accepted);
  v.field(2, m.mode);
}
template <class V, Is<StreamConfig> M>
void fields(V& v, M& m) {
  v.field(1, m.epoch);
  v.field(2, m.mode);
  v.field(3, m.codec);
  v.field(4, m.bit_depth);
  v.field(5, m.colour);
  v.field(6, m.chroma_format);
}
template <class V, Is<SetBitrate> M>
void fields(V& v, M& m) {
  v.field(1, m.kbps);
}
template <class V, Is<BitrateChanged> M>
void fields(V& v, M& m) {
  v.field(1, m.kbps);
  v.optional(2, m.reason, BitrateReason::Pinned);
}
template <class V, Is<PipelineGap> M>
void fields(V& v, M& m) {
  v.field(1, m.ms);
}
template <class V, Is<LossReport> M>
void fields(V& v, M& m) {
  v.field(1, m.ppm);
}
template <class V, Is<DeliveryReport> M>
void fields(V& v, M& m) {
  v.field(1, m.packets);
}
template <class V, Is<LinkReport> M>
void fields(V& v, M& m) {
  v.field(1, m.kbps);
}
template <class V, Is<SetDelivery> M>
void fields(V& v, M& m) {
  v.field(1, m.profile);
}
template <class V, Is<DeliveryChanged> M>
void fields(V& v, M& m) {
  v.field(1, m.profile);
  v.field(2, m.forced);
}
template <class V, Is<HostFacts> M>
void fields(V& v, M& m) {
  v.enumeration(1, m.link, LinkKind::Other, LinkKind::Unknown);
  v.field(2, m.link_mbps);
  v.field(3, m.send_buffer_kb);
  v.field(4, m.forced_profile);
}
template <class V, Is<ProbeRequest> M>
void fields(V& v, M& m) {
  v.field(1, m.target_kbps);
  v.field(2, m.duration_ms);
  v.field(3, m.burst_hz);
  v.field(4, m.group_bytes);
  v.field(5, m.group_rate_kbps);
}
template <class V, Is<ProbeResult> M>
void fields(V& v, M& m) {
  v.field(1, m.bytes);
  v.field(2, m.access_units);
  v.field(3, m.duration_ms);
  v.trailing(4, m.wire_packets, m.send_drops);
}
template <class V, Is<PhaseReport> M>
void fields(V& v, M& m) {
  v.field(1, m.next_latch_ns);
  v.field(2, m.period_ns);
  v.field(3, m.uncertainty_ns);
  v.field(4, m.lead_ns);
  v.trailing(5, m.coherence_permille);
}
template <class V, Is<RfiRequest> M>
void fields(V& v, M& m) {
  v.field(1, m.first);
  v.field(2, m.last);
}
template <class V, Is<ShardPayloadChanged> M>
void fields(V& v, M& m) {
  v.field(1, m.shard_payload);
}
template <class V, Is<ShardPayloadAck> M>
void fields(V& v, M& m) {
  v.field(1, m.shard_payload);
}
template <class V, Is<ClockProbe> M>
void fields(V& v, M& m) {
  v.field(1, m.t1);
}
template <class V, Is<ClockEcho> M>
void fields(V& v, M& m) {
  v.field(1, m.t1);
  v.field(2, m.t2);
  v.field(3, m.t3);
}
template <class V, Is<CursorShape> M>
void fields(V& v, M& m) {
  v.field(1, m.serial);
  v.field(2, m.width);
  v.field(3, m.height);
  v.field(4, m.hot_x);
  v.field(5, m.hot_y);
  v.require(m.width >= 1 && m.width <= CursorShape::kMaxSide && m.height >= 1 &&
            m.height <= CursorShape::kMaxSide);
  v.rest(6, m.rgba, [&] { return std::size_t{4} * m.width * m.height; });
}
template <class V, Is<CursorRender> M>
void fields(V& v, M& m) {
  v.field(1, m.client_draws);
}
template <class V, Is<AccessUpdate> M>
void fields(V& v, M& m) {
  v.field(1, m.grants);
  v.field(2, m.remaining_s);
}
template <class V, Is<AudioState> M>
void fields(V& v, M& m) {
  v.field(1, m.muted);
}
template <class V, Is<LaunchOutcome> M>
void fields(V& v, M& m) {
  v.enumeration(1, m.kind, LaunchKind::SignInNeeded, LaunchKind::Started);
  v.text(2, m.text, 200);
}
template <class V, Is<PadSlots> M>
void fields(V& v, M& m) {
  v.field(1, m.bitmap);
}
template <class V, Is<ClipControl> M>
void fields(V& v, M& m) {
  v.field(1, m.enabled);
  v.field(2, m.flags);
}
template <class V, Is<ClipState> M>
void fields(V& v, M& m) {
  v.field(1, m.enabled);
  v.field(2, m.policy);
  v.enumeration(3, m.reason, ClipReason::NotPermitted, ClipReason::NoBackend);
}
template <class V, Is<ClipFetch> M>
void fields(V& v, M& m) {
  v.field(1, m.seq);
  v.field(2, m.file_index);
  v.text(3, m.mime, 128);
}
template <class V, Is<ClipFetchHeader> M>
void fields(V& v, M& m) {
  v.enumeration(1, m.status, ClipStatus::Denied, ClipStatus::Unavailable);
  v.field(2, m.total);
}
template <class V, Is<PadIdentity> M>
void fields(V& v, M& m) {
  v.field(1, m.pad);
  v.text(2, m.serial, 32);
  v.bytes(3, m.replies);
  v.field(4, m.slot);
  v.require(m.slot <= 3 && m.replies.size() <= 4096);
}
template <class V, Is<PadFeature> M>
void fields(V& v, M& m) {
  v.field(1, m.pad);
  v.bytes(2, m.report);
  v.require(!m.report.empty());
}

// Messages with a form of their own.
template <class M>
inline constexpr bool kSpecial = Is<M, ClientHello> || Is<M, ServerHello> || Is<M, Ready> ||
                                 Is<M, ClipOffer> || Is<M, InputEdge>;

}  // namespace pf::native::wire
