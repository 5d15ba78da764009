#include "support/gs_client_control.hpp"

namespace pf::test::gs {
namespace {

Bytes control_iv(IvScheme scheme, bool from_host, std::uint32_t sequence) {
  if (scheme == IvScheme::B) {
    Bytes iv(16);
    iv[0] = static_cast<std::uint8_t>(sequence);
    return iv;
  }
  const auto iv = message_iv(sequence, from_host ? 'H' : 'C', 'C');
  return {iv.begin(), iv.end()};
}

}  // namespace

Bytes seal_control(const Block& key, IvScheme scheme, bool from_host, std::uint32_t sequence,
                   std::uint16_t type, ByteSpan payload) {
  Bytes plain;
  ByteWriter(plain).le(type).le(static_cast<std::uint16_t>(payload.size())).bytes(payload);
  const auto sealed = gcm_seal(key, control_iv(scheme, from_host, sequence), plain);
  Bytes wire;
  ByteWriter(wire)
      .le<std::uint16_t>(1)
      .le(static_cast<std::uint16_t>(4 + 16 + plain.size()))
      .le(sequence)
      .bytes(sealed.tag)
      .bytes(sealed.cipher);
  return wire;
}

Bytes seal_legacy_input(const Block& key, Block& iv, ByteSpan packet) {
  const auto sealed = gcm_seal(key, iv, packet);
  Bytes wire;
  ByteWriter(wire)
      .be(static_cast<std::uint32_t>(sealed.tag.size() + sealed.cipher.size()))
      .bytes(sealed.tag)
      .bytes(sealed.cipher);
  if (wire.size() - 4 >= 32) std::copy(wire.end() - 16, wire.end(), iv.begin());
  return wire;
}

Result<ControlMessage> open_control(const Block& key, IvScheme scheme, bool from_host,
                                    ByteSpan wire) {
  ByteReader reader(wire);
  if (scheme == IvScheme::Legacy) {
    ControlMessage message;
    message.type = reader.le<std::uint16_t>();
    if (!reader.ok()) return fail(Errc::Protocol, "control message without a type");
    const auto payload = reader.rest();
    message.payload.assign(payload.begin(), payload.end());
    return message;
  }
  const auto kind = reader.le<std::uint16_t>();
  const auto length = reader.le<std::uint16_t>();
  ControlMessage message;
  message.sequence = reader.le<std::uint32_t>();
  const auto tag = reader.take(16);
  if (!reader.ok() || kind != 1 || length + 4U != wire.size())
    return fail(Errc::Protocol, "control envelope");
  const auto plain =
      gcm_open(key, control_iv(scheme, from_host, message.sequence), tag, reader.rest());
  if (!plain) return fail(Errc::Protocol, "control tag");
  ByteReader inner(*plain);
  message.type = inner.le<std::uint16_t>();
  const auto size = inner.le<std::uint16_t>();
  const auto payload = inner.take(size);
  if (!inner.ok() || inner.remaining() != 0) return fail(Errc::Protocol, "control length");
  message.payload.assign(payload.begin(), payload.end());
  return message;
}

std::optional<Bytes> open_audio(const Block& key, std::uint32_t rikeyid, std::uint16_t sequence,
                                ByteSpan cipher) {
  return cbc_open(key, audio_iv(rikeyid, sequence), cipher);
}

std::optional<Bytes> open_video(const Block& key, ByteSpan wire) {
  ByteReader reader(wire);
  const auto iv = reader.take(12);
  const auto frame = reader.le<std::uint32_t>();
  const auto tag = reader.take(16);
  if (!reader.ok()) return std::nullopt;
  auto plain = gcm_open(key, iv, tag, reader.rest());
  // The plain frame number outside must not lie about the one inside.
  if (plain &&
      (plain->size() < 32 || (frame != 0 && load_le<std::uint32_t>(plain->data() + 20) != frame)))
    return std::nullopt;
  return plain;
}

}  // namespace pf::test::gs
