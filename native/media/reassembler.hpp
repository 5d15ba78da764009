// Puts the shards of one stream back together. Takes shards that passed check_v1 or check_v2 and
// holds them to what only several packets can show. Bounded memory. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "fec/rs16.hpp"
#include "native/media/clock.hpp"
#include "native/media/packet_check.hpp"

namespace pf::native::media {

struct ReceivedFrame {
  std::uint32_t index = 0;
  std::uint64_t pts_ns = 0;  // wire time
  std::uint32_t flags = 0;   // user flags
  std::uint8_t epoch = 0;
  std::size_t packets = 0;   // shards that had arrived when it was complete
  std::size_t repaired = 0;  // data shards restored from parity
  Bytes bytes;
};

class Reassembler {
 public:
  struct Config {
    Generation generation = Generation::V2;
    PacketLimits limits;
    std::uint64_t clock_origin_ns = 0;  // V2
    std::int64_t max_age_ns = 120'000'000;
    std::uint32_t max_age_frames = 64;
  };
  struct Stats {
    std::uint64_t shards = 0;        // taken: data and parity
    std::uint64_t frames = 0;        // delivered
    std::uint64_t frames_lost = 0;   // given up, or passed over without a single packet
    std::uint64_t repaired = 0;      // data shards restored from parity
    std::uint64_t late = 0;          // shards that came after their block had been restored
    std::uint64_t surplus = 0;       // parity shards of blocks that were whole
    std::uint64_t duplicates = 0;    // the same shard again under another number
    std::uint64_t stale = 0;         // of frames that are finished or given up
    std::uint64_t old_epoch = 0;     // of an epoch behind the newest
    std::uint64_t inconsistent = 0;  // packets that contradict their frame or block
    std::uint64_t mixed = 0;       // taken, but time or flags differ from the frame's first packet
    std::uint64_t bad_frames = 0;  // blocks did not tile, or could not be restored
    // The highest shard of a block came while it was short: newer clients then take the frame for
    // lost at once.
    std::uint64_t early_losses = 0;
    // Shards missing when their block was restored or given up, by place (punktfunk2.md 9.4).
    std::uint64_t missing_head = 0;  // the first 12 data shards
    std::uint64_t missing_middle = 0;
    std::uint64_t missing_tail = 0;  // the last 12 data shards, and parity
  };

  explicit Reassembler(const Config& config);

  // One shard; the unit that it completed, if any.
  std::optional<ReceivedFrame> feed(const Shard& shard);

  // What is short of a frame in progress: data shards by their place in the unit (punktfunk2.md 9.4
  // tag 13), as many as its blocks need. None when the frame is over or was never seen, when a
  // whole block of it is unknown, or when it takes more than kMostMissing.
  static constexpr std::size_t kMostMissing = 16;
  std::optional<std::vector<std::uint16_t>> missing(std::uint32_t frame) const;

  const Stats& stats() const { return stats_; }
  // Shard memory held now; never more than four times the frame cap. Repairing needs about as much
  // again as the largest block.
  std::size_t memory_bytes() const { return memory_; }
  std::size_t open_frames() const;

 private:
  struct Block {
    std::uint16_t data = 0, parity = 0;
    std::uint32_t base = 0;
    std::size_t have = 0, have_data = 0;
    bool done = false;
    std::vector<std::uint64_t> received;     // a bit per shard
    std::unique_ptr<std::uint8_t[]> shards;  // K + M in order; dropped with the frame
    bool has(std::size_t shard) const { return (received[shard / 64] >> shard % 64 & 1) != 0; }
  };
  enum class State : std::uint8_t { Open, Delivered, GivenUp };
  struct Frame {
    State state = State::Open;
    std::uint64_t pts = 0;  // ns (V1) or us (V2), unwrapped
    std::uint32_t flags = 0;
    std::uint8_t epoch = 0;
    std::size_t payload = 0;
    std::optional<std::size_t> bytes, block_count;
    std::uint32_t last_base = 0;  // with block_count
    std::size_t blocks_done = 0, packets = 0, repaired = 0, memory = 0;
    std::map<std::uint16_t, Block> blocks;
  };

  // Moves the window when the shard's frame is the newest; nothing when the frame is too old.
  std::optional<std::int64_t> place(const Shard& shard);
  bool current_epoch(std::uint8_t epoch);
  bool consistent(const Frame& frame, const Shard& shard) const;
  Block* block_for(std::int64_t position, Frame& frame, const Shard& shard);
  void after_the_end(Frame& frame, const Shard& shard);
  bool restore(const Frame& frame, Block& block);
  std::optional<ReceivedFrame> finish(std::uint32_t index, Frame& frame);
  void give_up(Frame& frame);
  void release(Frame& frame);
  void age();
  bool make_room(std::size_t bytes, std::int64_t keep);
  std::uint64_t pts_ns(std::uint64_t pts) const;
  void count_missing(const Block& block, std::size_t shards);

  Config config_;
  Stats stats_;
  PtsUnwrapper unwrapper_;
  std::optional<fec::Rs16Decoder> decoder_;  // grows with the blocks met
  std::map<std::int64_t, Frame> frames_;     // by unwrapped index, the newest max_age_frames
  bool any_ = false;
  std::int64_t newest_ = 0;      // unwrapped index
  std::int64_t counted_to_ = 0;  // frames before it are delivered or counted as lost
  std::uint8_t epoch_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace pf::native::media
