#include "support/gs_video_receiver.hpp"

#include <algorithm>

#include "fec/rs8.hpp"

namespace pf::test {
namespace {

constexpr std::size_t kRtpHeader = 16;
constexpr std::size_t kWireHeader = 32;
constexpr std::size_t kCipherHeader = 32;
constexpr std::size_t kFrameHeader = 8;
constexpr std::uint8_t kPicture = 1;
constexpr std::uint8_t kEnd = 2;
constexpr std::uint8_t kStart = 4;

std::size_t parity_count(std::size_t data, unsigned percentage) {
  return (data * percentage + 99) / 100;
}

std::uint8_t expected_flags(std::size_t shard, std::size_t data) {
  return static_cast<std::uint8_t>(kPicture | (shard == 0 ? kStart : 0) |
                                   (shard + 1 == data ? kEnd : 0));
}

}  // namespace

struct GsVideoReceiver::Header {
  std::uint16_t sequence;
  std::uint32_t timestamp;
  std::uint32_t packet_index;  // the whole field
  std::uint32_t frame;
  std::uint8_t flags;
  std::uint8_t extra_flags;
  std::uint8_t multi_flags;
  std::size_t block;
  std::size_t last_block;
  std::size_t data;
  std::size_t shard;
  unsigned percentage;
  std::uint32_t fec_info;

  explicit Header(ByteSpan plain)
      : sequence(load_be<std::uint16_t>(&plain[2])),
        timestamp(load_be<std::uint32_t>(&plain[4])),
        packet_index(load_le<std::uint32_t>(&plain[16])),
        frame(load_le<std::uint32_t>(&plain[20])),
        flags(plain[24]),
        extra_flags(plain[25]),
        multi_flags(plain[26]),
        block(plain[27] >> 4 & 3),
        last_block(plain[27] >> 6),
        fec_info(load_le<std::uint32_t>(&plain[28])) {
    data = fec_info >> 22;
    shard = fec_info >> 12 & 0x3FF;
    percentage = fec_info >> 4 & 0xFF;
  }
};

GsVideoReceiver::GsVideoReceiver(const Config& config) : config_(config) {
  if (!config_.key) return;
  auto cipher = crypto::Aes128Gcm::create(*config_.key);
  PF_ASSERT(cipher.has_value());
  cipher_ = std::move(*cipher);
}

void GsVideoReceiver::violated(std::string what) {
  if (violations_.size() < 20) violations_.push_back(std::move(what));
}

bool GsVideoReceiver::decrypt(ByteSpan datagram, Bytes& plain, std::uint32_t& clear_index) {
  if (datagram.size() != kCipherHeader + config_.packet_size + kRtpHeader) {
    violated("encrypted datagram of " + std::to_string(datagram.size()) + " bytes");
    return false;
  }
  if (datagram[8] != 0 || datagram[9] != 0 || datagram[10] != 0 || datagram[11] != 'V')
    violated("the IV does not end in 00 00 00 'V'");
  clear_index = load_le<std::uint32_t>(&datagram[12]);
  plain.assign(datagram.begin() + kCipherHeader, datagram.end());
  if (!cipher_->open(datagram.first(12), plain, datagram.subspan(16, 16))) {
    violated("the tag does not verify");
    return false;
  }
  return true;
}

bool GsVideoReceiver::check(const Header& header, ByteSpan plain) {
  const auto before = violations_.size();
  if (plain[0] != 0x90) violated("first byte is not 0x90");
  if (plain[1] != 0 || load_le<std::uint64_t>(&plain[8]) != 0)
    violated("payload type, SSRC or reserved word is not zero");
  if (header.frame == 0) violated("frame number 0");
  if (header.data == 0) violated("no data shards");
  if ((header.fec_info & 0xF) != 0) violated("low bits of fecInfo");
  if (header.block > header.last_block) violated("block number beyond the last");
  const auto parity = parity_count(header.data, header.percentage);
  if (parity != 0 && header.data + parity > 255) violated("more than 255 shards in a block");
  if (header.shard >= header.data + parity) violated("shard number beyond the block");
  if (header.shard < header.data) {
    if (header.flags != expected_flags(header.shard, header.data)) violated("flags");
    if (header.extra_flags > 1) violated("extra flags");
    if (header.multi_flags != 0x10) violated("multiFecFlags");
    if ((header.packet_index & 0xFF) != 0) violated("low byte of streamPacketIndex");
  }
  return violations_.size() == before;
}

void GsVideoReceiver::give_up() {
  if (!in_frame_) return;
  in_frame_ = false;
  ++stats_.frames_lost;
  next_block_sequence_.reset();
}

void GsVideoReceiver::start_frame(const Header& header) {
  const auto passed_over = header.frame - frame_ - 1;
  stats_.frames_lost += passed_over;
  if (passed_over != 0) next_block_sequence_.reset();
  frame_ = header.frame;
  in_frame_ = true;
  timestamp_ = header.timestamp;
  last_block_ = header.last_block;
  block_number_ = 0;
  block_ = {};
  payloads_.clear();
  recovered_ = 0;
}

// All of the block's data packets to payloads_, restoring what is missing.
bool GsVideoReceiver::restore_block() {
  const std::size_t k = block_.data;
  const std::size_t total = k + block_.parity;
  const std::size_t bytes = config_.packet_size + kRtpHeader;
  std::vector<std::uint8_t> present(total);
  std::vector<Bytes> blank(total);
  std::vector<std::uint8_t*> shards(total);
  std::size_t missing = 0;
  for (std::size_t i = 0; i < total; ++i) {
    const auto found = block_.shards.find(i);
    present[i] = found != block_.shards.end() ? 1 : 0;
    if (present[i] == 0) blank[i].resize(bytes);
    shards[i] = present[i] != 0 ? found->second.data() : blank[i].data();
    if (i < k && present[i] == 0) ++missing;
  }
  if (missing != 0) {
    const fec::Rs8Plan plan(static_cast<unsigned>(k), static_cast<unsigned>(block_.parity));
    if (!plan.reconstruct(shards, present, bytes)) {
      violated("parity does not determine the data");
      return false;
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    const std::uint8_t* shard = shards[i];
    if (shard[24] != expected_flags(i, k) || shard[25] > 1 || shard[26] != 0x10) {
      violated("flags of shard " + std::to_string(i) +
               (present[i] != 0 ? "" : ", which was restored from parity"));
      return false;
    }
    const auto index = load_le<std::uint32_t>(shard + 16) >> 8;
    if (packet_index_) {
      const auto step = (index - *packet_index_) & 0xFFFFFF;
      const bool fits = i == 0 ? step != 0 && step < 0x800000 : step == 1;
      if (!fits) violated("streamPacketIndex jumps by " + std::to_string(step));
    }
    packet_index_ = index;
    payloads_.emplace_back(shard + kWireHeader, shard + bytes);
  }
  recovered_ += missing;
  stats_.recovered += missing;
  return true;
}

std::optional<GsVideoFrame> GsVideoReceiver::finish_frame() {
  in_frame_ = false;
  ByteReader header(payloads_.front());
  GsVideoFrame frame;
  frame.index = frame_;
  frame.timestamp = timestamp_;
  frame.recovered = recovered_;
  const auto kind = header.u8();
  frame.latency = header.le<std::uint16_t>();
  frame.type = header.u8();
  const auto last = std::size_t{header.le<std::uint16_t>()};
  const auto zero = header.le<std::uint16_t>();
  if (kind != 1 || zero != 0) violated("frame header");
  if (frame.type != 1 && frame.type != 2 && frame.type != 4 && frame.type != 5)
    violated("frame type " + std::to_string(frame.type));
  const std::size_t payload = config_.packet_size - kRtpHeader;
  if (last == 0 || last > payload || (payloads_.size() == 1 && last <= kFrameHeader)) {
    violated("lastPayloadLen " + std::to_string(last));
    return std::nullopt;
  }
  const auto& tail = payloads_.back();
  if (std::any_of(tail.begin() + static_cast<std::ptrdiff_t>(last), tail.end(),
                  [](std::uint8_t b) { return b != 0; }))
    violated("padding is not zero");
  frame.bitstream.reserve(payloads_.size() * payload);
  for (const auto& piece : payloads_)
    frame.bitstream.insert(frame.bitstream.end(), piece.begin(), piece.end());
  frame.bitstream.resize(frame.bitstream.size() - payload + last);
  frame.bitstream.erase(frame.bitstream.begin(), frame.bitstream.begin() + kFrameHeader);
  ++stats_.frames;
  return frame;
}

std::optional<GsVideoFrame> GsVideoReceiver::feed(ByteSpan datagram) {
  ++stats_.datagrams;
  Bytes plain;
  std::uint32_t clear_index = 0;
  if (cipher_) {
    if (!decrypt(datagram, plain, clear_index)) return std::nullopt;
  } else if (datagram.size() != config_.packet_size + kRtpHeader) {
    violated("datagram of " + std::to_string(datagram.size()) + " bytes");
    return std::nullopt;
  } else {
    plain.assign(datagram.begin(), datagram.end());
  }
  const Header header(plain);
  if (!check(header, plain)) return std::nullopt;
  if (cipher_ && clear_index != 0 && clear_index != header.frame)
    violated("frame number in clear differs from the sealed one");
  (header.shard < header.data ? stats_.data_packets : stats_.parity_packets) += 1;

  if (header.frame < frame_ || (header.frame == frame_ && !in_frame_)) {
    ++stats_.stale;
    return std::nullopt;
  }
  // A copy from the network is no second use of the IV: only fresh packets are compared.
  const bool duplicate = header.frame == frame_ && header.block == block_number_ &&
                         block_.shards.contains(header.shard);
  if (header.frame > frame_) {
    give_up();
    start_frame(header);
  }
  if (header.block < block_number_ || duplicate) {
    ++stats_.stale;
    return std::nullopt;
  }
  if (cipher_ && !ivs_.insert(load_le<std::uint64_t>(datagram.data())).second)
    violated("IV used twice");
  if (header.block > block_number_) {
    give_up();
    return std::nullopt;
  }
  if (header.timestamp != timestamp_) violated("timestamp changes within a frame");
  if (header.last_block != last_block_) violated("block count changes within a frame");

  const auto first_sequence = static_cast<std::uint16_t>(header.sequence - header.shard);
  if (block_.shards.empty()) {
    block_.data = header.data;
    block_.percentage = header.percentage;
    block_.parity = parity_count(header.data, header.percentage);
    block_.first_sequence = first_sequence;
    if (next_block_sequence_ && *next_block_sequence_ != first_sequence)
      violated("sequence numbers are not continuous across blocks");
  } else if (header.data != block_.data || header.percentage != block_.percentage) {
    violated("the block's shape changes within the block");
    return std::nullopt;
  } else if (first_sequence != block_.first_sequence) {
    violated("sequence numbers are not continuous within the block");
  }
  block_.shards.emplace(header.shard, std::move(plain));
  if (block_.shards.size() < block_.data) return std::nullopt;

  if (!restore_block()) {
    give_up();
    return std::nullopt;
  }
  next_block_sequence_ =
      static_cast<std::uint16_t>(block_.first_sequence + block_.data + block_.parity);
  block_ = {};
  if (block_number_++ < last_block_) return std::nullopt;
  return finish_frame();
}

}  // namespace pf::test
