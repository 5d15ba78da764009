#include "native/media/reassembler.hpp"

#include <algorithm>
#include <cstring>

#include "fec/rs8.hpp"

namespace pf::native::media {
namespace {

constexpr std::size_t kFramesInMemory = 4;  // punktfunk1.md 6.3: four times the cap in flight
constexpr std::size_t kPlaceShards = 12;    // punktfunk2.md 9.4, tags 9 to 11

}  // namespace

Reassembler::Reassembler(const Config& config) : config_(config) {}

std::size_t Reassembler::open_frames() const {
  return static_cast<std::size_t>(std::count_if(
      frames_.begin(), frames_.end(), [](const auto& f) { return f.second.state == State::Open; }));
}

std::uint64_t Reassembler::pts_ns(std::uint64_t pts) const {
  return config_.generation == Generation::V1 ? pts : config_.clock_origin_ns + pts * 1000;
}

std::optional<std::int64_t> Reassembler::place(const Shard& shard) {
  if (!any_) {
    any_ = true;
    newest_ = counted_to_ = shard.frame;
    return newest_;
  }
  const auto position =
      newest_ + static_cast<std::int32_t>(shard.frame - static_cast<std::uint32_t>(newest_));
  const std::int64_t window = config_.max_age_frames;
  if (position <= newest_ - window) return std::nullopt;
  if (position <= newest_) return position;
  newest_ = position;
  // Everything that leaves the window and was neither delivered nor given up is lost now.
  const std::int64_t edge = newest_ - window + 1;
  std::uint64_t known = 0;
  while (!frames_.empty() && frames_.begin()->first < edge) {
    auto& [index, frame] = *frames_.begin();
    if (frame.state == State::Open) give_up(frame);
    if (index >= counted_to_) ++known;
    frames_.erase(frames_.begin());
  }
  if (edge > counted_to_) {
    stats_.frames_lost += static_cast<std::uint64_t>(edge - counted_to_) - known;
    counted_to_ = edge;
  }
  return position;
}

bool Reassembler::current_epoch(std::uint8_t epoch) {
  const auto ahead = static_cast<std::uint8_t>(epoch - epoch_);
  if (ahead == 0) return true;
  if (any_ && ahead >= 128) return false;
  epoch_ = epoch;
  for (auto& [index, frame] : frames_)
    if (frame.state == State::Open) give_up(frame);
  return true;
}

bool Reassembler::consistent(const Frame& frame, const Shard& shard) const {
  if (shard.bytes.size() != frame.payload || shard.epoch != frame.epoch) return false;
  const std::size_t end = std::size_t{shard.base} + shard.data;
  if (shard.block_count) {
    if (frame.block_count) {
      if (*frame.block_count != *shard.block_count || *frame.bytes != *shard.frame_bytes)
        return false;
    } else {
      for (const auto& [number, block] : frame.blocks)
        if (number >= shard.block || std::size_t{block.base} + block.data > shard.base)
          return false;
    }
  } else if (frame.block_count) {
    if (std::size_t{shard.block} + 1 >= *frame.block_count || end > frame.last_base) return false;
  }
  const auto known = frame.blocks.find(shard.block);
  return known == frame.blocks.end() ||
         (known->second.data == shard.data && known->second.parity == shard.parity &&
          known->second.base == shard.base);
}

// A shard of a frame that is over: of use for the statistics alone.
void Reassembler::after_the_end(Frame& frame, const Shard& shard) {
  const auto known = frame.blocks.find(shard.block);
  if (frame.state == State::GivenUp || known == frame.blocks.end() || !consistent(frame, shard)) {
    ++stats_.stale;
    return;
  }
  auto& block = known->second;
  if (block.has(shard.index)) {
    ++stats_.duplicates;
    return;
  }
  block.received[shard.index / 64] |= std::uint64_t{1} << shard.index % 64;
  ++stats_.shards;
  ++(shard.index < block.data ? stats_.late : stats_.surplus);
}

std::optional<ReceivedFrame> Reassembler::feed(const Shard& shard) {
  if (config_.generation == Generation::V2 && !current_epoch(shard.epoch)) {
    ++stats_.old_epoch;
    return std::nullopt;
  }
  const auto position = place(shard);
  if (!position) {
    ++stats_.stale;
    return std::nullopt;
  }
  const std::uint64_t pts = config_.generation == Generation::V1
                                ? shard.pts
                                : unwrapper_.unwrap(static_cast<std::uint32_t>(shard.pts));
  auto [found, created] = frames_.try_emplace(*position);
  Frame& frame = found->second;
  if (created) {
    frame.pts = pts;
    frame.flags = shard.flags;
    frame.epoch = shard.epoch;
    frame.payload = shard.bytes.size();
    age();
  }
  if (frame.state != State::Open) {
    after_the_end(frame, shard);
    return std::nullopt;
  }
  if (!consistent(frame, shard)) {
    ++stats_.inconsistent;
    return std::nullopt;
  }
  if (frame.pts != pts || frame.flags != shard.flags) ++stats_.mixed;
  if (shard.block_count && !frame.block_count) {
    frame.block_count = shard.block_count;
    frame.bytes = shard.frame_bytes;
    frame.last_base = shard.base;
  }
  Block* block = block_for(*position, frame, shard);
  if (block == nullptr) return std::nullopt;
  if (block->has(shard.index)) {
    ++stats_.duplicates;
    return std::nullopt;
  }
  block->received[shard.index / 64] |= std::uint64_t{1} << shard.index % 64;
  ++stats_.shards;
  ++frame.packets;
  const bool is_data = shard.index < block->data;
  if (block->done) {
    ++(is_data ? stats_.late : stats_.surplus);
    return std::nullopt;
  }
  std::memcpy(block->shards.get() + shard.index * frame.payload, shard.bytes.data(),
              shard.bytes.size());
  ++block->have;
  if (is_data) ++block->have_data;
  if (block->have < block->data) {
    if (shard.index + 1 == block->data + block->parity) ++stats_.early_losses;
    return std::nullopt;
  }
  if (block->have_data < block->data) {
    if (!restore(frame, *block)) {
      ++stats_.bad_frames;
      give_up(frame);
      return std::nullopt;
    }
    frame.repaired += block->data - block->have_data;
    stats_.repaired += block->data - block->have_data;
    count_missing(*block, block->data);
  }
  block->done = true;
  ++frame.blocks_done;
  if (frame.blocks_done != frame.block_count) return std::nullopt;
  return finish(shard.frame, frame);
}

// The shard's block, made when it is the first of it; nothing when there is no memory for it.
Reassembler::Block* Reassembler::block_for(std::int64_t position, Frame& frame,
                                           const Shard& shard) {
  if (const auto known = frame.blocks.find(shard.block); known != frame.blocks.end())
    return &known->second;
  const std::size_t shards = std::size_t{shard.data} + shard.parity;
  const std::size_t bytes = shards * frame.payload;
  if (!make_room(bytes, position)) {
    ++stats_.bad_frames;
    give_up(frame);
    return nullptr;
  }
  auto& block = frame.blocks[shard.block];
  block.data = shard.data;
  block.parity = shard.parity;
  block.base = shard.base;
  block.received.resize((shards + 63) / 64);
  block.shards = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
  frame.memory += bytes;
  memory_ += bytes;
  return &block;
}

bool Reassembler::restore(const Frame& frame, Block& block) {
  const std::size_t k = block.data;
  const std::size_t m = block.parity;
  std::uint8_t* data = block.shards.get();
  if (config_.limits.scheme == FecScheme::Gf8) {
    if (!fec::Rs8Plan::valid(k, m)) return false;
    std::vector<std::uint8_t*> shards(k + m);
    std::vector<std::uint8_t> present(k + m);
    for (std::size_t i = 0; i < k + m; ++i) {
      shards[i] = data + i * frame.payload;
      present[i] = block.has(i) ? 1 : 0;
    }
    return fec::Rs8Plan(static_cast<unsigned>(k), static_cast<unsigned>(m))
        .reconstruct(shards, present, frame.payload);
  }
  fec::Rs16Limits need{k, m, frame.payload};
  const fec::Rs16Limits have = decoder_ ? decoder_->limits() : fec::Rs16Limits{};
  if (have.data_shards < k || have.parity_shards < m || have.shard_bytes < frame.payload) {
    // Room for what was met so far, unless that would grow far beyond what one frame may need.
    const fec::Rs16Limits both{std::max(k, have.data_shards), std::max(m, have.parity_shards),
                               std::max(frame.payload, have.shard_bytes)};
    if (both.data_shards * both.shard_bytes <= 2 * config_.limits.max_frame_bytes &&
        fec::rs16_valid(both.data_shards, both.parity_shards))
      need = both;
    auto made = fec::Rs16Decoder::create(need);
    if (!made) return false;
    decoder_ = std::move(*made);
  }
  return decoder_->decode(data, frame.payload, k, data + k * frame.payload, frame.payload, m,
                          frame.payload, block.received) == fec::Rs16Status::Done;
}

std::optional<ReceivedFrame> Reassembler::finish(std::uint32_t index, Frame& frame) {
  std::size_t next = 0;
  for (const auto& [number, block] : frame.blocks) {
    if (block.base != next) {
      ++stats_.bad_frames;
      give_up(frame);
      return std::nullopt;
    }
    next += block.data;
  }
  ReceivedFrame out;
  out.index = index;
  out.pts_ns = pts_ns(frame.pts);
  out.flags = frame.flags;
  out.epoch = frame.epoch;
  out.packets = frame.packets;
  out.repaired = frame.repaired;
  out.bytes.reserve(*frame.bytes);
  for (const auto& [number, block] : frame.blocks) {
    const std::size_t count =
        std::min(std::size_t{block.data} * frame.payload, *frame.bytes - out.bytes.size());
    out.bytes.insert(out.bytes.end(), block.shards.get(), block.shards.get() + count);
  }
  frame.state = State::Delivered;
  release(frame);
  ++stats_.frames;
  return out;
}

std::optional<std::vector<std::uint16_t>> Reassembler::missing(std::uint32_t index) const {
  const auto found = frames_.find(
      newest_ + static_cast<std::int32_t>(index - static_cast<std::uint32_t>(newest_)));
  if (found == frames_.end()) return std::nullopt;
  const auto& frame = found->second;
  if (frame.state != State::Open || frame.blocks.size() != frame.block_count) return std::nullopt;
  std::vector<std::uint16_t> out;
  for (const auto& [number, block] : frame.blocks) {
    if (block.done) continue;
    auto needed = block.data - block.have;
    for (std::size_t i = 0; i < block.data && needed > 0; ++i) {
      if (block.has(i)) continue;
      if (out.size() == kMostMissing || block.base + i > 0xFFFF) return std::nullopt;
      out.push_back(static_cast<std::uint16_t>(block.base + i));
      --needed;
    }
  }
  if (out.empty()) return std::nullopt;
  return out;
}

void Reassembler::count_missing(const Block& block, std::size_t shards) {
  for (std::size_t i = 0; i < shards; ++i) {
    if (block.has(i)) continue;
    if (i >= block.data || i + kPlaceShards >= block.data)
      ++stats_.missing_tail;
    else if (i < kPlaceShards)
      ++stats_.missing_head;
    else
      ++stats_.missing_middle;
  }
}

void Reassembler::give_up(Frame& frame) {
  for (const auto& [number, block] : frame.blocks)
    if (!block.done) count_missing(block, std::size_t{block.data} + block.parity);
  frame.state = State::GivenUp;
  release(frame);
  frame.blocks.clear();
  ++stats_.frames_lost;
}

// The shard memory; what arrived is remembered until the frame leaves the window.
void Reassembler::release(Frame& frame) {
  for (auto& [number, block] : frame.blocks) block.shards.reset();
  memory_ -= frame.memory;
  frame.memory = 0;
}

// Frames too far behind the newest in time.
void Reassembler::age() {
  const auto newest = pts_ns(frames_.rbegin()->second.pts);
  for (auto& [index, frame] : frames_)
    if (frame.state == State::Open &&
        static_cast<std::int64_t>(newest - pts_ns(frame.pts)) > config_.max_age_ns)
      give_up(frame);
}

bool Reassembler::make_room(std::size_t bytes, std::int64_t keep) {
  const std::size_t budget = kFramesInMemory * config_.limits.max_frame_bytes;
  for (auto& [index, frame] : frames_) {
    if (memory_ + bytes <= budget) return true;
    if (index != keep && frame.state == State::Open) give_up(frame);
  }
  return memory_ + bytes <= budget;
}

}  // namespace pf::native::media
