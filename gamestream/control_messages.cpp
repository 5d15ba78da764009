#include "gamestream/control_messages.hpp"

namespace pf::gamestream {
namespace {

FecStatus parse_fec_status(ByteReader& reader) {
  FecStatus status;
  status.frame = reader.be<std::uint32_t>();
  status.highest_sequence = reader.be<std::uint16_t>();
  status.next_sequence = reader.be<std::uint16_t>();
  status.missing = reader.be<std::uint16_t>();
  status.data_shards = reader.be<std::uint16_t>();
  status.parity_shards = reader.be<std::uint16_t>();
  status.received_data = reader.be<std::uint16_t>();
  status.received_parity = reader.be<std::uint16_t>();
  status.fec_percent = reader.u8();
  status.block = reader.u8();
  status.blocks = reader.u8();
  return status;
}

LossStats parse_loss_stats(ByteReader& reader) {
  reader.skip(12);  // a zero, the interval and a constant
  return {reader.le<std::uint64_t>()};
}

InvalidateFrames parse_invalidate(ByteReader& reader) {
  InvalidateFrames range;
  range.first = reader.le<std::uint64_t>();
  range.last = reader.le<std::uint64_t>();
  reader.skip(8);
  return range;
}

// Type and length in front of a payload that `write` appends.
template <class Write>
Bytes message(std::uint16_t type, Write&& write) {
  Bytes text;
  ByteWriter writer(text);
  writer.le(type).le(std::uint16_t{0});
  write(writer);
  store_le(text.data() + 2, static_cast<std::uint16_t>(text.size() - 4));
  return text;
}

std::uint16_t pad_number(std::uint8_t pad) {
  return pad;
}

}  // namespace

std::optional<ControlMessage> parse_control(ByteSpan text) {
  ByteReader reader(text);
  const auto type = reader.le<std::uint16_t>();
  const std::size_t length = reader.le<std::uint16_t>();
  if (!reader.ok() || reader.remaining() != length) return std::nullopt;

  ControlMessage parsed;
  switch (type) {
    case 0x0305:
    case 0x0307:
      parsed = StartStream{};
      break;
    case 0x0302:
      parsed = RequestIdr{};
      break;
    case 0x0301:
      parsed = parse_invalidate(reader);
      break;
    case 0x0201:
      parsed = parse_loss_stats(reader);
      break;
    case 0x0200:
      parsed = Ping{};
      break;
    case 0x0206:
      parsed = InputPacket{reader.rest()};
      break;
    case 0x5502:
      parsed = parse_fec_status(reader);
      break;
    case 0x0350:
      parsed = LtrAcknowledged{reader.le<std::uint32_t>()};
      break;
    default:
      parsed = UnknownMessage{type};
  }
  if (!reader.ok()) return std::nullopt;
  return parsed;
}

HdrMetadata wire_metadata(const media::HdrMetadata& metadata) {
  const auto point = [](const media::Chromaticity& c) { return HdrMetadata::Point{c.x, c.y}; };
  return {.red = point(metadata.red),
          .green = point(metadata.green),
          .blue = point(metadata.blue),
          .white = point(metadata.white),
          .max_nits = static_cast<std::uint16_t>(metadata.max_luminance_nits),
          .min_nits_x10000 = static_cast<std::uint16_t>(metadata.min_luminance_10000th_nit),
          .max_cll = metadata.max_content_light_nits,
          .max_fall = metadata.max_frame_average_light_nits,
          .max_full_frame_nits = metadata.max_frame_average_light_nits};
}

Bytes hdr_mode_message(bool enabled, const HdrMetadata& metadata) {
  return message(0x010e, [&](ByteWriter& out) {
    out.u8(enabled ? 1 : 0);
    for (const auto& point : {metadata.red, metadata.green, metadata.blue, metadata.white})
      out.le(point.x).le(point.y);
    out.le(metadata.max_nits)
        .le(metadata.min_nits_x10000)
        .le(metadata.max_cll)
        .le(metadata.max_fall)
        .le(metadata.max_full_frame_nits);
  });
}

Bytes rumble_message(const input::Rumble& rumble) {
  return message(0x010b, [&](ByteWriter& out) {
    out.le(std::uint32_t{0}).le(pad_number(rumble.pad)).le(rumble.low).le(rumble.high);
  });
}

Bytes trigger_rumble_message(const input::TriggerRumble& rumble) {
  return message(0x5500, [&](ByteWriter& out) {
    out.le(pad_number(rumble.pad)).le(rumble.left).le(rumble.right);
  });
}

Bytes light_message(const input::PadLight& light) {
  return message(0x5502, [&](ByteWriter& out) {
    out.le(pad_number(light.pad)).u8(light.red).u8(light.green).u8(light.blue);
  });
}

Bytes motion_message(const input::MotionRequest& request) {
  return message(0x5501, [&](ByteWriter& out) {
    out.le(pad_number(request.pad)).le(request.rate_hz).u8(static_cast<std::uint8_t>(request.kind));
  });
}

Bytes adaptive_triggers_message(const input::AdaptiveTriggers& triggers) {
  return message(0x5503, [&](ByteWriter& out) {
    out.le(pad_number(triggers.pad))
        .u8(triggers.flags)
        .u8(triggers.left_type)
        .u8(triggers.right_type)
        .bytes(triggers.left)
        .bytes(triggers.right);
  });
}

Bytes termination_message(std::uint32_t reason) {
  return message(0x0109, [&](ByteWriter& out) { out.be(reason); });
}

std::uint32_t termination_reason(session::EndReason reason) {
  switch (reason) {
    case session::EndReason::ClientQuit:
    case session::EndReason::OperatorStop:
    case session::EndReason::AppExited:
    case session::EndReason::Revoked:
    case session::EndReason::Expired:
    case session::EndReason::PeerLost:
    case session::EndReason::Replaced:
    case session::EndReason::NeverConnected:
    case session::EndReason::Taken:
    case session::EndReason::HostStopping:
      return kEndedNormally;
    case session::EndReason::DisplayFailed:
    case session::EndReason::EncoderFailed:
      return kEndedFrameConversion;  // the only failure that clients name: "video encoding error"
  }
  return kEndedNormally;
}

}  // namespace pf::gamestream
