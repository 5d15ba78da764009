#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gamestream/audio_packets.hpp"
#include "sim/link.hpp"
#include "support/gs_audio_receiver.hpp"

namespace pf::sim {
namespace {

using gamestream::AudioPackets;
using test::GsAudioPacket;
using test::GsAudioReceiver;

struct Case {
  const char* name;
  bool encrypted;
  int duration_ms;
  std::size_t opus_bytes;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}
const Case kCases[] = {{"stereo", false, 5, 60},
                       {"stereo_encrypted", true, 5, 60},
                       {"whole_cipher_blocks", true, 10, 64},
                       {"surround_encrypted", true, 5, 1'280},
                       {"one_byte", false, 10, 1}};

class AudioSim : public testing::TestWithParam<Case> {
 protected:
  static constexpr std::uint32_t kKeyId = 0xFFFFFFF0;  // the IV's counter wraps early

  AudioPackets packets() const {
    AudioPackets::Config config;
    config.packet_duration = std::chrono::milliseconds(GetParam().duration_ms);
    if (GetParam().encrypted) config.key.emplace(kKey);
    config.key_id = kKeyId;
    auto made = AudioPackets::create(config);
    PF_ASSERT(made.has_value());
    return std::move(*made);
  }
  GsAudioReceiver receiver() const {
    GsAudioReceiver::Config config;
    config.packet_duration = std::chrono::milliseconds(GetParam().duration_ms);
    if (GetParam().encrypted) config.key.emplace(kKey);
    config.key_id = kKeyId;
    return GsAudioReceiver(config);
  }
  // The packet's bytes follow from its number.
  Bytes opus(std::uint32_t number) const {
    Bytes bytes(GetParam().opus_bytes);
    std::uint32_t state = number * 2'654'435'761U;
    for (auto& b : bytes) b = static_cast<std::uint8_t>((state += 0x9E3779B9U) >> 24);
    return bytes;
  }
  static constexpr std::array<std::uint8_t, 16> kKey{1, 2, 3, 4, 5, 6, 7, 8};
};
INSTANTIATE_TEST_SUITE_P(Gamestream, AudioSim, testing::ValuesIn(kCases),
                         [](const auto& param) { return param.param.name; });

TEST_P(AudioSim, WithoutLossEveryPacketIsPlayedOnce) {
  auto source = packets();
  auto sink = receiver();
  // Beyond the wrap of the 16-bit sequence.
  for (std::uint32_t n = 0; n < 70'000; ++n) {
    std::vector<GsAudioPacket> played;
    for (const auto& datagram : source.next(opus(n)))
      for (auto& packet : sink.feed(datagram)) played.push_back(std::move(packet));
    ASSERT_EQ(played.size(), 1U) << n;
    ASSERT_EQ(played[0].sequence, static_cast<std::uint16_t>(n));
    ASSERT_FALSE(played[0].lost || played[0].recovered);
    ASSERT_EQ(played[0].opus, opus(n)) << n;
  }
  EXPECT_EQ(sink.violations(), std::vector<std::string>{});
  EXPECT_EQ(sink.stats().parity_packets, 35'000U);
}

// Every way to lose one or two of the six datagrams of a block.
TEST_P(AudioSim, AnyTwoLossesOfABlockAreRepaired) {
  auto source = packets();
  auto sink = receiver();
  std::uint32_t expected = 0;
  std::uint32_t number = 0;
  for (unsigned first = 0; first < 6; ++first) {
    for (unsigned second = 0; second < 6; ++second) {
      std::vector<Bytes> block;
      for (int i = 0; i < 4; ++i)
        for (const auto& datagram : source.next(opus(number++)))
          block.emplace_back(datagram.begin(), datagram.end());
      ASSERT_EQ(block.size(), 6U);
      for (unsigned i = 0; i < 6; ++i) {
        if (i == first || i == second) continue;
        for (const auto& packet : sink.feed(block[i])) {
          ASSERT_EQ(packet.sequence, static_cast<std::uint16_t>(expected));
          ASSERT_FALSE(packet.lost) << expected;
          ASSERT_EQ(packet.opus, opus(expected)) << expected;
          ++expected;
        }
      }
    }
  }
  EXPECT_EQ(expected, number);
  EXPECT_EQ(sink.violations(), std::vector<std::string>{});
}

TEST_P(AudioSim, ABadLinkNeverPlaysTheWrongPacket) {
  for (const std::uint64_t seed : {31U, 32U, 33U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto source = packets();
    auto sink = receiver();
    LinkOptions options;
    options.seed = seed;
    options.loss = 0.05;
    options.burst = 0.4;
    options.duplicate = 0.02;
    options.late = 0.05;
    options.late_ns = 30'000'000;
    Link link(options);
    std::uint64_t good = 0;
    std::optional<std::uint32_t> last;
    constexpr std::uint32_t kPackets = 20'000;
    for (std::uint32_t n = 0; n < kPackets; ++n) {
      const auto now = std::int64_t{n} * GetParam().duration_ms * 1'000'000;
      for (const auto& datagram : source.next(opus(n))) link.send(now, datagram);
      link.receive(now, [&](ByteSpan datagram) {
        for (const auto& packet : sink.feed(datagram)) {
          if (last) {
            ASSERT_EQ(packet.sequence, static_cast<std::uint16_t>(*last + 1));
          }
          last = packet.sequence;
          if (packet.lost) continue;
          ++good;
          ASSERT_EQ(packet.opus, opus(packet.sequence));
        }
      });
    }
    EXPECT_EQ(sink.violations(), std::vector<std::string>{});
    EXPECT_GT(sink.stats().recovered, 100U);
    EXPECT_GT(good, kPackets * 8 / 10);
  }
}

}  // namespace
}  // namespace pf::sim
