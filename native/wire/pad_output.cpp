#include "native/wire/pad_output.hpp"

#include "native/wire/datagram_io.hpp"

namespace pf::native::wire {
namespace {

enum Kind : std::uint8_t {
  kLed = 1,
  kPlayerLeds = 2,
  kTrigger = 3,
  kHaptic = 4,
  kRaw = 5,
  kAudioControl = 6,
  kMicLed = 7
};

void write(DatagramWriter& w, const PadLed& o) {
  w.u8(kLed).u8(o.pad).u8(o.red).u8(o.green).u8(o.blue);
}
void write(DatagramWriter& w, const PlayerLeds& o) {
  w.u8(kPlayerLeds).u8(o.pad).u8(o.bits);
}
void write(DatagramWriter& w, const AdaptiveTrigger& o) {
  w.u8(kTrigger).u8(o.pad).u8(o.right ? 1 : 0).bytes(o.effect);
}
void write(DatagramWriter& w, const TrackpadHaptic& o) {
  w.u8(kHaptic).u8(o.pad).u8(o.left ? 1 : 0).le(o.amplitude).le(o.off_us).le(o.count);
}
void write(DatagramWriter& w, const RawReport& o) {
  const auto size = std::min<std::size_t>(o.size, o.data.size());
  w.u8(kRaw).u8(o.pad).u8(o.feature ? 1 : 0).bytes(ByteSpan(o.data).first(size));
}
void write(DatagramWriter& w, const PadAudioControl& o) {
  w.u8(kAudioControl).le(o.pad).u8(o.flags).bytes(o.raw);
}
void write(DatagramWriter& w, const MicLed& o) {
  w.u8(kMicLed).u8(o.pad).u8(o.mode);
}

template <std::size_t N>
void copy(ByteSpan from, std::array<std::uint8_t, N>& to) {
  std::copy_n(from.begin(), std::min(from.size(), N), to.begin());
}

}  // namespace

std::size_t encode_pad_output(Generation generation, const PadOutput& output,
                              MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::PadOutput, out);
  std::visit([&](const auto& one) { write(w, one); }, output);
  return w.size();
}

Decoded<PadOutput> decode_pad_output(const Plane& plane) noexcept {
  const auto drop = [](Drop reason) { return tl::unexpected<Drop>(reason); };
  ByteReader in(plane.body);
  const auto kind = in.u8();
  const std::uint16_t pad = kind == kAudioControl ? in.le<std::uint16_t>() : std::uint16_t{in.u8()};
  if (!in.ok()) return drop(Drop::Short);
  if (kind < kLed || kind > kMicLed) return drop(Drop::UnknownKind);
  if (pad > 15) return drop(Drop::NoSuchPad);
  const auto index = static_cast<std::uint8_t>(pad);

  PadOutput output;
  switch (kind) {
    case kLed: {
      const auto red = in.u8(), green = in.u8(), blue = in.u8();
      output = PadLed{index, red, green, blue};
      break;
    }
    case kPlayerLeds:
      output = PlayerLeds{index, in.u8()};
      break;
    case kTrigger: {
      AdaptiveTrigger trigger{index, in.u8() != 0, {}};
      if (in.remaining() == 0) return drop(Drop::Short);
      copy(in.rest(), trigger.effect);
      output = trigger;
      break;
    }
    case kHaptic: {
      TrackpadHaptic haptic;
      haptic.pad = index;
      haptic.left = in.u8() != 0;
      haptic.amplitude = in.le<std::uint16_t>();
      haptic.off_us = in.le<std::uint16_t>();
      haptic.count = in.le<std::uint16_t>();
      output = haptic;
      break;
    }
    case kRaw: {
      RawReport report;
      report.pad = index;
      report.feature = in.u8() != 0;
      if (in.remaining() == 0) return drop(Drop::Short);
      if (in.remaining() > report.data.size()) return drop(Drop::BadValue);
      report.size = static_cast<std::uint8_t>(in.remaining());
      copy(in.rest(), report.data);
      output = report;
      break;
    }
    case kAudioControl: {
      PadAudioControl control;
      control.pad = pad;
      control.flags = in.u8();
      copy(in.take(control.raw.size()), control.raw);
      output = control;
      break;
    }
    default:
      output = MicLed{index, in.u8()};
      break;
  }
  if (!in.ok()) return drop(Drop::Short);
  return output;
}

}  // namespace pf::native::wire
