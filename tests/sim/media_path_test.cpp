// From access unit to socket nothing allocates: an allocation inside a NoAllocScope ends the test
// program.
#include <gtest/gtest.h>
#include <poll.h>

#include "base/thread.hpp"
#include "gamestream/audio_packets.hpp"
#include "gamestream/video_packets.hpp"
#include "net/pacer.hpp"
#include "net/udp_socket.hpp"

namespace pf::sim {
namespace {

TEST(MediaPath, VideoDoesNotAllocate) {
  auto host = net::UdpSocket::open({});
  auto client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
  ASSERT_TRUE(host && client);
  for (const bool encrypted : {false, true}) {
    gamestream::VideoPackets::Config config;
    config.packet_size = encrypted ? 1360 : 1392;
    config.min_parity = 2;
    if (encrypted) config.key.emplace();
    auto packets = gamestream::VideoPackets::create(config);
    ASSERT_TRUE(packets.has_value());
    net::Pacer pacer({}, std::chrono::milliseconds(16));
    Bytes received(2048);
    for (const net::BatchMode mode :
         {net::BatchMode::Segmentation, net::BatchMode::Multiple, net::BatchMode::Single}) {
      net::Route route{.to = client->local(), .from = net::Endpoint::loopback_v4(0), .mode = mode};
      for (const std::size_t size : {100UL, 20'000UL, 400'000UL, 1'300'000UL}) {
        const Bytes bitstream(size, 1);
        const media::AccessUnit unit(bitstream, nullptr, nullptr);
        std::size_t sent = 0;
        {
          const NoAllocScope no_alloc;
          ASSERT_EQ(packets->begin(unit, 1, 2), gamestream::VideoPackets::Status::Ready);
          auto now = SteadyTime{};
          pacer.begin(now, packets->frame_packets(), packets->datagram_bytes());
          for (auto run = packets->next_block(); run.count != 0; run = packets->next_block()) {
            while (run.count != 0) {
              const auto step = pacer.next(now, run.count);
              if (step.packets == 0) {
                now = step.wake;
                continue;
              }
              auto part = run;
              part.count = step.packets;
              // A full receiver makes no difference to the sender on loopback.
              ASSERT_EQ(host->send_batch(part, route), net::SendStatus::Sent);
              run.base += step.packets * run.stride;
              run.count -= step.packets;
              sent += step.packets;
              net::Received meta;
              while (client->receive(received, meta) == net::ReceiveStatus::Packet) continue;
            }
          }
        }
        EXPECT_EQ(sent, packets->frame_packets());
        EXPECT_TRUE(pacer.done());
      }
    }
  }
}

TEST(MediaPath, AudioDoesNotAllocate) {
  gamestream::AudioPackets::Config config;
  config.key.emplace();
  auto packets = gamestream::AudioPackets::create(config);
  ASSERT_TRUE(packets.has_value());
  const Bytes opus(60, 1);
  std::size_t sent = 0;
  {
    const NoAllocScope no_alloc;
    for (int i = 0; i < 400; ++i) sent += packets->next(opus).size();
  }
  EXPECT_EQ(sent, 600U);
}

}  // namespace
}  // namespace pf::sim
