#include "fec/rs16.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "base/thread.hpp"
#include "guarded.hpp"
#include "published.hpp"

namespace pf::fec {
namespace {

// Data shards, then parity shards, each kind with its own stride.
struct Block {
  Block(std::size_t data_shards, std::size_t parity_shards, std::size_t length, std::size_t gap = 0)
      : k(data_shards),
        m(parity_shards),
        bytes(length),
        stride(length + gap),
        data(k * stride, 0xEE),
        parity(m * stride, 0xEE) {}

  std::uint8_t* shard(std::size_t i) {
    return i < k ? data.data() + i * stride : parity.data() + (i - k) * stride;
  }
  void fill(std::mt19937& random) {
    for (std::size_t i = 0; i < k; ++i)
      std::generate_n(shard(i), bytes, [&] { return static_cast<std::uint8_t>(random()); });
  }
  Rs16Status encode(Rs16Encoder& encoder) {
    return encoder.encode(data.data(), stride, k, parity.data(), stride, m, bytes);
  }
  Rs16Status decode(Rs16Decoder& decoder, std::span<const std::uint64_t> received) {
    return decoder.decode(data.data(), stride, k, parity.data(), stride, m, bytes, received);
  }
  Bytes parity_bytes() {
    Bytes out;
    for (std::size_t j = 0; j < m; ++j) out.insert(out.end(), shard(k + j), shard(k + j) + bytes);
    return out;
  }

  std::size_t k, m, bytes, stride;
  Bytes data, parity;
};

Rs16Encoder encoder_for(const Block& block, Kernel kernel) {
  return Rs16Encoder::create({block.k, block.m, block.bytes}, kernel).value();
}

std::vector<std::uint64_t> all_received(std::size_t shards) {
  return std::vector<std::uint64_t>((shards + 63) / 64, ~std::uint64_t{0});
}
void lose(std::vector<std::uint64_t>& received, std::size_t i) {
  received[i / 64] &= ~(std::uint64_t{1} << (i % 64));
}

class EveryKernel16 : public testing::TestWithParam<Kernel> {};

INSTANTIATE_TEST_SUITE_P(Rs16, EveryKernel16, testing::ValuesIn(available_kernels()),
                         [](const auto& kernel) {
                           std::string name = kernel_name(kernel.param);
                           std::replace(name.begin(), name.end(), '+', '_');
                           return name;
                         });

// punktfunk1.md 6.6: data byte j of shard i = (31*i + 7*j + 3) mod 256.
Block ramp(std::size_t k, std::size_t m, std::size_t bytes) {
  Block block(k, m, bytes);
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < bytes; ++j)
      block.shard(i)[j] = static_cast<std::uint8_t>(31 * i + 7 * j + 3);
  return block;
}

struct Printed {
  std::size_t k, m, bytes;
  const char* parity;
};
constexpr const char* kFirst =
    "ffbf12d6c786eb4f86b7ad8b6863de49806064e8f9c1ac71b899e5d3565d0394"
    "9649503d39dcdaa9aae3d8efa1a9c2c7c4bdd051552b2dc5c683b698cdc5b5b0";
constexpr const char* kSecond =
    "80359f4e5ca0c27bb135685bbbbdbf25ef1ad9e0f2d7b5d51f2b5013151352c8"
    "49a3bdc5c25a533d3d01fddf9297030b0b67cd393e5d54c1c191a3b86e6b040c";
constexpr Printed kPrinted[] = {
    {2, 1, 2, "2123"},
    {3, 2, 4, "edff015e8d946f27"},
    {4, 4, 8, "987a59cb0e656875b98a91372feaeefedab6100b4c343420fb4ad8fb6d3f322f"},
    {4, 3, 8, "987a59cb0e656875b98a91372feaeefedab6100b4c343420"},
    {3, 4, 8, "efe8833b1ca5ac39f621cfb39eccc07b7404298a1fe3e1070da60b7be18d8750"},
    {1, 2, 8, "030a11181f262d34030a11181f262d34"},
};
constexpr Printed kHashed[] = {
    {10, 2, 64, "ef3e4cf02e6414f5b8b7861b4817ad334515a6d5e2fba7a6a0716be9c4dda42a"},
    {10, 2, 1408, "982927a3eeed805fb70fab5cfb3951aad25a1b3435689b0e65f8a2d6226e1bb4"},
    {5, 1, 66, "544eae0ac7b940b737e2611681f6d703cac8cb9a2033c2375d15f8b3f52c9710"},
    {9, 2, 1408, "a1f8167c4bf333f755423eaa0eaa65a18a8f1b64e37cfdfaa09068ccdc4cb90b"},
    {100, 10, 1408, "4be115fa943373ccb84ec9e75c7722ab03ed85cee014ad114dd55813b84ae088"},
    {20, 20, 1388, "549a31cd60b1b3aeec4f7236e28d01e9e6ba56ce5087b59648d904eeb0116d4f"},
    {33, 7, 512, "5065d4555dac71a39f937ff48e7c3abbe9d9203e4ba5b870faa07342c272ab82"},
    {200, 20, 64, "5a34a079b8907f5e4dc3924ea6e2582196457520cc50725fa30706287571ca91"},
};

// The same data; computed with the Rust crate reed-solomon-simd 3.1.0.
constexpr Printed kComputed[] = {
    {64, 33, 1454, "d6b83fa107f981edd6e80c3f5bc666130f60bdc54f2fcd5d9b13775b4991be76"},
    {300, 270, 1388, "86ccaf98214a883c153f5de88df9ba4ed01abcf3ebdc1cb1d9cb1e4a6f6e7324"},
    {2000, 200, 130, "456e0568011d03775a962b72b390c8b797d363fd90fcb791a3f2242d74728dc2"},
    {33, 900, 130, "e6a1e3206049221d869078fe56defeaaa4e97e737ee14aef1e1633f9797b0d02"},
    {4096, 3686, 66, "c7117c0f540ac4b988350384d480987fcff85f9031a36d2c02dbf68bf06ac096"},
};

void expect_hash(const Printed& vector, Kernel kernel) {
  Block block = ramp(vector.k, vector.m, vector.bytes);
  auto encoder = encoder_for(block, kernel);
  ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
  EXPECT_EQ(to_hex(test::Sha256::of(block.parity)), vector.parity)
      << vector.k << "+" << vector.m << " x " << vector.bytes;
}

TEST_P(EveryKernel16, MatchesThePublishedVectors) {
  for (const auto& vector : kPrinted) {
    Block block = ramp(vector.k, vector.m, vector.bytes);
    auto encoder = encoder_for(block, GetParam());
    ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
    EXPECT_EQ(to_hex(block.parity), vector.parity) << vector.k << "+" << vector.m;
  }
  for (const auto& vector : kHashed) expect_hash(vector, GetParam());
  for (const auto& vector : kComputed) expect_hash(vector, GetParam());
  for (const auto& [bytes, first_tail, second_tail] :
       {std::tuple(64, "", ""), std::tuple(66, "80d1", "bf9b")}) {
    Block block = ramp(5, 2, static_cast<std::size_t>(bytes));
    auto encoder = encoder_for(block, GetParam());
    ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
    EXPECT_EQ(to_hex(block.parity), std::string(kFirst) + first_tail + kSecond + second_tail);
  }
}

// The hashes that the code's reference implementation tests itself with (punktfunk1.md 6.6).
TEST_P(EveryKernel16, MatchesTheReferenceHashes) {
  struct Hash {
    std::size_t k, m;
    std::uint8_t seed;
    const char* sha256;
  };
  constexpr Hash kHashes[] = {
      {2, 3, 123, "f682a6c87c2bcd3e0feddbeff5c34f9d14026b78c44e5fdb5cf3cf71ec15e1f4"},
      {3, 2, 132, "afd47751b63fb0a62671e0e4a124a8ba51eb6d4b55f79c3dd54a60c28583634f"},
      {5, 3, 153, "6f53d5175900d70b4821d1d0c947d0c47a802add0d620bfa72d57dd983dfc156"},
      {3, 5, 135, "c23920347f00328dceca9cb6012d797d97f366617cf27aae5c45b4f0b8491552"},
      {4, 3, 143, "e43d0903b619f4b17c5389ce869317ce549e3f6d2fe3aa2805ef4d4fb7adce74"},
      {3, 4, 134, "e534a7260f1e8aca3c2983503138f158d8977b82f1d3c09b2cedb66d01c01e0b"},
      {5, 2, 152, "5387208d6756e3e79558a9b9ddebe0439eb3b08eec2393d4acafce6fc5332683"},
  };
  for (const auto& hash : kHashes) {
    Block block(hash.k, hash.m, 1024);
    test::ChaCha8(hash.seed).fill(block.data);
    auto encoder = encoder_for(block, GetParam());
    ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
    EXPECT_EQ(to_hex(test::Sha256::of(block.parity)), hash.sha256) << hash.k << "+" << hash.m;
  }
}

void expect_equal_to_scalar(std::size_t k, std::size_t m, std::size_t bytes, std::size_t gap,
                            std::mt19937& random) {
  Block truth(k, m, bytes, gap);
  truth.fill(random);
  const Block input = truth;
  auto scalar = encoder_for(truth, Kernel::Scalar);
  ASSERT_EQ(truth.encode(scalar), Rs16Status::Done);
  for (const Kernel kernel : available_kernels()) {
    if (kernel == Kernel::Scalar) continue;
    Block block = input;
    auto encoder = encoder_for(block, kernel);
    ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
    ASSERT_EQ(block.data, truth.data);
    ASSERT_EQ(block.parity, truth.parity)
        << kernel_name(kernel) << " " << k << "+" << m << " x " << bytes;
  }
}

// The shard length varies with the shape so that whole and partial chunks meet all of them.
TEST(Rs16, EveryKernelEqualsTheDefinitionForSmallShapes) {
  std::mt19937 random(1);
  for (std::size_t k = 1; k <= 40; ++k)
    for (std::size_t m = 1; m <= 40; ++m)
      expect_equal_to_scalar(k, m, 2 + 2 * ((k * 37 + m * 11) % 70), (k + m) % 3, random);
}

TEST(Rs16, EveryKernelEqualsTheDefinitionForLargeShapes) {
  std::mt19937 random(2);
  const std::pair<std::size_t, std::size_t> shapes[] = {
      {64, 64},  {65, 64},    {100, 90},   {129, 13},    {255, 26},  {256, 256},
      {257, 33}, {300, 270},  {511, 64},   {600, 5},     {700, 130}, {1000, 100},
      {33, 900}, {2000, 200}, {4096, 410}, {4096, 3686}, {3000, 2},  {5000, 17}};
  for (const auto& [k, m] : shapes) expect_equal_to_scalar(k, m, 2 + 2 * (k % 5), 0, random);
}

TEST(Rs16, EveryKernelEqualsTheDefinitionForRandomShapes) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    const std::size_t k = 1 + random() % 400;
    const std::size_t m = 1 + random() % (k + 9);
    expect_equal_to_scalar(k, m, 2 + 2 * (random() % 80), random() % 9, random);
  }
}

TEST(Rs16, TheWholeFieldIsUsed) {
  std::mt19937 random(4);
  expect_equal_to_scalar(61440, 4095, 2, 0, random);
  expect_equal_to_scalar(4095, 61440, 2, 0, random);
  expect_equal_to_scalar(32768, 32767, 2, 0, random);
}

// All lengths up to four of the widest columns, odd addresses, nothing written between shards.
TEST_P(EveryKernel16, EveryLengthAndAlignment) {
  std::mt19937 random(5);
  for (const auto& [k, m] : {std::pair<std::size_t, std::size_t>{7, 1}, {7, 3}, {3, 9}, {40, 20}}) {
    for (std::size_t bytes = 2; bytes <= 514; bytes += bytes < 260 ? 2 : 34) {
      Block truth(k, m, bytes, 1 + bytes % 5);
      truth.fill(random);
      Bytes data(truth.data.size() + 67);
      Bytes parity(truth.parity.size() + 67, 0xEE);
      const std::size_t shift = bytes % 67;
      std::copy(truth.data.begin(), truth.data.end(),
                data.begin() + static_cast<std::ptrdiff_t>(shift));
      auto scalar = encoder_for(truth, Kernel::Scalar);
      ASSERT_EQ(truth.encode(scalar), Rs16Status::Done);
      auto encoder = encoder_for(truth, GetParam());
      ASSERT_EQ(encoder.encode(data.data() + shift, truth.stride, k, parity.data() + shift,
                               truth.stride, m, bytes),
                Rs16Status::Done);
      ASSERT_TRUE(std::equal(truth.parity.begin(), truth.parity.end(),
                             parity.begin() + static_cast<std::ptrdiff_t>(shift)))
          << k << "+" << m << " x " << bytes;
      ASSERT_TRUE(std::all_of(parity.begin(), parity.begin() + static_cast<std::ptrdiff_t>(shift),
                              [](std::uint8_t b) { return b == 0xEE; }));
    }
  }
}

TEST_P(EveryKernel16, StaysInsideItsBuffers) {
  using Side = test::GuardedBuffer::Side;
  for (const Side side : {Side::Before, Side::After}) {
    for (const auto& [k, m] : {std::pair<std::size_t, std::size_t>{5, 2}, {3, 1}, {5, 17}}) {
      for (std::size_t bytes = 2; bytes <= 260; bytes += 2) {
        const test::GuardedBuffer data(k * bytes, side);
        const test::GuardedBuffer parity(m * bytes, side);
        Block truth = ramp(k, m, bytes);
        std::copy(truth.data.begin(), truth.data.end(), data.data());
        auto scalar = encoder_for(truth, Kernel::Scalar);
        ASSERT_EQ(truth.encode(scalar), Rs16Status::Done);
        auto encoder = encoder_for(truth, GetParam());
        ASSERT_EQ(encoder.encode(data.data(), bytes, k, parity.data(), bytes, m, bytes),
                  Rs16Status::Done);
        ASSERT_EQ(Bytes(parity.data(), parity.data() + m * bytes), truth.parity);

        auto received = all_received(k + m);
        lose(received, 0);
        std::fill_n(data.data(), bytes, std::uint8_t{0xAA});
        auto decoder = Rs16Decoder::create({k, m, bytes}, GetParam()).value();
        ASSERT_EQ(decoder.decode(data.data(), bytes, k, parity.data(), bytes, m, bytes, received),
                  Rs16Status::Done);
        ASSERT_EQ(Bytes(data.data(), data.data() + k * bytes), truth.data);
      }
    }
  }
}

// Overwrites what `lost` names, decodes, and expects the block back with nothing else changed.
void expect_repair(Block block, Rs16Decoder& decoder, std::span<const std::size_t> lost) {
  auto received = all_received(block.k + block.m);
  const Bytes data = block.data;
  std::size_t lost_data = 0;
  for (const std::size_t i : lost) {
    lose(received, i);
    std::fill_n(block.shard(i), block.bytes, std::uint8_t{0xAA});
    lost_data += i < block.k ? 1 : 0;
  }
  const Bytes parity = block.parity;
  const Bytes damaged = block.data;
  const bool possible = lost.size() <= block.m || lost_data == 0;
  ASSERT_EQ(block.decode(decoder, received), possible ? Rs16Status::Done : Rs16Status::TooFew);
  ASSERT_EQ(block.data, possible ? data : damaged) << block.k << "+" << block.m;
  ASSERT_EQ(block.parity, parity);
}

TEST_P(EveryKernel16, RepairsEveryLossOfSmallBlocks) {
  std::mt19937 random(6);
  auto decoder = Rs16Decoder::create({7, 7, 128}, GetParam()).value();
  auto encoder = Rs16Encoder::create({7, 7, 128}, GetParam()).value();
  for (std::size_t k = 1; k <= 7; ++k) {
    for (std::size_t m = 1; k + m <= 9 && m <= 7; ++m) {
      Block block(k, m, 2 + 2 * ((5 * k + m) % 40), 3);
      block.fill(random);
      ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
      for (std::size_t pattern = 0; pattern < std::size_t{1} << (k + m); ++pattern) {
        std::vector<std::size_t> lost;
        for (std::size_t i = 0; i < k + m; ++i)
          if ((pattern >> i & 1) != 0) lost.push_back(i);
        expect_repair(block, decoder, lost);
      }
    }
  }
}

TEST_P(EveryKernel16, RepairsRandomLosses) {
  std::mt19937 random(7);
  const bool slow = GetParam() == Kernel::Scalar;
  const std::size_t most = slow ? 150 : 900;
  const Rs16Limits limits{most, most, 200};
  auto decoder = Rs16Decoder::create(limits, GetParam()).value();
  auto encoder = Rs16Encoder::create(limits, GetParam()).value();
  for (int round = 0; round < (slow ? 20 : 60); ++round) {
    const std::size_t k = 1 + random() % most;
    const std::size_t m = 1 + random() % std::min(most, round % 3 == 0 ? most : 1 + k / 5);
    Block block(k, m, 2 + 2 * (random() % (slow ? 20 : 100)), random() % 4);
    block.fill(random);
    ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
    std::vector<std::size_t> order(k + m);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t count : {m, 1 + random() % m, m + 1})
      expect_repair(block, decoder, std::span(order).first(std::min(count, k + m)));
  }
}

TEST(Rs16, RepairsTheLargestBlockOfTheProtocol) {
  std::mt19937 random(8);
  Block block(4096, 3686, 34);
  block.fill(random);
  auto encoder = encoder_for(block, best_kernel());
  ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
  auto decoder = Rs16Decoder::create({4096, 3686, 34}).value();
  std::vector<std::size_t> lost(3686);
  std::iota(lost.begin(), lost.end(), std::size_t{100});
  expect_repair(std::move(block), decoder, lost);
}

// One encoder and decoder for all frames of a session: shapes and lengths change, memory does not.
TEST_P(EveryKernel16, NothingIsAllocatedAfterCreation) {
  const Rs16Limits limits{60, 54, 130};
  auto encoder = Rs16Encoder::create(limits, GetParam()).value();
  auto decoder = Rs16Decoder::create(limits, GetParam()).value();
  for (const auto& [k, m] :
       {std::pair<std::size_t, std::size_t>{60, 54}, {1, 1}, {33, 4}, {60, 0}, {5, 54}}) {
    for (const std::size_t bytes : {130U, 2U, 64U}) {
      Block block = ramp(k, m, bytes);
      auto received = all_received(k + m);
      lose(received, 0);
      const Bytes truth = block.data;
      const NoAllocScope guard;
      ASSERT_EQ(block.encode(encoder), Rs16Status::Done);
      if (m == 0) continue;
      std::fill_n(block.shard(0), bytes, std::uint8_t{0});
      ASSERT_EQ(block.decode(decoder, received), Rs16Status::Done);
      ASSERT_TRUE(block.data == truth);
    }
  }
}

TEST(Rs16, ShapesThatExist) {
  EXPECT_TRUE(rs16_valid(1, 0));
  EXPECT_TRUE(rs16_valid(65535, 0));
  EXPECT_TRUE(rs16_valid(4096, 3687));
  EXPECT_TRUE(rs16_valid(32768, 32767));
  EXPECT_TRUE(rs16_valid(61439, 4096));
  EXPECT_FALSE(rs16_valid(0, 1));
  EXPECT_FALSE(rs16_valid(61440, 4096));  // 65536 shards
  EXPECT_FALSE(rs16_valid(61000, 4097));  // 4097 rounds up to 8192
  EXPECT_FALSE(rs16_valid(65536, 0));
  EXPECT_FALSE(rs16_valid(SIZE_MAX, 2));
  EXPECT_FALSE(rs16_valid(2, SIZE_MAX));
}

TEST(Rs16, LimitsAreChecked) {
  EXPECT_TRUE(Rs16Encoder::create({0, 1, 64}).error().is(Errc::BadShape));
  EXPECT_TRUE(Rs16Encoder::create({65000, 536, 64}).error().is(Errc::BadShape));
  EXPECT_TRUE(Rs16Encoder::create({4, 1, 63}).error().is(Errc::BadLength));
  EXPECT_TRUE(Rs16Encoder::create({4, 1, 0}).error().is(Errc::BadLength));
  EXPECT_TRUE(Rs16Decoder::create({0, 0, 64}).error().is(Errc::BadShape));
  EXPECT_TRUE(Rs16Decoder::create({4, 1, SIZE_MAX - 1}).error().is(Errc::BadLength));
}

TEST(Rs16, CallsOutsideTheLimitsWriteNothing) {
  Block block = ramp(4, 2, 8);
  const Bytes untouched = block.parity;
  auto encoder = Rs16Encoder::create({4, 2, 8}).value();
  auto* data = block.data.data();
  auto* parity = block.parity.data();
  EXPECT_EQ(encoder.encode(data, 8, 5, parity, 8, 1, 8), Rs16Status::BadShape);
  EXPECT_EQ(encoder.encode(data, 8, 0, parity, 8, 1, 8), Rs16Status::BadShape);
  EXPECT_EQ(encoder.encode(data, 8, 4, parity, 8, 3, 8), Rs16Status::BadShape);
  EXPECT_EQ(encoder.encode(data, 8, 4, parity, 8, 2, 7), Rs16Status::BadLength);
  EXPECT_EQ(encoder.encode(data, 8, 4, parity, 8, 2, 0), Rs16Status::BadLength);
  EXPECT_EQ(encoder.encode(data, 8, 4, parity, 8, 2, 10), Rs16Status::BadLength);
  EXPECT_EQ(block.parity, untouched);

  auto decoder = Rs16Decoder::create({4, 2, 8}).value();
  const std::uint64_t none[] = {0};
  const std::uint64_t no_parity[] = {0b001111};
  EXPECT_EQ(decoder.decode(data, 8, 4, parity, 8, 2, 8, none), Rs16Status::TooFew);
  EXPECT_EQ(decoder.decode(data, 8, 4, parity, 8, 2, 8, {}), Rs16Status::BadShape);
  EXPECT_EQ(decoder.decode(data, 8, 5, parity, 8, 1, 8, none), Rs16Status::BadShape);
  EXPECT_EQ(decoder.decode(data, 8, 4, parity, 8, 2, 9, none), Rs16Status::BadLength);
  EXPECT_EQ(decoder.decode(data, 8, 4, nullptr, 0, 2, 8, no_parity), Rs16Status::Done);
}

}  // namespace
}  // namespace pf::fec
