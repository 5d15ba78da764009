#include "native/media/video_packets.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "fec/rs16.hpp"
#include "fec/rs8.hpp"
#include "native/media/packet_v1.hpp"
#include "native/media/packet_v2.hpp"
#include "net/packet_arena.hpp"

namespace pf::native::media {
namespace {

// What clients accept; smaller ones are for tests, which configure them from the start.
constexpr std::size_t kMinShardPayload = 512;
constexpr std::size_t kMaxShardPayload = 9'170;
// What one system call can send with segmentation offload.
constexpr std::size_t kRunPackets = 64;
constexpr std::size_t kRunBytes = 65'507;
// Frames of which packets are kept: more than fit one round trip on any network worth asking on.
constexpr std::size_t kSentFrames = 16;

// A frame whose packets still lie in the arena, one behind the other.
struct SentFrame {
  std::uint32_t frame = 0;
  std::size_t first = 0;  // slot in the arena
  std::size_t count = 0;  // that left
};

}  // namespace

struct VideoPackets::Impl {
  Impl(const Config& c, PacketSealer s, std::shared_ptr<PacketNumbers> n, net::PacketArena a)
      : config(c),
        generation(s.generation()),
        layout(sizes(generation)),
        sealer(std::move(s)),
        numbers(std::move(n)),
        arena(std::move(a)),
        limit(block_limit(c.max_data_per_block, c.parity_limit_percentage, c.scheme)),
        next_payload(c.shard_payload),
        frame(c.first_frame) {
    set_payload();
  }

  // The arena is memory for packets of the largest size; smaller ones lie closer.
  void set_payload() {
    payload = next_payload;
    stride = payload + layout.overhead();
    slots = arena.slots() * arena.stride() / stride;
  }

  std::uint8_t* packet(std::size_t slot) const { return arena.base(0) + (origin + slot) * stride; }
  std::uint8_t* header(std::size_t slot) const { return packet(slot) + layout.clear; }
  std::uint8_t* shard(std::size_t slot) const { return header(slot) + layout.header; }

  std::size_t parity_of(std::size_t block) const {
    return parity_shards(cut.data_of(block), percentage, limit);
  }

  void start_part();
  void take_place();
  void forget_sent() { sent_count = 0; }
  const SentFrame* find_sent(std::uint32_t wanted) const;
  bool build_block();
  void write_data(std::size_t slot, std::size_t shard_number);
  bool write_parity(std::size_t data_slot, std::size_t k, std::size_t parity_slot, std::size_t m);
  void write_header(std::size_t slot, std::size_t block, std::size_t index, std::size_t k,
                    std::size_t m);
  net::PacketRun next_run();

  Config config;
  Generation generation;
  PacketSizes layout;
  PacketSealer sealer;
  std::shared_ptr<PacketNumbers> numbers;
  net::PacketArena arena;
  std::optional<fec::Rs16Encoder> rs16;
  std::size_t limit;         // of K + M
  std::size_t next_payload;  // P of the next unit
  std::uint32_t frame;       // index of the unit in progress, or of the next one
  bool failed = false;

  // P of the current unit and what follows from it.
  std::size_t payload = 0, stride = 0, slots = 0;

  // The unit in progress.
  ByteSpan bytes;
  FrameInfo info;
  FrameCut cut;  // blocks == 0: none
  unsigned percentage = 0;
  std::size_t packets = 0;  // of the unit
  std::size_t packets_given = 0;
  bool index_used = false;

  // The part of it that lies in the arena: blocks [part_first, part_end), first all their data,
  // then all their parity.
  std::size_t part_first = 0, part_end = 0;
  std::size_t part_data = 0;     // data packets of the part = the first parity slot
  std::size_t part_count = 0;    // packets of the part
  std::size_t next_block = 0;    // to be built
  std::size_t built_data = 0;    // slots of data built
  std::size_t built_parity = 0;  // parity packets built
  std::size_t given = 0;         // slots handed out

  // Where the part lies, and what is still there of earlier frames: the newest last.
  std::size_t origin = 0;
  std::size_t cursor = 0;  // behind the newest frame
  std::array<SentFrame, kSentFrames> sent;
  std::size_t sent_count = 0;
  bool keeps = false;  // the frame in progress is sent[sent_count - 1]
  std::array<std::uint8_t, kMostResent*(kMaxShardPayload + kSizesV2.overhead())> again;
};

VideoPackets::VideoPackets(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VideoPackets::VideoPackets(VideoPackets&&) noexcept = default;
VideoPackets& VideoPackets::operator=(VideoPackets&&) noexcept = default;
VideoPackets::~VideoPackets() = default;

Result<VideoPackets> VideoPackets::create(const Config& given, PacketSealer sealer,
                                          std::shared_ptr<PacketNumbers> numbers) {
  Config config = given;
  config.max_shard_payload = std::max(config.max_shard_payload, config.shard_payload);
  const std::size_t most = config.max_shard_payload;
  if (config.shard_payload < 2 || config.shard_payload % 2 != 0 || most > kMaxShardPayload)
    return fail(Errc::BadConfig, "shard payload " + std::to_string(config.shard_payload));
  if (config.max_data_per_block == 0 || config.max_data_per_block > kMaxDataPerBlock ||
      (config.scheme == FecScheme::Gf8 && config.max_data_per_block > kMaxBlockShardsGf8))
    return fail(Errc::BadConfig, "FEC block of " + std::to_string(config.max_data_per_block));
  if (config.fec_percentage > kMaxFecPercentage ||
      config.parity_limit_percentage > kMaxFecPercentage)
    return fail(Errc::BadConfig, "FEC share " + std::to_string(config.fec_percentage));
  // Both generations count blocks in 16 bits and a frame's bytes in 32.
  const auto smallest = std::min(config.shard_payload, kMinShardPayload);
  if (config.max_frame_bytes == 0 || config.max_frame_bytes > std::size_t{64} << 20 ||
      cut_frame(config.max_frame_bytes, smallest, config.max_data_per_block).blocks > 65'535)
    return fail(Errc::BadConfig, "frames of " + std::to_string(config.max_frame_bytes) + " bytes");

  // The largest block that can occur, at any payload size.
  const std::size_t limit =
      block_limit(config.max_data_per_block, config.parity_limit_percentage, config.scheme);
  const std::size_t k = std::min(config.max_data_per_block,
                                 cut_frame(config.max_frame_bytes, smallest, 1).data_shards);
  const auto& layout = sizes(sealer.generation());
  const net::SlotLayout slot{layout.clear, layout.header, most, layout.tag};
  std::size_t m = 0, block_bytes = 0;
  for (std::size_t data = 1; data <= k; ++data) {
    const std::size_t parity = parity_shards(data, kMaxFecPercentage, limit);
    m = std::max(m, parity);
    // So many shards of one frame are at most this large.
    const std::size_t payload = std::min(most, config.max_frame_bytes / data + 2);
    block_bytes = std::max(block_bytes, (data + parity) * (payload + layout.overhead()));
  }
  const std::size_t all = block_bytes / slot.packet_bytes() + 1;

  const std::size_t whole = cut_frame(config.max_frame_bytes, most, 1).data_shards;
  const std::size_t wanted = std::min(whole + whole * kMaxFecPercentage / 100 + 2,
                                      config.arena_bytes / slot.packet_bytes());
  auto arena = net::PacketArena::create(slot, std::max(wanted, all));
  if (!arena) return fail(Errc::OutOfMemory, arena.error().message());

  auto impl =
      std::make_unique<Impl>(config, std::move(sealer), std::move(numbers), std::move(*arena));
  if (config.scheme == FecScheme::Gf16 && m != 0) {
    auto code = fec::Rs16Encoder::create({k, m, most});
    if (!code) return pass(code);
    impl->rs16 = std::move(*code);
  }
  return VideoPackets(std::move(impl));
}

VideoPackets::Status VideoPackets::begin(ByteSpan bytes, const FrameInfo& info) noexcept {
  auto& s = *impl_;
  if (s.index_used) ++s.frame;
  s.index_used = false;
  s.cut = {};
  s.packets = s.part_count = s.given = 0;
  s.keeps = false;
  if (bytes.size() > s.config.max_frame_bytes) return Status::TooLarge;
  if (s.payload != s.next_payload) {
    s.set_payload();
    s.forget_sent();
    s.cursor = 0;
  }
  s.percentage = s.config.fec_percentage;
  s.cut = cut_frame(bytes.size(), s.payload, s.config.max_data_per_block);
  s.bytes = bytes;
  s.info = info;
  if (s.config.stream == Stream::Probe) s.info.flags |= flag::kProbe;
  s.packets = s.cut.data_shards;
  for (std::size_t b = 0; b < s.cut.blocks; ++b) s.packets += s.parity_of(b);
  s.packets_given = 0;
  s.part_end = 0;
  s.next_block = 0;
  return Status::Ready;
}

// As many whole blocks as the arena holds.
void VideoPackets::Impl::start_part() {
  part_first = part_end;
  part_data = part_count = 0;
  while (part_end < cut.blocks) {
    const std::size_t k = cut.data_of(part_end);
    const std::size_t all = k + parity_of(part_end);
    if (part_count + all > slots) break;
    part_data += k;
    part_count += all;
    ++part_end;
  }
  built_data = built_parity = given = 0;
  take_place();
}

// Behind the frame before while there is room for what is to be kept; else from the start, over the
// oldest. A frame that needs several parts is not kept.
void VideoPackets::Impl::take_place() {
  const std::size_t window = std::min(slots, config.resend_bytes / stride);
  const bool whole = part_first == 0 && part_end == cut.blocks;
  keeps = false;
  if (window == 0 || !whole) {
    origin = cursor = 0;
    forget_sent();
    return;
  }
  origin = cursor + part_count <= window ? cursor : 0;
  cursor = origin + part_count;
  const auto covered = [this](const SentFrame& old) {
    return old.first < cursor && origin < old.first + old.count;
  };
  auto* const end = std::remove_if(sent.data(), sent.data() + sent_count, covered);
  sent_count = static_cast<std::size_t>(end - sent.data());
  if (sent_count == sent.size()) {
    std::copy(sent.begin() + 1, sent.end(), sent.begin());
    --sent_count;
  }
  sent[sent_count++] = {frame, origin, 0};
  keeps = true;
}

const SentFrame* VideoPackets::Impl::find_sent(std::uint32_t wanted) const {
  for (std::size_t i = sent_count; i-- > 0;)
    if (sent[i].frame == wanted) return &sent[i];
  return nullptr;
}

void VideoPackets::Impl::write_data(std::size_t slot, std::size_t shard_number) {
  std::uint8_t* out = shard(slot);
  const std::size_t from = shard_number * payload;
  const std::size_t count = from < bytes.size() ? std::min(payload, bytes.size() - from) : 0;
  if (count != 0) std::memcpy(out, bytes.data() + from, count);
  std::memset(out + count, 0, payload - count);
}

bool VideoPackets::Impl::write_parity(std::size_t data_slot, std::size_t k, std::size_t parity_slot,
                                      std::size_t m) {
  if (config.scheme == FecScheme::Gf16)
    return rs16->encode(shard(data_slot), stride, k, shard(parity_slot), stride, m, payload) ==
           fec::Rs16Status::Done;
  fec::Rs8Plan(static_cast<unsigned>(k), static_cast<unsigned>(m))
      .encode(shard(data_slot), shard(parity_slot), stride, payload);
  return true;
}

void VideoPackets::Impl::write_header(std::size_t slot, std::size_t block, std::size_t index,
                                      std::size_t k, std::size_t m) {
  if (generation == Generation::V1) {
    HeaderV1 h;
    h.pts_ns = info.time.wire_ns;
    h.frame = frame;
    h.frame_bytes = static_cast<std::uint32_t>(bytes.size());
    h.user_flags = info.flags;
    h.block = static_cast<std::uint16_t>(block);
    h.block_count = static_cast<std::uint16_t>(cut.blocks);
    h.data = static_cast<std::uint16_t>(k);
    h.parity = static_cast<std::uint16_t>(m);
    h.shard = static_cast<std::uint16_t>(index);
    h.shard_bytes = static_cast<std::uint16_t>(payload);
    h.scheme = config.scheme;
    h.flags = HeaderV1::kPicture;
    if (config.stream == Stream::Probe) h.flags |= HeaderV1::kProbe;
    encode(h, std::span<std::uint8_t, HeaderV1::kBytes>(header(slot), HeaderV1::kBytes));
    return;
  }
  HeaderV2 h;
  h.epoch = info.epoch;
  h.flags = static_cast<std::uint16_t>(info.flags & HeaderV2::kUserFlags);
  h.frame = frame;
  h.pts_us = info.time.pts_us;
  h.block = static_cast<std::uint16_t>(block);
  h.base = static_cast<std::uint32_t>(cut.base_of(block));
  h.shard = static_cast<std::uint16_t>(index);
  h.data = static_cast<std::uint16_t>(k);
  h.parity = static_cast<std::uint16_t>(m);
  if (block + 1 == cut.blocks) {
    h.flags |= HeaderV2::kLastBlock;
    h.pad = static_cast<std::uint16_t>(cut.data_shards * payload - bytes.size());
  }
  encode(h, std::span<std::uint8_t, HeaderV2::kBytes>(header(slot), HeaderV2::kBytes));
}

// The next block of the part: its data, then its parity from it, while the data is still in clear.
bool VideoPackets::Impl::build_block() {
  const std::size_t block = next_block++;
  const std::size_t k = cut.data_of(block);
  const std::size_t m = parity_of(block);
  const std::size_t base = cut.base_of(block);
  for (std::size_t i = 0; i < k; ++i) {
    write_header(built_data + i, block, i, k, m);
    write_data(built_data + i, base + i);
  }
  const std::size_t parity = part_data + built_parity;
  if (m != 0 && !write_parity(built_data, k, parity, m)) return false;
  for (std::size_t j = 0; j < m; ++j) write_header(parity + j, block, k + j, k, m);
  built_data += k;
  built_parity += m;
  return true;
}

net::PacketRun VideoPackets::Impl::next_run() {
  if (given == part_count) {
    if (cut.blocks == 0 || part_end == cut.blocks) return {};
    start_part();
  }
  // Data of a block may leave once its parity is computed; parity leaves when all data has.
  if (given == built_data && next_block < part_end && !build_block()) {
    failed = true;
    return {};
  }
  const std::size_t ready = next_block < part_end ? built_data : part_count;
  const std::size_t count =
      std::min({ready - given, kRunPackets, std::max<std::size_t>(1, kRunBytes / stride)});
  const std::uint64_t number = numbers->take(count);
  if (generation == Generation::V1) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint8_t* h = header(given + i);
      store_le(h + HeaderV1::kStreamSeqOffset, static_cast<std::uint32_t>(number + i));
      if (packets_given + i == 0) h[HeaderV1::kFlagsOffset] |= HeaderV1::kStartOfFrame;
      if (packets_given + i + 1 == packets) h[HeaderV1::kFlagsOffset] |= HeaderV1::kEndOfFrame;
    }
  }
  index_used = true;
  if (!sealer.seal({packet(given), stride, stride, count}, config.stream, number)) {
    failed = true;
    return {};
  }
  const net::PacketRun run{packet(given), stride, stride, count};
  given += count;
  packets_given += count;
  if (keeps) sent[sent_count - 1].count = given;
  return run;
}

net::PacketRun VideoPackets::next_run() noexcept {
  auto& s = *impl_;
  if (s.failed) return {};
  return s.next_run();
}

net::PacketRun VideoPackets::resend(std::uint32_t frame,
                                    std::span<const std::uint16_t> shards) noexcept {
  auto& s = *impl_;
  const auto* const sent = s.generation == Generation::V2 ? s.find_sent(frame) : nullptr;
  if (sent == nullptr || s.failed) return {};
  std::size_t count = 0;
  for (const auto shard : shards) {
    if (shard >= sent->count || count == kMostResent) continue;
    std::uint8_t* const copy = s.again.data() + count * s.stride;
    std::memcpy(copy, s.arena.base(0) + (sent->first + shard) * s.stride, s.stride);
    if (s.sealer.unseal(copy, s.stride, s.numbers->next())) ++count;
  }
  if (count == 0) return {};
  const auto number = s.numbers->take(count);
  if (!s.sealer.seal({s.again.data(), s.stride, s.stride, count}, s.config.stream, number)) {
    s.failed = true;
    return {};
  }
  return {s.again.data(), s.stride, s.stride, count};
}

void VideoPackets::set_fec_percentage(unsigned percentage) noexcept {
  impl_->config.fec_percentage = std::min(percentage, kMaxFecPercentage);
}

bool VideoPackets::set_shard_payload(std::size_t bytes) noexcept {
  const auto& config = impl_->config;
  if (bytes % 2 != 0 || bytes < std::min(config.shard_payload, kMinShardPayload) ||
      bytes > config.max_shard_payload)
    return false;
  impl_->next_payload = bytes;
  return true;
}

std::size_t VideoPackets::frame_packets() const {
  return impl_->packets;
}
std::size_t VideoPackets::datagram_bytes() const {
  return impl_->stride;
}
std::uint32_t VideoPackets::frame_index() const {
  return impl_->frame;
}
std::size_t VideoPackets::shard_payload() const {
  return impl_->payload;
}
bool VideoPackets::failed() const {
  return impl_->failed;
}

}  // namespace pf::native::media
