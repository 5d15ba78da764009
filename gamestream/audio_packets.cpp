#include "gamestream/audio_packets.hpp"

#include <algorithm>
#include <cstring>

#include "fec/audio_code.hpp"

namespace pf::gamestream {
namespace {

// gamestream.md 8.1, 8.4.
constexpr std::size_t kMaxDatagram = 1'400;
constexpr std::size_t kRtpHeader = 12;
constexpr std::size_t kFecHeader = 12;
constexpr std::size_t kMaxPayload = kMaxDatagram - kRtpHeader - kFecHeader;
constexpr std::uint8_t kRtpFlags = 0x80;
constexpr std::uint8_t kDataType = 97;
constexpr std::uint8_t kFecType = 127;
constexpr std::size_t kCipherBlock = 16;

}  // namespace

struct AudioPackets::Buffers {
  std::uint8_t data[fec::kAudioData][kMaxDatagram];
  std::uint8_t parity[fec::kAudioParity][kMaxDatagram];
};

void AudioPackets::FreeBuffers::operator()(Buffers* buffers) const noexcept {
  delete buffers;
}

AudioPackets::AudioPackets(const Config& config, std::optional<crypto::Aes128Cbc> cipher)
    : buffers_(new Buffers{}),
      cipher_(std::move(cipher)),
      key_id_(config.key_id),
      duration_ms_(static_cast<std::uint32_t>(config.packet_duration.count())) {}

Result<AudioPackets> AudioPackets::create(const Config& config) {
  const auto duration = config.packet_duration.count();
  if (duration < 1 || duration > 120)
    return fail(Errc::BadRequest, "packet duration " + std::to_string(duration) + " ms");
  std::optional<crypto::Aes128Cbc> cipher;
  if (config.key) {
    auto made = crypto::Aes128Cbc::create(*config.key);
    if (!made) return pass(made);
    cipher = std::move(*made);
  }
  return AudioPackets(config, std::move(cipher));
}

// The payload of the packet with the current sequence number; 0 when it cannot be made.
std::size_t AudioPackets::fill(std::uint8_t* payload, ByteSpan opus) noexcept {
  if (opus.empty()) return 0;
  if (!cipher_) {
    if (opus.size() > kMaxPayload) return 0;
    std::memcpy(payload, opus.data(), opus.size());
    return opus.size();
  }
  // PKCS#7 always adds at least a byte.
  const std::size_t padded = (opus.size() / kCipherBlock + 1) * kCipherBlock;
  if (padded > kMaxPayload) return 0;
  std::array<std::uint8_t, 16> iv{};
  store_be(iv.data(), key_id_ + sequence_);
  return cipher_->encrypt(iv, opus, {payload, kMaxPayload});
}

std::span<const ByteSpan> AudioPackets::next(ByteSpan opus) noexcept {
  out_count_ = 0;
  const std::size_t place = sequence_ % fec::kAudioData;
  std::uint8_t* packet = buffers_->data[place];
  const std::size_t bytes = fill(packet + kRtpHeader, opus);
  if (bytes == 0) {
    ++rejected_;
    return {};
  }
  packet[0] = kRtpFlags;
  packet[1] = kDataType;
  store_be(packet + 2, sequence_);
  store_be(packet + 4, timestamp_);
  std::memset(packet + 8, 0, 4);
  out_[out_count_++] = ByteSpan(packet, kRtpHeader + bytes);
  block_bytes_[place] = bytes;
  if (place + 1 == fec::kAudioData) {
    const bool even = std::all_of(block_bytes_.begin(), block_bytes_.end(),
                                  [&](std::size_t other) { return other == bytes; });
    if (even)
      add_parity(bytes);
    else
      ++uneven_blocks_;
  }
  ++sequence_;
  timestamp_ += duration_ms_;
  return {out_.data(), out_count_};
}

// Called for the last packet of a block, before the counters move on.
void AudioPackets::add_parity(std::size_t payload_bytes) noexcept {
  const auto base_sequence = static_cast<std::uint16_t>(sequence_ - (fec::kAudioData - 1));
  const std::uint32_t base_timestamp = timestamp_ - (fec::kAudioData - 1) * duration_ms_;
  std::array<const std::uint8_t*, fec::kAudioData> data;
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = buffers_->data[i] + kRtpHeader;
  std::array<std::uint8_t*, fec::kAudioParity> parity;
  for (std::size_t x = 0; x < parity.size(); ++x) {
    std::uint8_t* packet = buffers_->parity[x];
    std::memset(packet, 0, kRtpHeader + kFecHeader);
    packet[0] = kRtpFlags;
    packet[1] = kFecType;
    store_be(packet + 2, static_cast<std::uint16_t>(sequence_ + 1U + x));
    std::uint8_t* head = packet + kRtpHeader;
    head[0] = static_cast<std::uint8_t>(x);
    head[1] = kDataType;
    store_be(head + 2, base_sequence);
    store_be(head + 4, base_timestamp);
    parity[x] = head + kFecHeader;
    out_[out_count_++] = ByteSpan(packet, kRtpHeader + kFecHeader + payload_bytes);
  }
  fec::audio_parity(data, parity, payload_bytes);
}

}  // namespace pf::gamestream
