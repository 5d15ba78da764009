#include "gamestream/audio_packets.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/hex.hpp"

namespace pf::gamestream {
namespace {

using namespace std::chrono_literals;

AudioPackets make(const AudioPackets::Config& config) {
  auto packets = AudioPackets::create(config);
  EXPECT_TRUE(packets.has_value());
  return std::move(*packets);
}

std::vector<std::string> hex(std::span<const ByteSpan> datagrams) {
  std::vector<std::string> out;
  for (const auto& datagram : datagrams) out.push_back(to_hex(datagram));
  return out;
}

const char* const kPlaintexts[] = {
    "fc0102030405060708090a0b0c0d0e0f10111213", "fc1112131415161718191a1b1c1d1e1f20212223",
    "fc2122232425262728292a2b2c2d2e2f30313233", "fc3132333435363738393a3b3c3d3e3f40414243"};

TEST(AudioPackets, PlainBlockWithItsParity) {
  auto packets = make({});
  EXPECT_EQ(hex(packets.next(*from_hex(kPlaintexts[0]))),
            (std::vector<std::string>{std::string("806100000000000000000000") + kPlaintexts[0]}));
  packets.next(*from_hex(kPlaintexts[1]));
  EXPECT_EQ(hex(packets.next(*from_hex(kPlaintexts[2]))),
            (std::vector<std::string>{std::string("806100020000000a00000000") + kPlaintexts[2]}));
  const std::vector<std::string> last = {std::string("806100030000000f00000000") + kPlaintexts[3],
                                         "807f00040000000000000000"
                                         "006100000000000000000000"
                                         "fc1b18191e1f1c1d121310111617141598999a9b",
                                         "807f00050000000000000000"
                                         "016100000000000000000000"
                                         "fc9192939495969798999a9b9c9d9e9fdadbd8d9"};
  EXPECT_EQ(hex(packets.next(*from_hex(kPlaintexts[3]))), last);
}

std::array<std::uint8_t, 16> published_key() {
  std::array<std::uint8_t, 16> key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

// gamestream.md 12.7: sequence 4 to 7, rikeyid 305419896, parity over the ciphertexts.
TEST(AudioPackets, MatchesThePublishedEncryptedBlock) {
  const char* const ciphertexts[] = {
      "ab8c78473efb91b7973e1887cc07c4a4ac00dd439263b676edd565c32f6a40a2",
      "9f0fa343596aea87ecd596c3db0d281e6c7cddf4a3ca89a95e7437991797a233",
      "c83a8daeb34f2e040ac7b6a8df58fc72dbbb6cb0a734bca623ea8f4de650088b",
      "d01c81bcdb92fd6564a7e2759973e16156289be98f80fdfc2b9cced1e9da8f25"};
  auto packets = make({.packet_duration = 5ms, .key = published_key(), .key_id = 305'419'896});
  for (int i = 0; i < 4; ++i) packets.next(*from_hex(kPlaintexts[0]));
  std::vector<std::string> sent;
  for (const char* opus : kPlaintexts)
    for (const auto& datagram : hex(packets.next(*from_hex(opus)))) sent.push_back(datagram);
  ASSERT_EQ(sent.size(), 6U);
  EXPECT_EQ(sent[0], std::string("806100040000001400000000") + ciphertexts[0]);
  EXPECT_EQ(sent[1], std::string("806100050000001900000000") + ciphertexts[1]);
  EXPECT_EQ(sent[2], std::string("806100060000001e00000000") + ciphertexts[2]);
  EXPECT_EQ(sent[3], std::string("806100070000002300000000") + ciphertexts[3]);
  EXPECT_EQ(sent[4],
            "807f00080000000000000000"
            "006100040000001400000000"
            "6f4dd0b08d09d8ce144dd2a4fb6b8307b9ebc32cc4e4a5c05ca2b9204becb7de");
  EXPECT_EQ(sent[5],
            "807f00090000000000000000"
            "016100040000001400000000"
            "4506ebeade387ca80909e634b6d964b4582404da9292cdfe075db60f3a9ed61b");
}

// gamestream.md 12.7, "IV examples": rikeyid -559038737.
TEST(AudioPackets, TheIvCountsFromTheKeyId) {
  auto packets = make({.packet_duration = 5ms, .key = published_key(), .key_id = 0xDEADBEEF});
  auto cipher = crypto::Aes128Cbc::create(published_key());
  ASSERT_TRUE(cipher.has_value());
  const Bytes opus(20, 9);
  for (unsigned sequence = 0; sequence < 65'536; ++sequence) {
    const auto datagrams = packets.next(opus);
    const char* iv = sequence == 0        ? "deadbeef000000000000000000000000"
                     : sequence == 5      ? "deadbef4000000000000000000000000"
                     : sequence == 65'535 ? "deaebeee000000000000000000000000"
                                          : nullptr;
    if (iv == nullptr) continue;
    Bytes plain(64);
    plain.resize(cipher->decrypt(*from_hex(iv), datagrams[0].subspan(12), plain));
    EXPECT_EQ(plain, opus) << sequence;
  }
}

TEST(AudioPackets, TheSecondBlockCountsOn) {
  auto packets = make({.packet_duration = 10ms, .key = {}, .key_id = 0});
  const Bytes opus(20, 1);
  for (int i = 0; i < 7; ++i) packets.next(opus);
  const auto datagrams = packets.next(opus);
  ASSERT_EQ(datagrams.size(), 3U);
  EXPECT_EQ(to_hex(datagrams[0].first(12)), "806100070000004600000000");
  EXPECT_EQ(to_hex(datagrams[1].first(24)),
            "807f00080000000000000000"
            "006100040000002800000000");
  EXPECT_EQ(to_hex(datagrams[2].first(24)),
            "807f00090000000000000000"
            "016100040000002800000000");
}

TEST(AudioPackets, PacketsOfUnequalLengthGetNoParity) {
  auto packets = make({});
  packets.next(Bytes(20, 1));
  packets.next(Bytes(21, 1));
  packets.next(Bytes(20, 1));
  EXPECT_EQ(packets.next(Bytes(20, 1)).size(), 1U);
  EXPECT_EQ(packets.uneven_blocks(), 1U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(packets.next(Bytes(20, 1)).size(), 1U);
  EXPECT_EQ(packets.next(Bytes(20, 1)).size(), 3U);
}

TEST(AudioPackets, WhatDoesNotFitIsRejectedWithoutANumber) {
  auto plain = make({});
  EXPECT_TRUE(plain.next({}).empty());
  EXPECT_TRUE(plain.next(Bytes(1377)).empty());
  EXPECT_EQ(plain.rejected(), 2U);
  const auto largest = plain.next(Bytes(1376));
  ASSERT_EQ(largest.size(), 1U);
  EXPECT_EQ(load_be<std::uint16_t>(largest[0].data() + 2), 0);

  AudioPackets::Config config;
  config.key.emplace();
  auto sealed = make(config);
  EXPECT_TRUE(sealed.next(Bytes(1376)).empty());
  EXPECT_EQ(sealed.next(Bytes(1375)).size(), 1U);
  // 7.1 high quality at 5 ms (8.3).
  EXPECT_EQ(sealed.next(Bytes(1280))[0].size(), 12U + 1296U);
}

TEST(AudioPackets, RejectsAnImpossibleDuration) {
  EXPECT_FALSE(AudioPackets::create({.packet_duration = 0ms, .key = {}, .key_id = 0}));
  EXPECT_FALSE(AudioPackets::create({.packet_duration = 121ms, .key = {}, .key_id = 0}));
}

TEST(AudioPackets, TheSequenceWraps) {
  auto packets = make({});
  const Bytes opus(20, 1);
  for (int i = 0; i < 65'535; ++i) packets.next(opus);
  const auto last = packets.next(opus);
  ASSERT_EQ(last.size(), 3U);
  EXPECT_EQ(load_be<std::uint16_t>(last[0].data() + 2), 65'535);
  EXPECT_EQ(load_be<std::uint16_t>(last[1].data() + 2), 0);
  EXPECT_EQ(load_be<std::uint16_t>(last[1].data() + 14), 65'532);
  const auto first = packets.next(opus);
  EXPECT_EQ(load_be<std::uint16_t>(first[0].data() + 2), 0);
  EXPECT_EQ(load_be<std::uint32_t>(first[0].data() + 4), 65'536U * 5);
}

}  // namespace
}  // namespace pf::gamestream
