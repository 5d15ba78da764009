#include "net/packet_arena.hpp"

#include <gtest/gtest.h>

namespace pf::net {
namespace {

TEST(PacketArena, SlotsLieSideBySide) {
  const SlotLayout layout{32, 32, 1344, 0};
  EXPECT_EQ(layout.shard_bytes(), 1376U);
  EXPECT_EQ(layout.packet_bytes(), 1408U);
  auto arena = PacketArena::create(layout, 10);
  ASSERT_TRUE(arena.has_value());
  EXPECT_EQ(arena->stride(), 1408U);
  EXPECT_EQ(arena->slots(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(arena->base(i), arena->base(0) + i * 1408);
    EXPECT_EQ(arena->wire(i), arena->base(i) + 32);
    EXPECT_EQ(arena->payload(i), arena->base(i) + 64);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena->base(i)) % 64, 0U);
  }
  for (std::size_t b = 0; b < 10 * 1408; ++b) ASSERT_EQ(arena->base(0)[b], 0);
}

TEST(PacketArena, RefusesWhatNoSessionNeeds) {
  constexpr std::size_t kHuge = ~std::size_t{0} / 2;
  for (const auto& [payload, slots] : {std::pair<std::size_t, std::size_t>{1400, 0},
                                       {0, 10},
                                       {1400, kHuge},
                                       {kHuge, 4},
                                       {std::size_t{1} << 20, 1025}}) {
    const auto arena = PacketArena::create({0, 0, payload, 0}, slots);
    ASSERT_FALSE(arena.has_value()) << payload << " " << slots;
    EXPECT_TRUE(arena.error().is(Errc::OutOfMemory));
  }
}

}  // namespace
}  // namespace pf::net
