#include "fec/rs8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "fec/gf8.hpp"
#include "guarded.hpp"

namespace pf::fec {
namespace {

// Shards of `bytes` bytes at a stride, data then parity.
struct Arena {
  Arena(unsigned k, unsigned m, std::size_t bytes, std::size_t stride)
      : k_(k), m_(m), bytes_(bytes), stride_(stride), memory_((k + m) * stride, 0xEE) {}

  std::uint8_t* shard(unsigned i) { return memory_.data() + i * stride_; }
  std::uint8_t* parity() { return shard(k_); }
  Bytes parity_bytes() {
    Bytes out;
    for (unsigned j = 0; j < m_; ++j) out.insert(out.end(), shard(k_ + j), shard(k_ + j) + bytes_);
    return out;
  }
  void fill(std::mt19937& random) {
    for (unsigned i = 0; i < k_; ++i)
      std::generate_n(shard(i), bytes_, [&] { return static_cast<std::uint8_t>(random()); });
  }

  unsigned k_, m_;
  std::size_t bytes_, stride_;
  Bytes memory_;
};

class EveryKernel : public testing::TestWithParam<Kernel> {};

INSTANTIATE_TEST_SUITE_P(Rs8, EveryKernel, testing::ValuesIn(available_kernels()),
                         [](const auto& kernel) {
                           std::string name = kernel_name(kernel.param);
                           std::replace(name.begin(), name.end(), '+', '_');
                           return name;
                         });

// gamestream.md 12.5: data byte d[i][b] = (i*len + b) mod 256.
struct Vector {
  unsigned k, m;
  std::size_t bytes;
  std::vector<std::pair<unsigned, const char*>> parity;
};

const std::vector<Vector> kVectors = {
    {5, 2, 8, {{0, "ff1f22c258b88565"}, {1, "7e5e3e1efedebe9e"}}},
    {20,
     4,
     16,
     {{0, "f63975baed226ea1c00f438cdb145897"},
      {1, "9a5519d6814e02cdac632fe0b77834fb"},
      {2, "2ee1ad6235fab67918d79b5403cc804f"},
      {3, "428dc10e5996da1574bbf7386fa0ec23"}}},
    {1, 2, 16, {{0, "008e018f028c038d048a058b06880789"}, {1, "00f4f501f70302f6f30706f204f0f105"}}},
    {212, 43, 4, {{0, "f7a15b0d"}, {1, "9c1c8101"}, {2, "3ff1be70"}, {36, "6f443912"}}},
};

TEST_P(EveryKernel, MatchesThePublishedVectors) {
  for (const auto& vector : kVectors) {
    for (const bool transform : {false, true}) {
      Arena arena(vector.k, vector.m, vector.bytes, vector.bytes);
      for (unsigned i = 0; i < vector.k; ++i)
        for (unsigned b = 0; b < vector.bytes; ++b)
          arena.shard(i)[b] = static_cast<std::uint8_t>(i * vector.bytes + b);
      const Rs8Plan plan(vector.k, vector.m, GetParam());
      if (transform)
        plan.encode_transform(arena.shard(0), arena.parity(), arena.stride_, vector.bytes);
      else
        plan.encode_dense(arena.shard(0), arena.parity(), arena.stride_, vector.bytes);
      for (const auto& [row, hex] : vector.parity)
        EXPECT_EQ(to_hex({arena.shard(vector.k + row), vector.bytes}), hex)
            << "k=" << vector.k << " m=" << vector.m << " row=" << row;
    }
  }
}

// punktfunk1.md 6.6, "GF(2^8) (scheme 0)": the same code under another number.
TEST_P(EveryKernel, IsSchemeZeroOfTheNativeProtocols) {
  Arena arena(4, 2, 1, 1);
  arena.memory_ = {10, 20, 30, 40, 0, 0};
  Rs8Plan(4, 2, GetParam()).encode(arena.shard(0), arena.parity(), 1, 1);
  EXPECT_EQ(arena.parity_bytes(), (Bytes{136, 0}));
  const Bytes rows[] = {{142, 244, 71, 167}, {244, 142, 167, 71}};
  for (unsigned i = 0; i < 4; ++i) {
    arena.memory_.assign(6, 0);
    arena.shard(i)[0] = 1;
    Rs8Plan(4, 2, GetParam()).encode(arena.shard(0), arena.parity(), 1, 1);
    EXPECT_EQ(arena.parity_bytes(), (Bytes{rows[0][i], rows[1][i]}));
  }
}

// gamestream.md 12.5 prints the coefficient rows: a unit byte in shard i shows P[j][i].
TEST_P(EveryKernel, CoefficientsAreTheCauchyMatrix) {
  const std::vector<const char*> rows = {
      "47a77abaad9ddd983daa5d96d872c058e03e4c66", "a747ba7a9dad98ddaa3d965d72d858c03ee0664c",
      "7aba47a7dd98ad9d5d963daac058d8724c66e03e", "ba7aa74798dd9dad965daa3d58c072d8664c3ee0"};
  Arena arena(20, 4, 20, 20);
  std::fill(arena.memory_.begin(), arena.memory_.end(), std::uint8_t{0});
  for (unsigned i = 0; i < 20; ++i) arena.shard(i)[i] = 1;
  Rs8Plan(20, 4, GetParam()).encode(arena.shard(0), arena.parity(), 20, 20);
  for (unsigned j = 0; j < 4; ++j) EXPECT_EQ(to_hex({arena.shard(20 + j), 20}), rows[j]);
}

// Both algorithms of every kernel against the definition, over (k, m) with k+m <= 255. The shard
// length varies with the pair so that full, partial and shorter-than-a-vector tails meet all
// shapes.
TEST(Rs8, EveryKernelEqualsTheDefinitionForAllShapes) {
  std::mt19937 random(1);
  for (unsigned m = 1; m <= 254; m += m < 50 ? 1 : 29) {
    for (unsigned k = 1; k + m <= 255; k += k < 34 ? 1 : 37) {
      const std::size_t bytes = 1 + (k * 37 + m * 11) % 75;
      Arena truth(k, m, bytes, bytes);
      truth.fill(random);
      const Arena input = truth;
      Rs8Plan(k, m, Kernel::Scalar).encode(truth.shard(0), truth.parity(), bytes, bytes);
      for (const Kernel kernel : available_kernels()) {
        const Rs8Plan plan(k, m, kernel);
        Arena dense = input;
        plan.encode_dense(dense.shard(0), dense.parity(), bytes, bytes);
        ASSERT_EQ(dense.memory_, truth.memory_)
            << kernel_name(kernel) << " dense k=" << k << " m=" << m << " n=" << bytes;
        Arena transform = input;
        plan.encode_transform(transform.shard(0), transform.parity(), bytes, bytes);
        ASSERT_EQ(transform.memory_, truth.memory_)
            << kernel_name(kernel) << " transform k=" << k << " m=" << m << " n=" << bytes;
      }
    }
  }
}

// The scalar kernel itself against the formula.
TEST(Rs8, ScalarIsTheFormula) {
  std::mt19937 random(2);
  Arena arena(9, 5, 3, 3);
  arena.fill(random);
  Rs8Plan(9, 5, Kernel::Scalar).encode(arena.shard(0), arena.parity(), 3, 3);
  for (unsigned j = 0; j < 5; ++j) {
    for (unsigned b = 0; b < 3; ++b) {
      unsigned sum = 0;
      for (unsigned i = 0; i < 9; ++i)
        sum ^=
            gf8::multiply(gf8::inverse(static_cast<std::uint8_t>((5 + i) ^ j)), arena.shard(i)[b]);
      EXPECT_EQ(arena.shard(9 + j)[b], sum);
    }
  }
}

// All lengths up to four of the widest vectors, odd addresses, and nothing written between shards.
TEST_P(EveryKernel, EveryLengthAndAlignment) {
  std::mt19937 random(3);
  constexpr unsigned kData = 7;
  for (const unsigned m : {1U, 3U, 9U, 20U}) {
    for (std::size_t bytes = 1; bytes <= 260; ++bytes) {
      const std::size_t stride = bytes + 1 + bytes % 5;
      const std::size_t shift = bytes % 67;
      Arena truth(kData, m, bytes, stride);
      truth.fill(random);
      Bytes shifted(shift + truth.memory_.size(), 0xEE);
      std::copy(truth.memory_.begin(), truth.memory_.end(),
                shifted.begin() + static_cast<std::ptrdiff_t>(shift));
      Bytes other = shifted;
      Rs8Plan(kData, m, Kernel::Scalar).encode(truth.shard(0), truth.parity(), stride, bytes);
      const Rs8Plan plan(kData, m, GetParam());
      plan.encode_dense(shifted.data() + shift, shifted.data() + shift + kData * stride, stride,
                        bytes);
      plan.encode_transform(other.data() + shift, other.data() + shift + kData * stride, stride,
                            bytes);
      ASSERT_EQ(Bytes(shifted.begin() + static_cast<std::ptrdiff_t>(shift), shifted.end()),
                truth.memory_)
          << "m=" << m << " n=" << bytes;
      ASSERT_EQ(other, shifted) << "m=" << m << " n=" << bytes;
    }
  }
}

TEST_P(EveryKernel, StaysInsideItsBuffers) {
  using Side = test::GuardedBuffer::Side;
  std::mt19937 random(4);
  for (const Side side : {Side::Before, Side::After}) {
    for (const unsigned m : {2U, 17U}) {
      constexpr unsigned kData = 5;
      for (std::size_t bytes = 1; bytes <= 200; ++bytes) {
        const test::GuardedBuffer data(kData * bytes, side);
        const test::GuardedBuffer parity(m * bytes, side);
        std::generate_n(data.data(), kData * bytes,
                        [&] { return static_cast<std::uint8_t>(random()); });
        const Rs8Plan plan(kData, m, GetParam());
        plan.encode_dense(data.data(), parity.data(), bytes, bytes);
        const Bytes dense(parity.data(), parity.data() + m * bytes);
        plan.encode_transform(data.data(), parity.data(), bytes, bytes);
        ASSERT_EQ(Bytes(parity.data(), parity.data() + m * bytes), dense);
      }
    }
  }
}

TEST_P(EveryKernel, RepairsAnyLossWithinTheParity) {
  std::mt19937 random(5);
  for (int round = 0; round < 120; ++round) {
    const unsigned k = 1 + static_cast<unsigned>(random() % 60);
    const unsigned m = 1 + static_cast<unsigned>(random() % 20);
    const std::size_t bytes = 1 + random() % 120;
    Arena arena(k, m, bytes, bytes);
    arena.fill(random);
    const Rs8Plan plan(k, m, GetParam());
    plan.encode(arena.shard(0), arena.parity(), bytes, bytes);
    const Bytes truth(arena.memory_.begin(),
                      arena.memory_.begin() + static_cast<std::ptrdiff_t>(k * bytes));
    std::vector<unsigned> order(k + m);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::uint8_t> present(k + m, 1);
    std::vector<std::uint8_t*> shards;
    for (unsigned i = 0; i < k + m; ++i) shards.push_back(arena.shard(i));
    for (unsigned lost = 0; lost < m; ++lost) {
      present[order[lost]] = 0;
      std::fill_n(arena.shard(order[lost]), bytes, std::uint8_t{0xAA});
    }
    ASSERT_TRUE(plan.reconstruct(shards, present, bytes));
    ASSERT_EQ(Bytes(arena.memory_.begin(),
                    arena.memory_.begin() + static_cast<std::ptrdiff_t>(k * bytes)),
              truth);
    if (k > 1) {
      present[order[m]] = 0;
      ASSERT_FALSE(plan.reconstruct(shards, present, bytes));
    }
  }
}

TEST_P(EveryKernel, RepairsManyLossesWhereverTheShardsLie) {
  std::mt19937 random(9);
  for (const bool scattered : {false, true})
    for (const unsigned lost : {1U, 7U, 16U, 33U, 40U}) {
      constexpr unsigned kData = 200, kParity = 40;
      constexpr std::size_t kBytes = 130, kStride = 144;
      Arena arena(kData, kParity, kBytes, kStride);
      arena.fill(random);
      const Rs8Plan plan(kData, kParity, GetParam());
      plan.encode(arena.shard(0), arena.parity(), kStride, kBytes);
      std::vector<Bytes> own;
      for (unsigned i = 0; i < kData + kParity; ++i)
        own.emplace_back(arena.shard(i), arena.shard(i) + kBytes);
      const auto truth = own;
      std::vector<unsigned> order(kData + kParity);
      std::iota(order.begin(), order.end(), 0U);
      // Parity that is missing too may not be what the repair looks at.
      std::shuffle(order.begin(), order.begin() + kData, random);
      std::shuffle(order.begin() + kData, order.end(), random);
      std::vector<std::uint8_t> present(kData + kParity, 1);
      for (unsigned i = 0; i < lost; ++i) present[order[i]] = 0;
      for (unsigned i = 0; i < kParity - lost; ++i) present[order[kData + i]] = 0;
      std::vector<std::uint8_t*> shards;
      for (unsigned i = 0; i < kData + kParity; ++i) {
        auto* shard = scattered ? own[i].data() : arena.shard(i);
        if (present[i] == 0) std::fill_n(shard, kBytes, std::uint8_t{0xAA});
        shards.push_back(shard);
      }
      ASSERT_TRUE(plan.reconstruct(shards, present, kBytes));
      for (unsigned i = 0; i < kData; ++i)
        ASSERT_EQ(Bytes(shards[i], shards[i] + kBytes), truth[i]) << i << " of " << lost;
    }
}

TEST(Rs8, ShapesThatExist) {
  EXPECT_TRUE(Rs8Plan::valid(1, 0));
  EXPECT_TRUE(Rs8Plan::valid(212, 43));
  EXPECT_TRUE(Rs8Plan::valid(255, 0));
  EXPECT_FALSE(Rs8Plan::valid(0, 1));
  EXPECT_FALSE(Rs8Plan::valid(213, 43));
  EXPECT_FALSE(Rs8Plan::valid(256, 0));
}

TEST(Rs8, WithoutParityNothingIsTouched) {
  Bytes memory(64, 7);
  Rs8Plan(2, 0).encode(memory.data(), memory.data() + 64, 32, 32);
  EXPECT_EQ(memory, Bytes(64, 7));
}

TEST(Dispatch, ScalarIsAlwaysThereAndTheBestIsAvailable) {
  const auto kernels = available_kernels();
  ASSERT_FALSE(kernels.empty());
  EXPECT_EQ(kernels.front(), Kernel::Scalar);
  EXPECT_EQ(kernels.back(), best_kernel());
}

}  // namespace
}  // namespace pf::fec
