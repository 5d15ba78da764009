#include "fec/audio_code.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace pf::fec {
namespace {

struct Block {
  explicit Block(const std::array<const char*, 4>& hex) {
    for (std::size_t i = 0; i < 4; ++i) shard[i] = *from_hex(hex[i]);
    for (std::size_t x = 4; x < 6; ++x) shard[x].resize(shard[0].size());
  }
  void encode(Kernel kernel) {
    const std::array<const std::uint8_t*, 4> data{shard[0].data(), shard[1].data(), shard[2].data(),
                                                  shard[3].data()};
    const std::array<std::uint8_t*, 2> parity{shard[4].data(), shard[5].data()};
    audio_parity(data, parity, shard[0].size(), kernel);
  }
  std::array<Bytes, 6> shard;
};

// gamestream.md 12.7.
const std::array<const char*, 4> kCiphertexts = {
    "ab8c78473efb91b7973e1887cc07c4a4ac00dd439263b676edd565c32f6a40a2",
    "9f0fa343596aea87ecd596c3db0d281e6c7cddf4a3ca89a95e7437991797a233",
    "c83a8daeb34f2e040ac7b6a8df58fc72dbbb6cb0a734bca623ea8f4de650088b",
    "d01c81bcdb92fd6564a7e2759973e16156289be98f80fdfc2b9cced1e9da8f25"};
const std::array<const char*, 4> kPlaintexts = {
    "fc0102030405060708090a0b0c0d0e0f10111213", "fc1112131415161718191a1b1c1d1e1f20212223",
    "fc2122232425262728292a2b2c2d2e2f30313233", "fc3132333435363738393a3b3c3d3e3f40414243"};
const std::array<const char*, 4> kSimple = {"0001020304050607", "08090a0b0c0d0e0f",
                                            "1011121314151617", "18191a1b1c1d1e1f"};

TEST(AudioCode, MatchesThePublishedVectors) {
  for (const Kernel kernel : available_kernels()) {
    SCOPED_TRACE(kernel_name(kernel));
    Block encrypted(kCiphertexts);
    encrypted.encode(kernel);
    EXPECT_EQ(to_hex(encrypted.shard[4]),
              "6f4dd0b08d09d8ce144dd2a4fb6b8307b9ebc32cc4e4a5c05ca2b9204becb7de");
    EXPECT_EQ(to_hex(encrypted.shard[5]),
              "4506ebeade387ca80909e634b6d964b4582404da9292cdfe075db60f3a9ed61b");
    Block plain(kPlaintexts);
    plain.encode(kernel);
    EXPECT_EQ(to_hex(plain.shard[4]), "fc1b18191e1f1c1d121310111617141598999a9b");
    EXPECT_EQ(to_hex(plain.shard[5]), "fc9192939495969798999a9b9c9d9e9fdadbd8d9");
    Block simple(kSimple);
    simple.encode(kernel);
    EXPECT_EQ(to_hex(simple.shard[4]), "0d0c0f0e09080b0a");
    EXPECT_EQ(to_hex(simple.shard[5]), "48494a4b4c4d4e4f");
  }
}

TEST(AudioCode, AnyFourOfSixRepairTheBlock) {
  const Bytes original[] = {*from_hex(kCiphertexts[0]), *from_hex(kCiphertexts[1]),
                            *from_hex(kCiphertexts[2]), *from_hex(kCiphertexts[3])};
  for (unsigned lost = 0; lost < 64; ++lost) {
    Block block(kCiphertexts);
    block.encode(best_kernel());
    std::array<std::uint8_t, 6> present{};
    std::array<std::uint8_t*, 6> shards{};
    for (unsigned i = 0; i < 6; ++i) {
      present[i] = (lost >> i & 1) == 0 ? 1 : 0;
      shards[i] = block.shard[i].data();
      if (present[i] == 0) block.shard[i].assign(block.shard[i].size(), 0xAA);
    }
    const bool repairable = __builtin_popcount(lost) <= 2;
    // More may be lost than parity can replace as long as what is lost is parity.
    EXPECT_EQ(audio_reconstruct(shards, present, 32),
              repairable || __builtin_popcount(lost & 15U) == 0)
        << lost;
    if (!repairable) continue;
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(block.shard[i], original[i]) << lost;
  }
}

}  // namespace
}  // namespace pf::fec
