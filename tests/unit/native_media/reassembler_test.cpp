#include "native/media/reassembler.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <random>

#include "native/media/loss_window.hpp"
#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using namespace test;

constexpr std::size_t kPayload = 64;

Reassembler::Config config() {
  Reassembler::Config made;
  made.limits.max_data_per_block = 8;
  made.limits.max_frame_bytes = 10'000;
  return made;
}

// Shards of `size` bytes in blocks of 8 with 2 parity shards each, as V2 sends them.
std::vector<Shard> shards(const Bytes& unit, std::uint32_t frame, std::vector<Bytes>& storage) {
  const auto cut = cut_frame(unit.size(), kPayload, 8);
  std::vector<Shard> out;
  auto encoder = *fec::Rs16Encoder::create({8, 2, kPayload});
  for (std::size_t b = 0; b < cut.blocks; ++b) {
    const std::size_t k = cut.data_of(b);
    auto& block = storage.emplace_back((k + 2) * kPayload);
    const std::size_t from = cut.base_of(b) * kPayload;
    std::copy_n(unit.begin() + static_cast<long>(from), std::min(k * kPayload, unit.size() - from),
                block.begin());
    encoder.encode(block.data(), kPayload, k, block.data() + k * kPayload, kPayload, 2, kPayload);
    for (std::size_t i = 0; i < k + 2; ++i) {
      Shard s;
      s.frame = frame;
      s.pts = frame * 16'667U;
      s.flags = 1;
      s.block = static_cast<std::uint16_t>(b);
      s.base = static_cast<std::uint32_t>(cut.base_of(b));
      s.index = static_cast<std::uint16_t>(i);
      s.data = static_cast<std::uint16_t>(k);
      s.parity = 2;
      if (b + 1 == cut.blocks) {
        s.frame_bytes = unit.size();
        s.block_count = cut.blocks;
      }
      s.bytes = ByteSpan(block).subspan(i * kPayload, kPayload);
      out.push_back(s);
    }
  }
  return out;
}

class Reassembly : public testing::Test {
 protected:
  std::vector<Shard> unit(std::uint32_t frame, std::size_t size = 1'287) {
    units_[frame] = random_bytes(size, frame);
    return shards(units_[frame], frame, storage_.emplace_back());
  }
  std::optional<ReceivedFrame> feed(const std::vector<Shard>& all) {
    std::optional<ReceivedFrame> got;
    for (const auto& s : all)
      if (auto frame = reassembler_.feed(s)) got = std::move(frame);
    return got;
  }
  const Reassembler::Stats& stats() const { return reassembler_.stats(); }

  Reassembler reassembler_{config()};
  std::map<std::uint32_t, Bytes> units_;
  std::list<std::vector<Bytes>> storage_;
};

TEST_F(Reassembly, DeliversOnTheLastNeededShard) {
  const auto all = unit(7);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto frame = reassembler_.feed(all[i]);
    ASSERT_EQ(frame.has_value(), i == 24) << i;
    if (!frame) continue;
    EXPECT_EQ(frame->bytes, units_[7]);
    EXPECT_EQ(frame->index, 7U);
    EXPECT_EQ(frame->pts_ns, 7U * 16'667'000);
    EXPECT_EQ(frame->repaired, 0U);
  }
  EXPECT_EQ(stats().shards, 27U);
  EXPECT_EQ(stats().surplus, 6U);
  EXPECT_EQ(stats().frames, 1U);
  EXPECT_EQ(stats().early_losses, 0U);
  EXPECT_EQ(reassembler_.memory_bytes(), 0U);
}

TEST_F(Reassembly, RepairsAndNoticesLateShards) {
  auto all = unit(0, 8 * kPayload);
  auto kept = all;
  kept.erase(kept.begin() + 3, kept.begin() + 5);
  const auto frame = feed(kept);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes, units_[0]);
  EXPECT_EQ(frame->repaired, 2U);
  EXPECT_EQ(stats().repaired, 2U);
  EXPECT_EQ(stats().missing_tail, 2U);  // in so small a block everything is near the end
  EXPECT_FALSE(reassembler_.feed(all[3]));
  EXPECT_EQ(stats().late, 1U);
  EXPECT_FALSE(reassembler_.feed(all[3]));
  EXPECT_EQ(stats().late, 1U);
  EXPECT_EQ(stats().duplicates, 1U);
}

TEST_F(Reassembly, AnyOrder) {
  std::mt19937 random(5);
  for (std::uint32_t n = 0; n < 50; ++n) {
    auto all = unit(n, 1 + random() % 5'000);
    std::shuffle(all.begin(), all.end(), random);
    const auto frame = feed(all);
    ASSERT_TRUE(frame) << n;
    ASSERT_EQ(frame->bytes, units_[n]);
  }
  EXPECT_EQ(stats().frames_lost, 0U);
  EXPECT_EQ(stats().inconsistent, 0U);
}

TEST_F(Reassembly, ShortBlockAtItsHighestShard) {
  auto all = unit(0, 8 * kPayload);
  all.erase(all.begin(), all.begin() + 3);
  EXPECT_FALSE(feed(all));
  EXPECT_EQ(stats().early_losses, 1U);
}

TEST_F(Reassembly, FramesAgeByIndex) {
  auto first = unit(10);
  first.resize(5);
  feed(first);
  EXPECT_EQ(reassembler_.open_frames(), 1U);
  // Every later one is delivered, at the same time, so that only the index counts.
  for (std::uint32_t n = 11; n < 11 + 63; ++n) {
    auto all = unit(n, 100);
    for (auto& s : all) s.pts = first[0].pts;
    ASSERT_TRUE(feed(all));
  }
  EXPECT_EQ(reassembler_.open_frames(), 1U);
  auto one_more = unit(74, 100);
  for (auto& s : one_more) s.pts = first[0].pts;
  ASSERT_TRUE(feed(one_more));
  EXPECT_EQ(reassembler_.open_frames(), 0U);
  EXPECT_EQ(stats().frames_lost, 1U);
  EXPECT_EQ(stats().missing_head + stats().missing_middle + stats().missing_tail, 5U);
  feed(unit(10));
  EXPECT_EQ(stats().stale, 27U);
}

TEST_F(Reassembly, FramesAgeByTime) {
  auto first = unit(0);
  first.resize(5);
  feed(first);
  auto near = unit(1, 100);
  for (auto& s : near) s.pts = 120'000;
  EXPECT_TRUE(feed(near));
  EXPECT_EQ(reassembler_.open_frames(), 1U);
  auto far = unit(2, 100);
  for (auto& s : far) s.pts = 120'001;
  EXPECT_TRUE(feed(far));
  EXPECT_EQ(reassembler_.open_frames(), 0U);
  EXPECT_EQ(stats().frames_lost, 1U);
}

TEST_F(Reassembly, FramesOfWhichNothingCameAreLostToo) {
  feed(unit(0, 100));
  feed(unit(200, 100));
  EXPECT_EQ(stats().frames_lost, 136U);  // 1..136; the rest may still come
  feed(unit(264, 100));
  EXPECT_EQ(stats().frames_lost, 199U);
}

TEST_F(Reassembly, TheIndexWraps) {
  for (const std::uint32_t n : {0xFFFF'FFFEU, 0xFFFF'FFFFU, 0U, 1U}) {
    auto all = unit(n, 100);
    for (auto& s : all) s.pts = 5;
    EXPECT_TRUE(feed(all)) << n;
  }
  EXPECT_EQ(stats().frames, 4U);
}

TEST_F(Reassembly, EpochsOnlyGoForward) {
  const auto at = [&](std::uint32_t n, std::uint8_t epoch) {
    auto all = unit(n, 100);
    for (auto& s : all) s.epoch = epoch;
    return feed(all).has_value();
  };
  EXPECT_TRUE(at(0, 250));
  EXPECT_TRUE(at(1, 3));  // nine ahead
  EXPECT_FALSE(at(2, 250));
  EXPECT_EQ(stats().old_epoch, 4U);
  EXPECT_TRUE(at(3, 3));
}

TEST_F(Reassembly, OpenFramesOfAnOldEpochAreGivenUp) {
  auto open = unit(0);
  open.resize(3);
  feed(open);
  auto next = unit(1, 100);
  for (auto& s : next) s.epoch = 1;
  EXPECT_TRUE(feed(next));
  EXPECT_EQ(reassembler_.open_frames(), 0U);
  EXPECT_EQ(stats().frames_lost, 1U);
}

TEST_F(Reassembly, ContradictionsAreDropped) {
  const auto all = unit(0);
  ASSERT_FALSE(reassembler_.feed(all[0]));
  const auto refused = [&](std::size_t i, auto change) {
    auto s = all[i];
    change(s);
    const auto before = stats().inconsistent;
    EXPECT_FALSE(reassembler_.feed(s));
    return stats().inconsistent == before + 1;
  };
  EXPECT_TRUE(refused(1, [](Shard& s) { s.parity = 3; }));
  EXPECT_TRUE(refused(1, [](Shard& s) { s.data = 7; }));
  EXPECT_TRUE(refused(1, [](Shard& s) { s.base = 1; }));
  EXPECT_TRUE(refused(1, [](Shard& s) { s.bytes = s.bytes.first(62); }));
  // The last block, number 1, where block 2 is the real one.
  ASSERT_FALSE(reassembler_.feed(all[10]));
  EXPECT_TRUE(refused(26, [](Shard& s) { s.block = 1; }));
  EXPECT_TRUE(refused(26, [](Shard& s) { s.base = 15; }));
  ASSERT_FALSE(reassembler_.feed(all[26]));
  EXPECT_TRUE(refused(25, [](Shard& s) { s.frame_bytes = 1'286; }));
  EXPECT_TRUE(refused(25, [](Shard& s) { s.block_count = 4; }));
  EXPECT_TRUE(refused(25, [](Shard& s) { s.block_count.reset(), s.frame_bytes.reset(); }));
  EXPECT_TRUE(refused(1, [](Shard& s) { s.block = 3, s.base = 24; }));
  EXPECT_TRUE(refused(1, [](Shard& s) { s.block = 2, s.base = 9; }));
  const auto frame = feed(all);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes, units_[0]);
  EXPECT_EQ(stats().mixed, 0U);
}

TEST_F(Reassembly, BlocksMustTile) {
  auto all = unit(0);
  for (auto& s : all)
    if (s.block == 1) s.base = 7;  // overlaps block 0, ends before block 2
  EXPECT_FALSE(feed(all));
  EXPECT_EQ(stats().bad_frames, 1U);
  EXPECT_EQ(stats().frames_lost, 1U);
  EXPECT_EQ(reassembler_.memory_bytes(), 0U);
}

TEST_F(Reassembly, DifferingTimesAreCounted) {
  auto all = unit(0, 100);
  all[1].pts += 1;
  EXPECT_TRUE(feed(all));
  EXPECT_EQ(stats().mixed, 1U);
}

TEST_F(Reassembly, MemoryIsBounded) {
  Bytes bytes(kPayload);
  std::mt19937 random(3);
  for (std::uint32_t n = 0; n < 20'000; ++n) {
    Shard s;
    s.frame = static_cast<std::uint32_t>(n / 200 + random() % 64);
    s.block = static_cast<std::uint16_t>(random() % 12);
    s.base = static_cast<std::uint32_t>(random() % 100);
    s.data = static_cast<std::uint16_t>(1 + random() % 8);
    s.parity = static_cast<std::uint16_t>(random() % 7);
    s.index = static_cast<std::uint16_t>(random() % (s.data + s.parity));
    s.bytes = bytes;
    reassembler_.feed(s);
    ASSERT_LE(reassembler_.memory_bytes(), 40'000U);
    ASSERT_LE(reassembler_.open_frames(), 64U);
  }
}

TEST_F(Reassembly, OneFrameThatWantsTooMuchIsGivenUp) {
  auto limited = config();
  limited.limits.max_frame_bytes = 500;
  Reassembler small(limited);
  auto all = unit(0, 5'000);
  for (const auto& s : all) small.feed(s);
  EXPECT_EQ(small.stats().frames_lost, 1U);
  EXPECT_EQ(small.memory_bytes(), 0U);
}

// punktfunk1.md 6.10.
TEST(LossWindow, Arithmetic) {
  Reassembler::Stats window;
  EXPECT_EQ(loss_ppm(window, true), 0U);
  window.shards = 990;
  window.repaired = 12;
  window.late = 2;
  EXPECT_EQ(loss_ppm(window, false), 10'000U);
  window.frames_lost = 1;
  EXPECT_EQ(loss_ppm(window, false), 10'000U);
  EXPECT_EQ(loss_ppm(window, true), 60'000U);
  window.late = 20;
  EXPECT_EQ(loss_ppm(window, false), 0U);
  window = {};
  window.shards = 1;
  window.repaired = 1'000'000;
  window.frames_lost = 1;
  EXPECT_EQ(loss_ppm(window, true), 1'000'000U);
}

TEST(LossWindow, WindowsAreDifferences) {
  LossWindow windows;
  Reassembler::Stats stats;
  stats.shards = 100;
  stats.missing_tail = 3;
  EXPECT_EQ(windows.close(stats).shards, 100U);
  stats.shards = 150;
  const auto second = windows.close(stats);
  EXPECT_EQ(second.shards, 50U);
  EXPECT_EQ(second.missing_tail, 0U);
}

}  // namespace
}  // namespace pf::native::media
