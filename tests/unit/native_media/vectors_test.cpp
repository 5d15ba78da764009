// The sealed packets of punktfunk1.md 6.8 and punktfunk2.md 7.6, made and opened.
#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using namespace test;

VideoPackets::Config example() {
  VideoPackets::Config config;
  config.shard_payload = 16;
  // What makes one parity shard for three data shards.
  config.max_data_per_block = 3;
  config.parity_limit_percentage = 10;
  config.fec_percentage = 10;
  config.max_frame_bytes = 1'000;
  return config;
}

const Bytes kUnit = counting(40, 1);

TEST(VectorsV1, Aes) {
  auto made = packets(example(), keys(Generation::V1, Suite::Aes128Gcm));
  const auto sent = build(made, kUnit, {.time = {1'000'000'000, 0}, .flags = 5});
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(to_hex(sent[0]),
            "0000000000000000f1d6f3b6d27022c0a034bffbe5380d2c58a62b3d3fe7cfb4e8432351ffdbf07f889b67"
            "eba3a8b59175749611104953251ae17dad6d7f7a33f9348b97420fb831a6d85f607e58b68f");
  EXPECT_EQ(to_hex(sent[1]),
            "000000000000000191ac374567f4ffd4684b5fe391a194df578e17352ac01bba52613f8a7eb87fd886f490"
            "038c155543c1e45b8e8ae48df337f0c5104c23ef6eb37e54d3a3492dcd05434e4b80c9bda7");
  EXPECT_EQ(to_hex(sent[2]),
            "0000000000000002c14adcd1b1aa6cd8caf1b9620ebbfa6c4235ec59e4ababa05b56de0f5c22954f96159f"
            "222542fa33b8b1aa774a795a8cf404b0a72187c2e22b2fbe6585a91c51e944e7bebecd114e");
  EXPECT_EQ(to_hex(sent[3]),
            "0000000000000003f1c68c0f11f3b4559351996b129df342dfb99f8984fb9fa573c31840685d7f128b9e39"
            "83ae1694202927dbacc28520bcf0738cc9ed48b046ff3ebf77c479b7af7e15b73adea95587");
  const auto with = keys(Generation::V1, Suite::Aes128Gcm);
  EXPECT_EQ(
      to_hex(open_one(with, sent[0])),
      "00ca9a3b0000000000000000000000002800000005000000000001000300010000001000c90101050102030"
      "405060708090a0b0c0d0e0f10");
  EXPECT_EQ(
      to_hex(open_one(with, sent[3])),
      "00ca9a3b0000000000000000030000002800000005000000000001000300010003001000c90101033132333"
      "4353637381010101010101030");
}

TEST(VectorsV1, ChaCha) {
  auto made = packets(example(), keys(Generation::V1, Suite::ChaCha20Poly1305));
  const auto sent = build(made, kUnit, {.time = {1'000'000'000, 0}, .flags = 5});
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(to_hex(sent[0]),
            "00000000000000005585da0bab4aa4b9cd2af47869a8be0dbf87f059c54c6192ee3b7b56e968eb292ed09f"
            "f76c1734049af641ab1690d40c9bfac6bdd870e22e069cefd665b1b1bccd96b98a5336a7be");
}

TEST(VectorsV2, Aes) {
  auto made = packets(example(), keys(Generation::V2, Suite::Aes128Gcm));
  const auto sent = build(made, kUnit, {.time = {0, 5'000}, .flags = 5});
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(
      to_hex(sent[0]),
      "000000000068d3a6a60594a7c960be265ab02c3d90c104a085d7feb093c475c7a680050d691cbbbe2640b8d"
      "c038f71a248353d0687d6f98606ac18fcbdac");
  EXPECT_EQ(
      to_hex(sent[1]),
      "0001000000d0cb6c47ab0d11778960a0e759ea968046035508a41fd1579b0c7360f72663b2fcac0b74a70da"
      "0913f1f143478dd51ed9df2ee881fb4664bce");
  EXPECT_EQ(
      to_hex(sent[2]),
      "0002000000d04c943c9effc8b852a23501385191ab50a657dc9e209e5da10df40087ea088c9052d1b03371b"
      "5e3d53bdf26c33d9b78ffe34759adc3d35614");
  EXPECT_EQ(
      to_hex(sent[3]),
      "0003000000de6e131114be8b7eb0ebc91e6de45279a6484a013c6bb161cd981ce44750c8af4770dd33d2d7c"
      "36b7c7ed5e282f5a7cf87cbf518d589a94148");
  EXPECT_EQ(to_hex(open_one(keys(Generation::V2, Suite::Aes128Gcm), sent[3])),
            "00058000000000881300000000000000000300030001000800313233343536373810101010101010"
            "30");
}

TEST(VectorsV2, ChaCha) {
  auto made = packets(example(), keys(Generation::V2, Suite::ChaCha20Poly1305));
  const auto sent = build(made, kUnit, {.time = {0, 5'000}, .flags = 5});
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(to_hex(sent[0]),
            "000000000047a67da6fe1d054747e091a13c8048e43f75d21cc84b5a80f6e9fa5a46ae690b3d0675572406"
            "589f54b2eb26b54457640eafbfe082e4f5d268");
}

TEST(VectorsV2, SecondKey) {
  auto config = example();
  config.fec_percentage = 0;
  config.first_frame = 3;
  const auto with = keys(Generation::V2, Suite::Aes128Gcm);
  auto made = packets(config, with, std::make_shared<PacketNumbers>(1U << 23));
  const auto sent = build(made, counting(16, 1), {.time = {0, 5'000}, .flags = 5, .epoch = 7});
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(to_hex(sent[0]),
            "000000800003ddea86b19706568652f4ad1430e7a7396694f8d056122ecfe40fadbf72714bc0514ca926c4"
            "322d2399a1ae1d7e9330a5dc65e39f59604ce1");
  EXPECT_EQ(to_hex(open_one(with, sent[0])),
            "070580030000008813000000000000000000000100000000000102030405060708090a0b0c0d0e0f10");
}

}  // namespace
}  // namespace pf::native::media
