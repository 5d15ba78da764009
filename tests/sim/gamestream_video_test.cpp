// Thousands of frames from the packetiser to the client's reassembly, whole, damaged within the
// parity, and over a bad link.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gamestream/video_packets.hpp"
#include "sim/link.hpp"
#include "support/gs_video_receiver.hpp"

namespace pf::sim {
namespace {

using gamestream::VideoPackets;
using test::GsVideoFrame;
using test::GsVideoReceiver;

struct Case {
  const char* name;
  std::size_t packet_size;
  bool encrypted;
  unsigned share;
  unsigned min_parity;
  std::size_t max_packets;  // data packets of the largest frame
  int frames;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

const Case kCases[] = {
    {"small_packets", 48, false, 20, 2, 1'100, 1'000},
    {"small_packets_encrypted", 48, true, 20, 2, 1'100, 400},
    {"lan", 1392, false, 20, 2, 900, 150},
    {"lan_encrypted", 1360, true, 20, 2, 900, 100},
    {"remote", 1024, false, 50, 2, 500, 150},
    {"no_parity", 48, false, 0, 2, 4 * 1'023, 150},
    {"one_percent", 48, false, 1, 0, 1'200, 300},
    {"one_percent_with_minimum", 48, true, 1, 2, 300, 300},
    {"as_much_parity_as_data", 48, false, 100, 2, 700, 300},
    {"most_parity", 64, false, 255, 7, 400, 300},
};

class Stream {
 public:
  Stream(const Case& c, std::uint64_t seed) : case_(c), random_(seed) {
    VideoPackets::Config config;
    config.packet_size = c.packet_size;
    config.fec_percentage = c.share;
    config.min_parity = c.min_parity;
    if (c.encrypted) {
      config.key.emplace();
      std::iota(config.key->begin(), config.key->end(), std::uint8_t{0});
    }
    auto packets = VideoPackets::create(config);
    PF_ASSERT(packets.has_value());
    packets_.emplace(std::move(*packets));
    receiver_.emplace(GsVideoReceiver::Config{c.packet_size, config.key});
  }

  std::mt19937_64& random() { return random_; }
  GsVideoReceiver& receiver() { return *receiver_; }
  VideoPackets& packets() { return *packets_; }

  // Sizes of all magnitudes, with the ends of packets, blocks and frames among them.
  Bytes next_frame(int number) {
    const std::size_t payload = case_.packet_size - 16;
    const std::size_t largest = case_.max_packets * payload - 8;
    std::size_t size = 1;
    if (number % 4 == 1) {
      size = payload * (1 + random_() % 6) - 9 + random_() % 3;
    } else if (number % 4 == 2) {
      size = 1 + random_() % largest;
    } else if (number % 4 == 3) {
      size = std::size_t{1} << random_() % 12;
    } else if (number != 0) {
      size = largest - random_() % (2 * payload);
    }
    Bytes bytes(std::clamp<std::size_t>(size, 1, largest));
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      const std::uint64_t value = random_();
      for (std::size_t b = i; b < std::min(i + 8, bytes.size()); ++b)
        bytes[b] = static_cast<std::uint8_t>(value >> 8 * (b - i));
    }
    return bytes;
  }

  gamestream::FecFrame layout(const Bytes& bytes) const {
    const std::size_t payload = case_.packet_size - 16;
    return gamestream::fec_frame((bytes.size() + 8 + payload - 1) / payload, case_.share);
  }

  media::AccessUnit unit(const Bytes& bytes, int number) const {
    media::AccessUnit unit(bytes, nullptr, nullptr);
    unit.type = number == 0 ? media::FrameType::Idr : media::FrameType::Predicted;
    return unit;
  }

 private:
  Case case_;
  std::mt19937_64 random_;
  std::optional<VideoPackets> packets_;
  std::optional<GsVideoReceiver> receiver_;
};

ByteSpan datagram(const net::PacketRun& run, std::size_t i) {
  return {run.base + i * run.stride, run.packet_bytes};
}

class VideoSim : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Gamestream, VideoSim, testing::ValuesIn(kCases),
                         [](const auto& param) { return param.param.name; });

TEST_P(VideoSim, WithoutLossEveryFrameIsBitExact) {
  constexpr std::uint64_t kSeed = 11;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Stream stream(GetParam(), kSeed);
  for (int n = 0; n < GetParam().frames; ++n) {
    const Bytes bytes = stream.next_frame(n);
    const auto unit = stream.unit(bytes, n);
    const auto stamp = static_cast<std::uint32_t>(n * 1500);
    ASSERT_EQ(stream.packets().begin(unit, 33, stamp), VideoPackets::Status::Ready);
    std::optional<GsVideoFrame> got;
    std::size_t sent = 0;
    for (auto run = stream.packets().next_block(); run.count != 0;
         run = stream.packets().next_block()) {
      sent += run.count;
      for (std::size_t i = 0; i < run.count; ++i)
        if (auto frame = stream.receiver().feed(datagram(run, i))) got = std::move(frame);
    }
    ASSERT_EQ(stream.receiver().violations(), std::vector<std::string>{}) << "frame " << n;
    ASSERT_EQ(sent, stream.packets().frame_packets());
    ASSERT_TRUE(got.has_value()) << "frame " << n << " of " << bytes.size() << " bytes";
    ASSERT_EQ(got->bitstream, bytes) << "frame " << n;
    ASSERT_EQ(got->index, static_cast<std::uint32_t>(n + 1));
    ASSERT_EQ(got->type, n == 0 ? 2 : 1);
    ASSERT_EQ(got->latency, 33);
    ASSERT_EQ(got->timestamp, stamp);
    ASSERT_EQ(got->recovered, 0U);
  }
}

// Of every block exactly as many datagrams are lost as it has parity, and the rest is shuffled.
TEST_P(VideoSim, LossWithinTheParityIsRepaired) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream stream(GetParam(), seed);
    std::uint64_t lost_data = 0;
    for (int n = 0; n < GetParam().frames / 3; ++n) {
      const Bytes bytes = stream.next_frame(n);
      const auto unit = stream.unit(bytes, n);
      ASSERT_EQ(stream.packets().begin(unit, 0, 9), VideoPackets::Status::Ready);
      std::optional<GsVideoFrame> got;
      const auto layout = stream.layout(bytes);
      std::size_t block = 0;
      for (auto run = stream.packets().next_block(); run.count != 0;
           run = stream.packets().next_block()) {
        const auto shape =
            gamestream::fec_block(layout, block++, GetParam().share, GetParam().min_parity);
        ASSERT_EQ(run.count, shape.data + shape.parity);
        std::vector<std::size_t> order(run.count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::shuffle(order.begin(), order.end(), stream.random());
        for (std::size_t i = 0; i < run.count; ++i) {
          if (i < shape.parity)
            lost_data += order[i] < shape.data ? 1U : 0U;
          else if (auto frame = stream.receiver().feed(datagram(run, order[i])))
            got = std::move(frame);
        }
      }
      ASSERT_EQ(stream.receiver().violations(), std::vector<std::string>{}) << "frame " << n;
      ASSERT_TRUE(got.has_value()) << "frame " << n << " of " << bytes.size() << " bytes";
      ASSERT_EQ(got->bitstream, bytes) << "frame " << n;
    }
    EXPECT_EQ(stream.receiver().stats().recovered, lost_data);
    EXPECT_EQ(stream.receiver().stats().frames_lost, 0U);
  }
}

// A frame whose blocks all kept enough datagrams, in time, must come out; whatever comes out must
// be right.
TEST_P(VideoSim, ABadLinkLosesFramesButNeverCorruptsThem) {
  for (const std::uint64_t seed : {21U, 22U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream stream(GetParam(), seed);
    LinkOptions options;
    options.seed = seed;
    options.loss = 0.004;
    options.burst = 0.7;
    options.duplicate = 0.01;
    options.late = 0.01;
    options.late_ns = 20'000;
    Link link(options);
    constexpr std::int64_t kFrameNs = 16'666'667;
    std::vector<Bytes> originals;
    std::vector<bool> possible;
    std::vector<bool> arrived;
    for (int n = 0; n < GetParam().frames / 2; ++n) {
      originals.push_back(stream.next_frame(n));
      const auto unit = stream.unit(originals.back(), n);
      arrived.push_back(false);
      possible.push_back(true);
      const auto layout = stream.layout(originals.back());
      std::size_t block = 0;
      std::int64_t now = n * kFrameNs;
      ASSERT_EQ(stream.packets().begin(unit, 0, 9), VideoPackets::Status::Ready);
      for (auto run = stream.packets().next_block(); run.count != 0;
           run = stream.packets().next_block()) {
        const auto shape =
            gamestream::fec_block(layout, block++, GetParam().share, GetParam().min_parity);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < run.count; ++i, now += 2'000)
          kept += link.send(now, datagram(run, i)) ? 1U : 0U;
        if (kept < shape.data) possible.back() = false;
        // Blocks are far enough apart that a late datagram does not fall into the next one.
        now += 2 * options.late_ns;
      }
      link.receive((n + 1) * kFrameNs, [&](ByteSpan bytes) {
        const auto frame = stream.receiver().feed(bytes);
        if (!frame) return;
        const auto index = frame->index - 1;
        ASSERT_LT(index, originals.size());
        EXPECT_EQ(frame->bitstream, originals[index]) << "frame " << index;
        EXPECT_FALSE(arrived[index]);
        arrived[index] = true;
      });
    }
    EXPECT_EQ(stream.receiver().violations(), std::vector<std::string>{});
    EXPECT_EQ(arrived, possible);
  }
}

}  // namespace
}  // namespace pf::sim
