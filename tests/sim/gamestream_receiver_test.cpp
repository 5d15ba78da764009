// The model receiver must notice what the client would stumble over: each case breaks one rule in
// otherwise correct datagrams.
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "gamestream/audio_packets.hpp"
#include "gamestream/video_packets.hpp"
#include "support/gs_audio_receiver.hpp"
#include "support/gs_video_receiver.hpp"

namespace pf::sim {
namespace {

constexpr std::size_t kPacketSize = 64;

std::vector<Bytes> video_datagrams() {
  gamestream::VideoPackets::Config config;
  config.packet_size = kPacketSize;
  config.fec_percentage = 50;
  auto packets = gamestream::VideoPackets::create(config);
  PF_ASSERT(packets.has_value());
  Bytes bitstream(300);
  std::iota(bitstream.begin(), bitstream.end(), std::uint8_t{1});
  const media::AccessUnit unit(bitstream, nullptr, nullptr);
  static_cast<void>(packets->begin(unit, 1, 90));
  const auto run = packets->next_block();
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < run.count; ++i)
    out.emplace_back(run.base + i * run.stride, run.base + i * run.stride + run.packet_bytes);
  return out;
}

struct Fault {
  const char* name;
  std::function<void(std::vector<Bytes>&)> inject;
};

TEST(VideoReceiver, CorrectDatagramsPass) {
  test::GsVideoReceiver receiver({kPacketSize, {}});
  const auto datagrams = video_datagrams();
  ASSERT_EQ(datagrams.size(), 7U + 4U);
  std::size_t frames = 0;
  for (const auto& datagram : datagrams) frames += receiver.feed(datagram) ? 1U : 0U;
  EXPECT_EQ(frames, 1U);
  EXPECT_EQ(receiver.violations(), std::vector<std::string>{});
}

TEST(VideoReceiver, EveryBrokenRuleIsNoticed) {
  const auto every = [](std::size_t offset, std::uint8_t flip) {
    return [=](std::vector<Bytes>& d) {
      for (auto& datagram : d)
        datagram[offset] = static_cast<std::uint8_t>(datagram[offset] ^ flip);
    };
  };
  const Fault faults[] = {
      {"datagram too short", [](auto& d) { d[0].pop_back(); }},
      {"datagram too long", [](auto& d) { d[0].push_back(0); }},
      {"no extension bit", every(0, 0x10)},
      {"payload type", every(1, 1)},
      {"sequence of one datagram", [](auto& d) { d[3][3] ^= 0x40; }},
      {"timestamp of one datagram", [](auto& d) { d[3][7] ^= 1; }},
      {"SSRC", every(8, 1)},
      {"reserved word", every(15, 1)},
      {"streamPacketIndex low byte", [](auto& d) { d[2][16] = 1; }},
      {"streamPacketIndex order", [](auto& d) { d[2][17] = 9; }},
      {"frame number 0", every(20, 1)},
      {"no start of block", [](auto& d) { d[0][24] = 1; }},
      {"no end of block", [](auto& d) { d[6][24] = 1; }},
      {"unknown flag", [](auto& d) { d[1][24] = 9; }},
      {"multiFecFlags", [](auto& d) { d[1][26] = 0; }},
      {"block beyond the last", every(27, 0x10)},
      {"fecInfo low bits", every(28, 1)},
      {"percentage of one datagram", [](auto& d) { d[1][28] ^= 0x40; }},
      {"frame header", [](auto& d) { d[0][32] = 0x81; }},
      {"frame type", [](auto& d) { d[0][35] = 3; }},
      {"lastPayloadLen 0", [](auto& d) { d[0][36] = 0; }},
      {"lastPayloadLen beyond the payload", [](auto& d) { d[0][36] = 49; }},
      {"padding", [](auto& d) { d[6].back() = 1; }},
  };
  for (const auto& fault : faults) {
    auto datagrams = video_datagrams();
    fault.inject(datagrams);
    test::GsVideoReceiver receiver({kPacketSize, {}});
    for (const auto& datagram : datagrams) receiver.feed(datagram);
    EXPECT_FALSE(receiver.violations().empty()) << fault.name;
  }
}

// What a host does wrong in parity shows only when a packet is restored from it.
TEST(VideoReceiver, BrokenParityIsNoticedAtRepair) {
  for (const std::size_t offset : {17U, 24U, 26U}) {
    auto datagrams = video_datagrams();
    for (std::size_t i = 7; i < datagrams.size(); ++i) datagrams[i][offset] ^= 0x55;
    test::GsVideoReceiver receiver({kPacketSize, {}});
    for (std::size_t i = 2; i < datagrams.size(); ++i) receiver.feed(datagrams[i]);
    EXPECT_FALSE(receiver.violations().empty()) << offset;
  }
}

TEST(VideoReceiver, ANewerFrameEndsAnIncompleteOne) {
  auto datagrams = video_datagrams();
  test::GsVideoReceiver receiver({kPacketSize, {}});
  for (std::size_t i = 0; i < 3; ++i) receiver.feed(datagrams[i]);
  auto next = datagrams;
  for (auto& datagram : next) datagram[20] = 3;
  std::size_t frames = 0;
  for (const auto& datagram : next) frames += receiver.feed(datagram) ? 1U : 0U;
  EXPECT_EQ(frames, 1U);
  EXPECT_EQ(receiver.stats().frames_lost, 2U);
  receiver.feed(datagrams[4]);
  EXPECT_EQ(receiver.stats().frames, 1U);
}

TEST(AudioReceiver, EveryBrokenRuleIsNoticed) {
  using Datagrams = std::vector<Bytes>;
  const Fault faults[] = {
      {"too long", [](Datagrams& d) { d[1].resize(1401); }},
      {"version", [](Datagrams& d) { d[1][0] = 0x90; }},
      {"payload type", [](Datagrams& d) { d[1][1] = 96; }},
      {"timestamp in samples", [](Datagrams& d) { d[1][7] = 240; }},
      {"SSRC", [](Datagrams& d) { d[1][11] = 1; }},
      {"uneven lengths", [](Datagrams& d) { d[1].pop_back(); }},
      {"parity sequence", [](Datagrams& d) { d[4][3] = 0; }},
      {"parity timestamp", [](Datagrams& d) { d[4][7] = 5; }},
      {"parity index", [](Datagrams& d) { d[5][12] = 2; }},
      {"inner payload type", [](Datagrams& d) { d[5][13] = 127; }},
      {"base sequence", [](Datagrams& d) { d[5][15] = 1; }},
      {"base timestamp", [](Datagrams& d) { d[5][19] = 1; }},
  };
  for (const auto& fault : faults) {
    auto packets = gamestream::AudioPackets::create({});
    ASSERT_TRUE(packets.has_value());
    Datagrams datagrams;
    for (std::uint8_t i = 0; i < 4; ++i)
      for (const auto& datagram : packets->next(Bytes(40, i)))
        datagrams.emplace_back(datagram.begin(), datagram.end());
    fault.inject(datagrams);
    test::GsAudioReceiver receiver({});
    for (const auto& datagram : datagrams) receiver.feed(datagram);
    EXPECT_FALSE(receiver.violations().empty()) << fault.name;
  }
}

}  // namespace
}  // namespace pf::sim
