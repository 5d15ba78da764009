#include "gamestream/control_envelope.hpp"

#include <algorithm>

namespace pf::gamestream {
namespace {

constexpr std::uint16_t kEncrypted = 0x0001;
constexpr std::size_t kTag = 16;
constexpr std::size_t kMinText = 4;  // type and length

}  // namespace

bool ReplayWindow::accept(std::uint32_t sequence) noexcept {
  if (!any_) {
    any_ = true;
    highest_ = sequence;
    seen_.set(sequence % kSize);
    return true;
  }
  if (sequence > highest_) {
    const auto step = sequence - highest_;
    if (step >= kSize) {
      seen_.reset();
    } else {
      for (std::uint32_t i = 1; i <= step; ++i) seen_.reset((highest_ + i) % kSize);
    }
    highest_ = sequence;
    seen_.set(sequence % kSize);
    return true;
  }
  if (highest_ - sequence >= kSize || seen_.test(sequence % kSize)) return false;
  seen_.set(sequence % kSize);
  return true;
}

Result<ControlCipher> ControlCipher::create(ByteSpan key, ControlScheme scheme, ControlEnd end) {
  auto cipher = crypto::Aes128Gcm::create(key);
  if (!cipher) return pass(cipher);
  return ControlCipher(std::move(*cipher), scheme, end);
}

std::size_t ControlCipher::make_iv(std::uint32_t sequence, bool from_host,
                                   std::array<std::uint8_t, 16>& iv) const noexcept {
  iv.fill(0);
  if (scheme_ == ControlScheme::B) {
    iv[0] = static_cast<std::uint8_t>(sequence);
    return 16;
  }
  store_le(iv.data(), sequence);
  iv[10] = from_host ? 'H' : 'C';
  iv[11] = 'C';
  return 12;
}

std::optional<ControlCipher::Envelope> ControlCipher::parse(ByteSpan wire) noexcept {
  ByteReader reader(wire);
  const auto type = reader.le<std::uint16_t>();
  const std::size_t length = reader.le<std::uint16_t>();
  Envelope envelope;
  envelope.sequence = reader.le<std::uint32_t>();
  envelope.tag = reader.take(kTag);
  envelope.cipher = reader.rest();
  if (!reader.ok() || type != kEncrypted || length != wire.size() - 4 ||
      envelope.cipher.size() < kMinText || envelope.cipher.size() > kMaxMessage)
    return std::nullopt;
  return envelope;
}

bool ControlCipher::decrypt(const Envelope& envelope, MutableByteSpan text) noexcept {
  std::array<std::uint8_t, 16> iv;
  const auto iv_size = make_iv(envelope.sequence, end_ == ControlEnd::Client, iv);
  std::copy(envelope.cipher.begin(), envelope.cipher.end(), text.begin());
  return cipher_.open(ByteSpan(iv).first(iv_size), text, envelope.tag);
}

ControlCipher::Opened ControlCipher::open(ByteSpan wire, ByteSpan& text) noexcept {
  const auto envelope = parse(wire);
  if (!envelope) return Opened::Ignored;
  const MutableByteSpan plain(buffer_.data(), envelope->cipher.size());
  if (!decrypt(*envelope, plain)) return Opened::Forged;
  if (scheme_ == ControlScheme::A && !window_.accept(envelope->sequence)) return Opened::Ignored;
  text = plain;
  return Opened::Message;
}

bool ControlCipher::is_news(ByteSpan wire) noexcept {
  if (scheme_ != ControlScheme::A) return false;
  const auto envelope = parse(wire);
  if (!envelope || !window_.is_newest(envelope->sequence)) return false;
  std::array<std::uint8_t, kMaxMessage> text;
  return decrypt(*envelope, MutableByteSpan(text).first(envelope->cipher.size()));
}

Bytes ControlCipher::seal(ByteSpan text) {
  if (text.size() < kMinText || text.size() > kMaxMessage) return {};
  Bytes wire;
  wire.reserve(kOverhead + text.size());
  const auto sequence = next_sequence_++;
  ByteWriter(wire)
      .le(kEncrypted)
      .le(static_cast<std::uint16_t>(4 + kTag + text.size()))
      .le(sequence);
  wire.resize(kOverhead);
  wire.insert(wire.end(), text.begin(), text.end());

  std::array<std::uint8_t, 16> iv;
  const auto iv_size = make_iv(sequence, end_ == ControlEnd::Host, iv);
  const MutableByteSpan all(wire);
  if (!cipher_.seal(ByteSpan(iv).first(iv_size), all.subspan(kOverhead), all.subspan(8, kTag)))
    return {};
  return wire;
}

}  // namespace pf::gamestream
