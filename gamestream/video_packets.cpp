#include "gamestream/video_packets.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"
#include "fec/rs8.hpp"

namespace pf::gamestream {
namespace {

// gamestream.md 7.2.
constexpr std::size_t kWireHeader = 32;
constexpr std::size_t kRtpHeader = 16;  // with the reserved word
constexpr std::size_t kMinPacketSize = 32;
constexpr std::size_t kMaxPacketSize = 9'000;
constexpr std::uint8_t kRtpFlags = 0x90;
constexpr std::uint8_t kPicture = 1;
constexpr std::uint8_t kEndOfBlock = 2;
constexpr std::uint8_t kStartOfBlock = 4;
constexpr std::uint8_t kMultiFecFlags = 0x10;
// gamestream.md 7.6: IV, frame number, tag.
constexpr std::size_t kCipherHeader = 32;
constexpr std::size_t kTagOffset = 16;

constexpr unsigned kMaxPercentage = 255;  // an 8-bit field
constexpr std::size_t kCodeShards = fec::Rs8Plan::kMaxShards;

std::size_t divide_up(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

// gamestream.md 7.3.
std::uint8_t wire_type(media::FrameType type) {
  switch (type) {
    case media::FrameType::Predicted:
      return 1;
    case media::FrameType::Idr:
      return 2;
    case media::FrameType::IntraRefreshPoint:
      return 4;
    case media::FrameType::AfterInvalidation:
      return 5;
  }
  return 1;
}

}  // namespace

FecFrame fec_frame(std::size_t data_packets, unsigned percentage, std::size_t max_blocks) {
  const std::size_t most = 25'500 / (100 + percentage);
  FecFrame frame;
  frame.data_packets = data_packets;
  frame.blocks = std::min(divide_up(data_packets, most), max_blocks);
  frame.packets_per_block = divide_up(data_packets, frame.blocks);
  return frame;
}

FecBlock fec_block(const FecFrame& frame, std::size_t block, unsigned percentage,
                   unsigned min_parity) {
  FecBlock shape;
  shape.data = block + 1 < frame.blocks
                   ? frame.packets_per_block
                   : frame.data_packets - frame.packets_per_block * (frame.blocks - 1);
  if (percentage == 0 || frame.packets_per_block >= kCodeShards) return shape;
  // The share that fits is taken for the fullest block and used for all, so that a frame is
  // protected evenly.
  const std::size_t room = kCodeShards - frame.packets_per_block;
  const auto fitting = static_cast<unsigned>(100 * room / frame.packets_per_block);
  shape.percentage = std::min(percentage, fitting);
  shape.parity = divide_up(shape.data * shape.percentage, 100);
  if (shape.percentage != 0 && shape.parity < min_parity) {
    // A whole percentage cannot express every count, and the field ends at 255: what is sent is
    // what the client will derive.
    const std::size_t wanted = std::min<std::size_t>(min_parity, kCodeShards - shape.data);
    const auto raised =
        static_cast<unsigned>(std::min<std::size_t>(100 * wanted / shape.data, kMaxPercentage));
    const std::size_t derived = divide_up(shape.data * raised, 100);
    if (derived > shape.parity) {
      shape.percentage = raised;
      shape.parity = derived;
    }
  }
  return shape;
}

VideoPackets::VideoPackets(const Config& config, net::PacketArena arena,
                           std::optional<crypto::Aead> cipher)
    : config_(config),
      arena_(std::move(arena)),
      cipher_(std::move(cipher)),
      next_iv_(config.first_iv) {
  // The expanded key lives in the cipher; no second copy stays behind.
  if (config_.key) crypto::wipe(*config_.key);
  config_.key.reset();
}

Result<VideoPackets> VideoPackets::create(const Config& config) {
  if (config.packet_size < kMinPacketSize || config.packet_size > kMaxPacketSize)
    return fail(Errc::BadRequest, "packet size " + std::to_string(config.packet_size));
  if (config.fec_percentage > kMaxPercentage)
    return fail(Errc::BadRequest, "FEC share " + std::to_string(config.fec_percentage));
  if (config.max_blocks < 1 || config.max_blocks > kMaxFecBlocks)
    return fail(Errc::BadRequest, "FEC blocks " + std::to_string(config.max_blocks));
  net::SlotLayout layout;
  layout.wire_header_bytes = kWireHeader;
  layout.payload_bytes = config.packet_size - kRtpHeader;
  std::optional<crypto::Aead> cipher;
  if (config.key) {
    layout.cipher_header_bytes = kCipherHeader;
    auto made = crypto::Aead::create(crypto::AeadKind::Aes128Gcm, *config.key);
    if (!made) return pass(made);
    cipher = std::move(*made);
  }
  // A block with parity has at most 255 shards; blocks without may grow to their part of the frame.
  const std::size_t packets = divide_up(config.max_frame_bytes + 8, layout.payload_bytes);
  const std::size_t slots =
      std::clamp(divide_up(packets, config.max_blocks), kCodeShards, kMaxBlockShards);
  auto arena = net::PacketArena::create(layout, slots);
  if (!arena) return pass(arena);
  return VideoPackets(config, std::move(*arena), std::move(cipher));
}

void VideoPackets::set_fec_percentage(unsigned percentage) noexcept {
  config_.fec_percentage = std::min(percentage, kMaxPercentage);
}

VideoPackets::Status VideoPackets::begin(const media::AccessUnit& unit, std::uint32_t latency,
                                         std::uint32_t timestamp) noexcept {
  frame_.blocks = 0;
  next_block_ = 0;
  const auto bytes = unit.bytes();
  if (bytes.empty()) return Status::Empty;
  if (bytes.size() > config_.max_frame_bytes) return Status::TooLarge;
  const std::size_t framed = frame_header_.size() + bytes.size();
  const std::size_t packets = divide_up(framed, payload_bytes());
  if (packets > config_.max_blocks * arena_.slots()) return Status::TooLarge;

  bytes_ = bytes;
  percentage_ = config_.fec_percentage;
  frame_ = fec_frame(packets, percentage_, config_.max_blocks);
  timestamp_ = timestamp;
  ++frame_index_;
  next_packet_ = 0;
  frame_packets_ = packets;
  for (std::size_t b = 0; b < frame_.blocks; ++b)
    frame_packets_ += fec_block(frame_, b, percentage_, config_.min_parity).parity;

  const std::size_t rest = framed % payload_bytes();
  frame_header_ = {};
  frame_header_[0] = 0x01;
  store_le(&frame_header_[1], static_cast<std::uint16_t>(std::min<std::uint32_t>(latency, 0xFFFF)));
  frame_header_[3] = wire_type(unit.type);
  store_le(&frame_header_[4], static_cast<std::uint16_t>(rest == 0 ? payload_bytes() : rest));
  return Status::Ready;
}

// The piece of (frame header, bitstream) that belongs into data packet `packet`, zero-padded.
void VideoPackets::write_data(std::size_t slot, std::size_t packet) noexcept {
  std::uint8_t* out = arena_.payload(slot);
  std::size_t room = payload_bytes();
  std::size_t from = 0;
  if (packet == 0) {
    std::memcpy(out, frame_header_.data(), frame_header_.size());
    out += frame_header_.size();
    room -= frame_header_.size();
  } else {
    from = packet * payload_bytes() - frame_header_.size();
  }
  const std::size_t count = std::min(room, bytes_.size() - from);
  std::memcpy(out, bytes_.data() + from, count);
  std::memset(out + count, 0, room - count);
}

void VideoPackets::write_header(std::size_t slot, const FecBlock& block,
                                std::uint8_t flags) noexcept {
  std::uint8_t* h = arena_.wire(slot);
  h[0] = kRtpFlags;
  h[1] = 0;
  store_be(h + 2, static_cast<std::uint16_t>(counter_));
  store_be(h + 4, timestamp_);
  std::memset(h + 8, 0, 8);
  store_le(h + 16, counter_ << 8);
  store_le(h + 20, frame_index_);
  h[24] = flags;
  h[25] = 0;
  h[26] = kMultiFecFlags;
  h[27] = static_cast<std::uint8_t>(next_block_ << 4 | (frame_.blocks - 1) << 6);
  store_le(h + 28, static_cast<std::uint32_t>(block.data << 22 | slot << 12 |
                                              std::size_t{block.percentage} << 4));
  ++counter_;
}

// Everything but the bytes from which the client recovers a lost packet's own: 16-19, 24-26, 32-.
void VideoPackets::write_parity_header(std::size_t slot, const FecBlock& block) noexcept {
  std::uint8_t* h = arena_.wire(slot);
  std::uint8_t computed[11];
  std::memcpy(computed, h + 16, sizeof computed);
  write_header(slot, block, 0);
  std::memcpy(h + 16, computed, 4);
  std::memcpy(h + 24, computed + 8, 3);
}

// The first `count` slots.
bool VideoPackets::seal(std::size_t count) noexcept {
  for (std::size_t slot = 0; slot < count; ++slot) {
    std::uint8_t* h = arena_.base(slot);
    store_le(h, next_iv_++);
    std::memset(h + 8, 0, 3);
    h[11] = 'V';
    store_le(h + 12, frame_index_);
  }
  crypto::SealBatch batch;
  batch.packets = arena_.base(0);
  batch.nonces = batch.packets;
  batch.stride = batch.nonce_stride = arena_.stride();
  batch.count = count;
  batch.text_offset = kCipherHeader;
  batch.text_bytes = arena_.layout().shard_bytes();
  batch.tag_offset = kTagOffset;
  return cipher_->seal(batch);
}

net::PacketRun VideoPackets::next_block() noexcept {
  if (next_block_ >= frame_.blocks) return {};
  const FecBlock block = fec_block(frame_, next_block_, percentage_, config_.min_parity);
  for (std::size_t i = 0; i < block.data; ++i) {
    std::uint8_t flags = kPicture;
    if (i == 0) flags |= kStartOfBlock;
    if (i + 1 == block.data) flags |= kEndOfBlock;
    write_header(i, block, flags);
    write_data(i, next_packet_++);
  }
  if (block.parity != 0) {
    // The RTP header is zero for the code (7.5), so its columns need no arithmetic. The columns of
    // fields that differ from that rule are overwritten in the parity packets below.
    fec::Rs8Plan(static_cast<unsigned>(block.data), static_cast<unsigned>(block.parity))
        .encode(arena_.wire(0) + kRtpHeader, arena_.wire(block.data) + kRtpHeader, arena_.stride(),
                arena_.layout().shard_bytes() - kRtpHeader);
    for (std::size_t j = 0; j < block.parity; ++j) write_parity_header(block.data + j, block);
  }
  const std::size_t count = block.data + block.parity;
  ++next_block_;
  if (cipher_ && !seal(count)) {
    failed_ = true;
    next_block_ = frame_.blocks;
    return {};
  }
  return {arena_.base(0), datagram_bytes(), arena_.stride(), count};
}

}  // namespace pf::gamestream
