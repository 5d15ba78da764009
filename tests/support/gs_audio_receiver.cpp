#include "support/gs_audio_receiver.hpp"

#include <algorithm>

#include "fec/audio_code.hpp"

namespace pf::test {
namespace {

constexpr std::size_t kRtpHeader = 12;
constexpr std::size_t kFecHeader = 12;

}  // namespace

GsAudioReceiver::GsAudioReceiver(const Config& config) : config_(config) {
  if (!config_.key) return;
  auto cipher = crypto::Aes128Cbc::create(*config_.key);
  PF_ASSERT(cipher.has_value());
  cipher_ = std::move(*cipher);
}

void GsAudioReceiver::violated(std::string what) {
  if (violations_.size() < 20) violations_.push_back(std::move(what));
}

// Makes `base` the current block; false when it is over already.
bool GsAudioReceiver::enter(std::uint16_t base, std::vector<GsAudioPacket>& out) {
  if (base_ && base == *base_) return true;
  if (base_) {
    const auto ahead = static_cast<std::uint16_t>(base - *base_);
    if (ahead >= 0x8000) return false;
    play(out, true);
    for (auto skipped = static_cast<std::uint16_t>(*base_ + 4); skipped != base; ++skipped) {
      ++stats_.lost;
      out.push_back({skipped, true, false, {}});
    }
  }
  base_ = base;
  shards_ = {};
  repaired_ = {};
  played_ = 0;
  return true;
}

std::optional<Bytes> GsAudioReceiver::decode(std::uint16_t sequence, const Bytes& payload) {
  if (!cipher_) return payload;
  std::array<std::uint8_t, 16> iv{};
  store_be(iv.data(), config_.key_id + sequence);
  Bytes plain(payload.size() + 16);
  const std::size_t bytes = cipher_->decrypt(iv, payload, plain);
  if (bytes == 0) return std::nullopt;
  plain.resize(bytes);
  return plain;
}

void GsAudioReceiver::play(std::vector<GsAudioPacket>& out, bool block_is_over) {
  while (played_ < 4 && (block_is_over || !shards_[played_].empty())) {
    GsAudioPacket packet;
    packet.sequence = static_cast<std::uint16_t>(*base_ + played_);
    if (shards_[played_].empty()) {
      packet.lost = true;
      ++stats_.lost;
    } else if (auto opus = decode(packet.sequence, shards_[played_])) {
      packet.recovered = repaired_[played_];
      packet.opus = std::move(*opus);
    } else {
      violated("packet " + std::to_string(packet.sequence) + " does not decrypt");
      packet.lost = true;
    }
    out.push_back(std::move(packet));
    ++played_;
  }
}

void GsAudioReceiver::repair() {
  std::array<std::uint8_t, 6> present{};
  std::array<std::uint8_t*, 6> addresses{};
  std::array<Bytes, 6> copy = shards_;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    present[i] = shards_[i].empty() ? 0 : 1;
    bytes = std::max(bytes, shards_[i].size());
  }
  for (std::size_t i = 0; i < 6; ++i) {
    if (present[i] != 0 && shards_[i].size() != bytes) return violated("block of uneven packets");
    copy[i].resize(bytes);
    addresses[i] = copy[i].data();
  }
  if (std::count(present.begin(), present.begin() + 4, 0) == 0) return;
  if (std::count(present.begin(), present.end(), 1) < 4) return;
  if (!fec::audio_reconstruct(addresses, present, bytes))
    return violated("block cannot be repaired");
  for (std::size_t i = 0; i < 4; ++i) {
    if (present[i] != 0) continue;
    shards_[i] = copy[i];
    repaired_[i] = true;
    ++stats_.recovered;
  }
}

std::vector<GsAudioPacket> GsAudioReceiver::feed(ByteSpan datagram) {
  std::vector<GsAudioPacket> out;
  if (datagram.size() <= kRtpHeader || datagram.size() > 1'400) {
    violated("datagram of " + std::to_string(datagram.size()) + " bytes");
    return out;
  }
  ByteReader reader(datagram);
  const auto version = reader.u8();
  const auto type = reader.u8();
  const auto sequence = reader.be<std::uint16_t>();
  auto timestamp = reader.be<std::uint32_t>();
  const auto ssrc = reader.be<std::uint32_t>();
  if (version != 0x80 || ssrc != 0) violated("RTP header");
  auto first = sequence;
  std::size_t shard = 0;
  if (type == 97) {
    ++stats_.data_packets;
    shard = sequence % 4;
    first = static_cast<std::uint16_t>(sequence - shard);
  } else if (type == 127 && datagram.size() > kRtpHeader + kFecHeader) {
    ++stats_.parity_packets;
    if (timestamp != 0) violated("timestamp of a parity packet");
    const auto index = reader.u8();
    const auto inner = reader.u8();
    first = reader.be<std::uint16_t>();
    timestamp = reader.be<std::uint32_t>();
    const auto inner_ssrc = reader.be<std::uint32_t>();
    if (index > 1 || inner != 97 || inner_ssrc != 0 || first % 4 != 0) {
      violated("FEC header");
      return out;
    }
    if (sequence != static_cast<std::uint16_t>(first + 4 + index))
      violated("sequence of a parity packet");
    shard = 4U + index;
  } else {
    violated("payload type " + std::to_string(type));
    return out;
  }
  const auto payload = reader.rest();
  if (payload_bytes_ == 0) payload_bytes_ = payload.size();
  if (payload.size() != payload_bytes_) violated("packets are not of equal length");

  if (!enter(first, out)) return out;
  // Timestamps count milliseconds; relative to the block they must follow the sequence.
  const auto in_block = type == 97 ? static_cast<std::uint32_t>(shard) : 0U;
  const auto zero =
      timestamp - in_block * static_cast<std::uint32_t>(config_.packet_duration.count());
  if (shards_ == std::array<Bytes, 6>{})
    timestamp_zero_ = zero;
  else if (timestamp_zero_ != zero)
    violated("timestamp");
  if (!shards_[shard].empty()) return out;
  shards_[shard].assign(payload.begin(), payload.end());
  repair();
  play(out, false);
  return out;
}

}  // namespace pf::test
