#include "gamestream/control_legacy.hpp"

#include <algorithm>

namespace pf::gamestream {
namespace {

constexpr std::uint16_t kInput = 0x0206, kTermination = 0x0109, kLegacyTermination = 0x0100;
constexpr std::uint16_t kLegacyEndedNormally = 0x0100;
constexpr std::uint32_t kEndedNormally = 0x80030023;
constexpr std::size_t kTag = 16, kTextHeader = 4;

// Type and length in front of what is in the buffer already.
ByteSpan framed(MutableByteSpan buffer, std::uint16_t type, std::size_t payload) {
  store_le(buffer.data(), type);
  store_le(buffer.data() + 2, static_cast<std::uint16_t>(payload));
  return buffer.first(kTextHeader + payload);
}

}  // namespace

LegacyControl::LegacyControl(crypto::Aes128Gcm cipher, std::uint32_t key_id)
    : cipher_(std::move(cipher)) {
  store_be(iv_.data(), key_id);
}

Result<LegacyControl> LegacyControl::create(ByteSpan key, std::uint32_t key_id) {
  auto cipher = crypto::Aes128Gcm::create(key);
  if (!cipher) return pass(cipher);
  return LegacyControl(std::move(*cipher), key_id);
}

ControlCipher::Opened LegacyControl::open(ByteSpan wire, ByteSpan& text) noexcept {
  ByteReader reader(wire);
  const auto type = reader.le<std::uint16_t>();
  const auto payload = reader.rest();
  if (!reader.ok() || payload.size() > buffer_.size() - kTextHeader)
    return ControlCipher::Opened::Ignored;
  if (type == kInput) return open_input(payload, text);
  std::copy(payload.begin(), payload.end(), buffer_.begin() + kTextHeader);
  text = framed(buffer_, type, payload.size());
  return ControlCipher::Opened::Message;
}

ControlCipher::Opened LegacyControl::open_input(ByteSpan sealed, ByteSpan& text) noexcept {
  ByteReader reader(sealed);
  const std::size_t length = reader.be<std::uint32_t>();
  const auto tag = reader.take(kTag);
  const auto cipher = reader.rest();
  if (!reader.ok() || length != sealed.size() - 4 || cipher.empty())
    return ControlCipher::Opened::Ignored;
  const auto plain = MutableByteSpan(buffer_).subspan(kTextHeader, cipher.size());
  std::copy(cipher.begin(), cipher.end(), plain.begin());
  if (!cipher_.open(iv_, plain, tag)) return ControlCipher::Opened::Forged;
  // The IV of the next message is the end of this one, once that is long enough.
  if (cipher.size() >= iv_.size()) std::copy_n(cipher.end() - iv_.size(), iv_.size(), iv_.begin());
  text = framed(buffer_, kInput, cipher.size());
  return ControlCipher::Opened::Message;
}

Bytes LegacyControl::seal(ByteSpan text) {
  ByteReader reader(text);
  const auto type = reader.le<std::uint16_t>();
  reader.skip(2);
  const auto payload = reader.rest();
  if (!reader.ok()) return {};
  Bytes wire;
  ByteWriter writer(wire);
  if (type == kTermination && payload.size() == 4) {
    const auto reason = load_be<std::uint32_t>(payload.data());
    writer.le(kLegacyTermination)
        .le(reason == kEndedNormally ? kLegacyEndedNormally : static_cast<std::uint16_t>(reason));
  } else {
    writer.le(type).bytes(payload);
  }
  return wire;
}

}  // namespace pf::gamestream
