#include "native/wire/input_wire.hpp"

#include <bit>

#include "native/wire/datagram_io.hpp"

namespace pf::native::wire {
namespace {

enum RichKind : std::uint8_t { kTouchpad = 1, kMotion = 2, kSurface = 3, kHid = 4, kPen = 5 };
constexpr std::size_t kMaxHidReport = 64;
constexpr std::uint8_t kTouching = 1, kClick = 2;  // of a surface

void write(DatagramWriter& w, const InputRecord& r) {
  w.u8(r.kind).le(r.code).le(r.x).le(r.y).le(r.flags);
}
void write(DatagramWriter& w, const PadTouchpad& r) {
  w.u8(kTouchpad).u8(r.pad).u8(r.finger).u8(r.active ? 1 : 0).le(r.x).le(r.y);
}
void write(DatagramWriter& w, const PadMotionReport& r) {
  w.u8(kMotion).u8(r.pad);
  for (const auto value : r.gyro) w.le(value);
  for (const auto value : r.accel) w.le(value);
}
void write(DatagramWriter& w, const PadSurface& r) {
  const auto state = (r.touching ? kTouching : 0) | (r.click ? kClick : 0);
  w.u8(kSurface).u8(r.pad).u8(r.surface).u8(r.finger).u8(static_cast<std::uint8_t>(state));
  w.le(r.x).le(r.y).le(r.pressure);
}
void write(DatagramWriter& w, const PadHidReport& r) {
  const auto report = r.report.first(std::min(r.report.size(), kMaxHidReport));
  w.u8(kHid).u8(r.pad).u8(static_cast<std::uint8_t>(report.size())).bytes(report);
}
void write(DatagramWriter& w, const PenBatch& r) {
  w.u8(kPen).u8(0).u8(r.count).le(r.seq);
  for (const auto& s : r.all()) {
    w.u8(s.state).u8(s.tool);
    w.le(std::bit_cast<std::uint32_t>(s.x)).le(std::bit_cast<std::uint32_t>(s.y));
    w.le(s.pressure).le(s.distance).u8(s.tilt).le(s.azimuth).le(s.roll).le(s.since_previous_us);
  }
}

PadTouchpad read_touchpad(ByteReader& in) {
  PadTouchpad r;
  r.pad = in.u8();
  r.finger = in.u8();
  r.active = in.u8() != 0;
  r.x = in.le<std::uint16_t>();
  r.y = in.le<std::uint16_t>();
  return r;
}

PadMotionReport read_motion(ByteReader& in) {
  PadMotionReport r;
  r.pad = in.u8();
  for (auto& value : r.gyro) value = in.le<std::int16_t>();
  for (auto& value : r.accel) value = in.le<std::int16_t>();
  return r;
}

PadSurface read_surface(ByteReader& in) {
  PadSurface r;
  r.pad = in.u8();
  r.surface = in.u8();
  r.finger = in.u8();
  const auto state = in.u8();
  r.touching = (state & kTouching) != 0;
  r.click = (state & kClick) != 0;
  r.x = in.le<std::int16_t>();
  r.y = in.le<std::int16_t>();
  r.pressure = in.le<std::uint16_t>();
  return r;
}

PenSample read_sample(ByteReader& in) {
  PenSample s;
  s.state = in.u8();
  s.tool = in.u8();
  s.x = in.f32_le();
  s.y = in.f32_le();
  s.pressure = in.le<std::uint16_t>();
  s.distance = in.le<std::uint16_t>();
  s.tilt = in.u8();
  s.azimuth = in.le<std::uint16_t>();
  s.roll = in.le<std::uint16_t>();
  s.since_previous_us = in.le<std::uint16_t>();
  return s;
}

}  // namespace

std::array<std::uint8_t, 18> store_input(const InputRecord& record) noexcept {
  std::array<std::uint8_t, 18> out;
  encode_input(Generation::V1, record, out);
  return out;
}

std::size_t encode_input(Generation generation, const InputRecord& record,
                         MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::Input, out);
  write(w, record);
  return w.size();
}

Decoded<InputRecord> decode_input(const Plane& plane) noexcept {
  ByteReader in(plane.body);
  InputRecord r;
  r.kind = in.u8();
  r.code = in.le<std::uint32_t>();
  r.x = in.le<std::int32_t>();
  r.y = in.le<std::int32_t>();
  r.flags = in.le<std::uint32_t>();
  if (!in.ok()) return tl::unexpected<Drop>(Drop::Short);
  return r;
}

std::size_t encode_rich_input(Generation generation, const RichInput& report,
                              MutableByteSpan out) noexcept {
  DatagramWriter w(generation, Tag::RichInput, out);
  std::visit([&](const auto& one) { write(w, one); }, report);
  return w.size();
}

Decoded<RichInput> decode_rich_input(const Plane& plane) noexcept {
  const auto drop = [](Drop reason) { return tl::unexpected<Drop>(reason); };
  ByteReader in(plane.body);
  const auto kind = in.u8();
  if (!in.ok()) return drop(Drop::Short);
  RichInput report;
  switch (kind) {
    case kTouchpad:
      report = read_touchpad(in);
      break;
    case kMotion:
      report = read_motion(in);
      break;
    case kSurface:
      report = read_surface(in);
      break;
    case kHid: {
      PadHidReport hid;
      hid.pad = in.u8();
      const std::size_t size = in.u8();
      if (size > kMaxHidReport) return drop(Drop::BadValue);
      hid.report = in.take(size);
      report = hid;
      break;
    }
    case kPen: {
      PenBatch batch;
      in.skip(1);  // flags, always 0 so far
      batch.count = in.u8();
      batch.seq = in.le<std::uint16_t>();
      if (batch.count > PenBatch::kMaxSamples) return drop(Drop::BadValue);
      for (std::size_t i = 0; i < batch.count; ++i) batch.samples[i] = read_sample(in);
      report = batch;
      break;
    }
    default:
      return drop(Drop::UnknownKind);
  }
  if (!in.ok()) return drop(Drop::Short);
  return report;
}

}  // namespace pf::native::wire
