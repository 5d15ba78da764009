// QUIC datagrams of both generations (punktfunk1.md 7, punktfunk2.md 9): a tag byte and its plane's
// fields, in generation 2 behind a kind byte. Views point into the datagram they were read from.
// Nothing here allocates, so any thread may encode; an encoder returns the bytes written to `out`,
// or 0 when it does not fit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <tl/expected.hpp>

#include "base/bytes.hpp"
#include "native/wire/constants.hpp"
#include "native/wire/feedback.hpp"
#include "native/wire/hello.hpp"

namespace pf::native::wire {

enum class Tag : std::uint8_t {
  Feedback = 0,  // no byte of the wire: kind 3 of generation 2 has no tag
  Input = 0xC8,
  Audio = 0xC9,
  Rumble = 0xCA,
  Microphone = 0xCB,
  RichInput = 0xCC,
  PadOutput = 0xCD,
  Hdr = 0xCE,
  HostTiming = 0xCF,
  Cursor = 0xD0,
  PadAudio = 0xD1,
  AudioRedundant = 0xD2,
  AudioPcm = 0xD3,
};

// The first byte in generation 2.
namespace datagram_kind {
inline constexpr std::uint8_t kMedia = 0, kAudio = 1, kInput = 2, kFeedback = 3, kClock = 4,
                              kRumble = 5, kPadOutput = 6, kCursor = 7, kHostTiming = 8, kHdr = 9;
}

// Why a datagram or an event in it has no effect. Dropping is silent toward the peer.
enum class Drop : std::uint8_t {
  UnknownTag = 1,  // kind or tag that this end does not read, or a tag that is not of its kind
  Short,           // ends before its fixed part does
  UnknownKind,     // a sort of event, report or output within the plane
  BadValue,        // out of range, not finite, contradictory
  NoSuchKey,       // a virtual key without a Linux key
  NoSuchPad,       // pad index over 15
  Stale,           // overtaken by a newer one
  Repeat,          // says again what is known
  Unsupported,     // understood, but no device here can do it
};
inline constexpr std::size_t kDropReasons = 9;
template <class T>
using Decoded = tl::expected<T, Drop>;

// Bytes in front of a tag: 0 or 1. Subtract from QUIC's datagram budget.
constexpr std::size_t datagram_prefix(Generation generation) noexcept {
  return generation == Generation::V2 ? 1 : 0;
}

// A datagram without its prefix and tag.
struct Plane {
  Tag tag = Tag::Feedback;
  ByteSpan body;
};
Decoded<Plane> open_datagram(Generation generation, ByteSpan datagram) noexcept;

// Audio, Microphone and AudioPcm. `previous` is the packet of seq − 1, AudioRedundant only.
struct AudioFrame {
  Tag form = Tag::Audio;
  std::uint32_t seq = 0;
  std::uint64_t pts_ns = 0;
  ByteSpan payload;  // an Opus packet (empty = silence) or interleaved PCM
  ByteSpan previous;
};
std::size_t encode_audio(Generation generation, const AudioFrame& frame,
                         MutableByteSpan out) noexcept;
Decoded<AudioFrame> decode_audio(const Plane& plane) noexcept;

struct PadAudioFrame {
  std::uint8_t pad = 0;
  bool speaker = false;   // else haptics
  std::uint32_t seq = 0;  // its own per pad and kind
  std::uint64_t pts_ns = 0;
  ByteSpan payload;  // an Opus packet, empty = silence
};
std::size_t encode_pad_audio(Generation generation, const PadAudioFrame& frame,
                             MutableByteSpan out) noexcept;
Decoded<PadAudioFrame> decode_pad_audio(const Plane& plane) noexcept;

struct PadRumble {
  struct Lease {
    std::uint8_t seq = 0;      // +1 on every send to this pad, wrapping
    std::uint16_t ttl_ms = 0;  // stop by yourself after this
    bool operator==(const Lease&) const = default;
  };
  std::uint16_t pad = 0;  // 0..15
  std::uint16_t low = 0, high = 0;
  std::optional<Lease> lease;  // none: the 7-byte form
  bool triggers = false;       // the 14-byte form, which needs a lease
  std::uint16_t left_trigger = 0, right_trigger = 0;
  bool operator==(const PadRumble&) const = default;
};
std::size_t encode_rumble(Generation generation, const PadRumble& rumble,
                          MutableByteSpan out) noexcept;
Decoded<PadRumble> decode_rumble(const Plane& plane) noexcept;

std::size_t encode_hdr(Generation generation, const HdrMetadata& hdr, MutableByteSpan out) noexcept;
Decoded<HdrMetadata> decode_hdr(const Plane& plane) noexcept;
// The body alone, 28 bytes, as hellos carry it.
void store_hdr(const HdrMetadata& hdr, std::span<std::uint8_t, 28> out) noexcept;
HdrMetadata load_hdr(std::span<const std::uint8_t, 28> bytes) noexcept;

struct HostTiming {
  struct Stages {
    std::uint32_t queue_us = 0, encode_us = 0, pace_us = 0;
    bool operator==(const Stages&) const = default;
  };
  std::uint64_t pts_ns = 0;   // names the access unit
  std::uint32_t host_us = 0;  // capture to last packet handed to the socket
  std::optional<Stages> stages;
  std::optional<std::int32_t> phase_us;  // needs `stages`
  bool operator==(const HostTiming&) const = default;
};
std::size_t encode_host_timing(Generation generation, const HostTiming& timing,
                               MutableByteSpan out) noexcept;
Decoded<HostTiming> decode_host_timing(const Plane& plane) noexcept;

struct CursorState {
  std::uint32_t serial = 0;  // of the CursorShape
  bool visible = false;
  bool relative = false;      // the application took the pointer
  std::int32_t x = 0, y = 0;  // hot spot, pixels of the streamed mode
  bool operator==(const CursorState&) const = default;
};
std::size_t encode_cursor(Generation generation, const CursorState& cursor,
                          MutableByteSpan out) noexcept;
Decoded<CursorState> decode_cursor(const Plane& plane) noexcept;

// Generation 2 only. The encoder is for clients; it allocates.
Decoded<Feedback> decode_feedback(const Plane& plane) noexcept;
Bytes encode_feedback(const Feedback& feedback);

}  // namespace pf::native::wire
