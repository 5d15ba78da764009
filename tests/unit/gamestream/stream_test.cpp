#include "gamestream/stream.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <thread>

namespace pf::gamestream {
namespace {

constexpr int kLongMs = 10'000;

class Sinks : public testing::Test {
 protected:
  Sinks() : client_(*net::UdpSocket::open({})) {
    link_->gate.store(&gate_);
    link_->video.set(net::Endpoint::loopback_v4(client_.local().port()), {});
    link_->audio.set(net::Endpoint::loopback_v4(client_.local().port()), {});
  }
  std::unique_ptr<GsVideoSink> video(std::uint8_t dscp = 0) {
    GsVideoSink::Config config;
    config.packets.packet_size = 1024;
    config.dscp = dscp;
    config.socket = socket_;
    config.link = link_;
    return std::move(*GsVideoSink::create(std::move(config)));
  }
  std::unique_ptr<GsAudioSink> audio() {
    GsAudioSink::Config config;
    config.socket = socket_;
    config.link = link_;
    return std::move(*GsAudioSink::create(std::move(config)));
  }
  media::AccessUnit unit(std::size_t size) {
    bytes_.assign(size, 0x42);
    media::AccessUnit made(bytes_, nullptr, nullptr);
    made.type = media::FrameType::Idr;
    made.timeline.captured_ns = steady_now_ns() - 2'000'000;
    return made;
  }
  // The next datagram, or nothing when none is there (`wait` false) or none came in time.
  std::optional<Bytes> receive(bool wait = true) {
    Bytes buffer(2048);
    net::Received got;
    pollfd ready{client_.fd(), POLLIN, 0};
    if (wait) ::poll(&ready, 1, kLongMs);
    if (client_.receive(buffer, got) != net::ReceiveStatus::Packet) return std::nullopt;
    buffer.resize(got.bytes);
    return buffer;
  }

  std::shared_ptr<net::UdpSocket> socket_ =
      std::make_shared<net::UdpSocket>(*net::UdpSocket::open({}));
  net::UdpSocket client_;
  std::shared_ptr<MediaLink> link_ = std::make_shared<MediaLink>();
  session::Gate gate_;
  Bytes bytes_;
};

TEST_F(Sinks, SendsAFrameWithItsTimes) {
  const auto sink = video();
  auto frame = unit(5'000);
  const auto before = steady_now_ns();
  ASSERT_TRUE(sink->send(frame));
  EXPECT_GE(frame.timeline.first_packet_ns, before);
  EXPECT_GE(frame.timeline.last_packet_ns, frame.timeline.first_packet_ns);
  const auto first = receive();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 1040U);
  EXPECT_EQ((*first)[0], 0x90);
  EXPECT_EQ(load_le<std::uint32_t>(first->data() + 20), 1U);
  EXPECT_GE(load_le<std::uint16_t>(first->data() + 33), 20);  // 0.1 ms, at least the 2 ms above
  EXPECT_EQ(load_be<std::uint32_t>(first->data() + 4), rtp_timestamp(frame.timeline.captured_ns));
  for (std::uint16_t sequence = 1; sequence < 6; ++sequence) {
    const auto next = receive();
    ASSERT_TRUE(next);
    EXPECT_EQ(load_be<std::uint16_t>(next->data() + 2), sequence);
  }
}

// Read back from the kernel: a router sees it in the IP header, whatever the family.
TEST_F(Sinks, PacketsCarryTheirTrafficClass) {
  const auto tag_of = [&](const net::Endpoint& to, bool v6, std::uint8_t dscp) {
    const int on = 1;
    if (v6)
      ::setsockopt(client_.fd(), IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
    else
      ::setsockopt(client_.fd(), IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
    while (receive(false)) {
    }
    link_->video.set(to, {});
    auto frame = unit(500);
    EXPECT_TRUE(video(dscp)->send(frame));
    int tag = -1;
    pollfd ready{client_.fd(), POLLIN, 0};
    if (::poll(&ready, 1, kLongMs) != 1) return tag;
    Bytes buffer(2048);
    std::array<char, 256> control{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(client_.fd(), &message, 0) <= 0) return tag;
    for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
      if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_TOS) tag = *CMSG_DATA(one);
      if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_TCLASS)
        std::memcpy(&tag, CMSG_DATA(one), sizeof tag);
    }
    return tag;
  };
  const auto port = client_.local().port();
  EXPECT_EQ(tag_of(net::Endpoint::loopback_v4(port), false, 40), 40 << 2);
  if (net::UdpSocket::open({.bind = net::Endpoint::loopback_v6(0)})) {
    EXPECT_EQ(tag_of(net::Endpoint::loopback_v6(port), true, 48), 48 << 2);
  }
}

TEST_F(Sinks, NumbersOnTheWireLeadBackToUnits) {
  const auto sink = video();
  auto frame = unit(2'000);
  frame.index = 41;
  ASSERT_TRUE(sink->send(frame));
  EXPECT_EQ(link_->unit_index(1), 41U);
  // A unit that was never sent used no number.
  frame = unit(2'000);
  frame.index = 43;
  ASSERT_TRUE(sink->send(frame));
  EXPECT_EQ(link_->unit_index(2), 43U);
}

TEST_F(Sinks, TheLinksShareOfParityIsFollowed) {
  const auto sink = video();
  const auto packets_of = [&] {
    const auto before = link_->packets_sent.load();
    auto frame = unit(20'000);
    EXPECT_TRUE(sink->send(frame));
    return link_->packets_sent.load() - before;
  };
  link_->fec_percent = 10;
  const auto few = packets_of();
  link_->fec_percent = 50;
  EXPECT_GE(packets_of(), few * 13 / 10);
}

TEST_F(Sinks, AClosedGateSendsNothing) {
  const auto sink = video();
  const auto sound = audio();
  gate_.shut();
  auto frame = unit(5'000);
  EXPECT_FALSE(sink->send(frame));
  EXPECT_EQ(frame.timeline.first_packet_ns, 0);
  sound->send({Bytes(100, 1)});
  EXPECT_FALSE(receive(false));
}

TEST_F(Sinks, AGateThatShutsStopsTheFrameInTheMiddle) {
  const auto sink = video();
  // A frame is paced over milliseconds; on a busy machine the other thread may come too late for
  // one, hardly for all of them.
  bool cut = false;
  for (int attempt = 0; attempt < 50 && !cut; ++attempt) {
    session::Gate gate;
    link_->gate.store(&gate);
    while (receive(false)) {
    }
    auto frame = unit(3'000'000);
    std::jthread closer([&] {
      receive();
      gate.shut();
    });
    cut = !sink->send(frame);
    closer.join();
    link_->gate.store(&gate_);
    if (!cut) continue;
    EXPECT_NE(frame.timeline.first_packet_ns, 0);
    EXPECT_EQ(frame.timeline.last_packet_ns, 0);
  }
  EXPECT_TRUE(cut);
}

TEST_F(Sinks, NothingLeavesBeforeTheClientIsKnown) {
  link_ = std::make_shared<MediaLink>();
  const auto sink = video();
  auto frame = unit(100);
  EXPECT_FALSE(sink->send(frame));  // no gate, no destination
  link_->gate.store(&gate_);
  EXPECT_FALSE(sink->send(frame));
  link_->video.set(net::Endpoint::loopback_v4(client_.local().port()), {});
  EXPECT_TRUE(sink->send(frame));
  EXPECT_TRUE(receive());
}

TEST_F(Sinks, FollowsAClientThatMoves) {
  const auto sink = video();
  auto frame = unit(100);
  ASSERT_TRUE(sink->send(frame));
  while (receive(false)) {
  }
  auto moved = *net::UdpSocket::open({});
  link_->video.set(net::Endpoint::loopback_v4(moved.local().port()), {});
  ASSERT_TRUE(sink->send(frame));
  EXPECT_FALSE(receive(false));
}

TEST_F(Sinks, RefusesWhatCannotBeSentWhole) {
  const auto sink = video();
  auto empty = unit(0);
  EXPECT_FALSE(sink->send(empty));
  auto huge = unit(std::size_t{5} << 20);
  EXPECT_FALSE(sink->send(huge));
  EXPECT_FALSE(receive(false));
}

TEST_F(Sinks, AudioComesWithItsParity) {
  const auto sound = audio();
  for (int i = 0; i < 4; ++i) sound->send({Bytes(100, static_cast<std::uint8_t>(i))});
  std::vector<int> types;
  for (int i = 0; i < 6; ++i) {
    const auto datagram = receive();
    ASSERT_TRUE(datagram);
    types.push_back((*datagram)[1]);
  }
  EXPECT_EQ(types, (std::vector<int>{97, 97, 97, 97, 127, 127}));
}

TEST(StreamTimes, LatencyAndClock) {
  media::AccessUnit unit;
  EXPECT_EQ(host_latency(unit, 1'000'000), 0U);  // no stamp
  unit.timeline.captured_ns = 1'000'000;
  EXPECT_EQ(host_latency(unit, 1'000'001), 1U);
  EXPECT_EQ(host_latency(unit, 3'500'000), 25U);
  EXPECT_EQ(host_latency(unit, 900'000), 0U);
  EXPECT_EQ(host_latency(unit, 100'000'000'000), 0xFFFFU);
  unit.repeat = true;
  EXPECT_EQ(host_latency(unit, 3'500'000), 0U);
  EXPECT_EQ(rtp_timestamp(0), 0U);
  EXPECT_EQ(rtp_timestamp(1'000'000'000), 90'000U);
  EXPECT_EQ(rtp_timestamp(1'000'011'112), 90'001U);
  EXPECT_EQ(rtp_timestamp(std::int64_t{1} << 62),
            static_cast<std::uint32_t>((std::uint64_t{1} << 62) / 100'000 * 9 +
                                       (std::uint64_t{1} << 62) % 100'000 * 9 / 100'000));
}

}  // namespace
}  // namespace pf::gamestream
