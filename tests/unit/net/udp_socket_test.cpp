#include "net/udp_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace pf::net {
namespace {

UdpSocket open_at(const Endpoint& bind) {
  auto socket = UdpSocket::open({.bind = bind});
  EXPECT_TRUE(socket.has_value()) << socket.error().message();
  return std::move(*socket);
}

// Waits for the datagram; fails the test when none comes.
Bytes take(UdpSocket& socket, Received* meta = nullptr) {
  Bytes buffer(2048);
  Received received;
  pollfd entry{socket.fd(), POLLIN, 0};
  if (::poll(&entry, 1, 5'000) != 1 || socket.receive(buffer, received) != ReceiveStatus::Packet) {
    ADD_FAILURE() << "no datagram";
    return {};
  }
  if (meta != nullptr) *meta = received;
  buffer.resize(received.bytes);
  return buffer;
}

TEST(UdpSocket, EphemeralPortIsReported) {
  const auto socket = open_at(Endpoint{});
  EXPECT_NE(socket.local().port(), 0);
  EXPECT_TRUE(socket.local().is_any());
}

TEST(UdpSocket, NothingToReceiveIsNotAnError) {
  auto socket = open_at(Endpoint::loopback_v4(0));
  Bytes buffer(10);
  Received received;
  EXPECT_EQ(socket.receive(buffer, received), ReceiveStatus::Empty);
}

TEST(UdpSocket, APortInUseIsAnError) {
  const auto first = open_at(Endpoint::loopback_v4(0));
  const auto second = UdpSocket::open({.bind = first.local()});
  ASSERT_FALSE(second.has_value());
  EXPECT_TRUE(second.error().is(Errc::BindFailed));
}

TEST(UdpSocket, ForeignAddressCannotBeBound) {
  const auto socket = UdpSocket::open({.bind = *Endpoint::parse("192.0.2.1", 0)});
  ASSERT_FALSE(socket.has_value());
  EXPECT_TRUE(socket.error().is(Errc::BindFailed));
}

TEST(UdpSocket, ReportsSourceAndLocalAddressOfBothFamilies) {
  auto host = open_at(Endpoint{});
  const auto port = host.local().port();
  const Bytes ping{'P', 'I', 'N', 'G'};

  auto v4 = open_at(Endpoint::loopback_v4(0));
  ASSERT_EQ(v4.send(ping, {.to = *Endpoint::parse("127.0.0.3", port)}), SendStatus::Sent);
  Received meta;
  EXPECT_EQ(take(host, &meta), ping);
  EXPECT_EQ(meta.from, v4.local());
  EXPECT_EQ(meta.local, *Endpoint::parse("127.0.0.3", port));
  EXPECT_FALSE(meta.truncated);

  auto v6 = UdpSocket::open({.bind = Endpoint::loopback_v6(0)});
  if (!v6) GTEST_SKIP() << "no IPv6 here: " << v6.error().message();
  ASSERT_EQ(v6->send(ping, {.to = Endpoint::loopback_v6(port)}), SendStatus::Sent);
  EXPECT_EQ(take(host, &meta), ping);
  EXPECT_EQ(meta.from, v6->local());
  EXPECT_EQ(meta.local, Endpoint::loopback_v6(port));
}

TEST(UdpSocket, TooLongADatagramIsMarked) {
  auto host = open_at(Endpoint::loopback_v4(0));
  ASSERT_EQ(host.send(Bytes(20, 1), {.to = host.local()}), SendStatus::Sent);
  pollfd entry{host.fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&entry, 1, 5'000), 1);
  Bytes buffer(8);
  Received received;
  ASSERT_EQ(host.receive(buffer, received), ReceiveStatus::Packet);
  EXPECT_TRUE(received.truncated);
  EXPECT_EQ(received.bytes, 8U);
}

TEST(UdpSocket, SendsFromTheAddressThatThePeerSpokeTo) {
  auto host = open_at(Endpoint{});
  auto client = open_at(Endpoint::loopback_v4(0));
  Route route{.to = client.local(), .from = *Endpoint::parse("127.0.0.9", 0), .dscp = 40};
  const Bytes packets(100, 7);
  ASSERT_EQ(host.send_batch({packets.data(), 50, 50, 2}, route), SendStatus::Sent);
  for (int i = 0; i < 2; ++i) {
    Received meta;
    EXPECT_EQ(take(client, &meta), Bytes(50, 7));
    EXPECT_EQ(meta.from, *Endpoint::parse("127.0.0.9", host.local().port()));
  }

  auto v6 = UdpSocket::open({.bind = Endpoint::loopback_v6(0)});
  if (!v6) return;
  Route route6{.to = v6->local(), .from = Endpoint::loopback_v6(0), .dscp = 40};
  ASSERT_EQ(host.send_batch({packets.data(), 50, 50, 2}, route6), SendStatus::Sent);
  Received meta;
  EXPECT_EQ(take(*v6, &meta), Bytes(50, 7));
  EXPECT_EQ(meta.from, Endpoint::loopback_v6(host.local().port()));
}

class EveryMode : public testing::TestWithParam<BatchMode> {};
INSTANTIATE_TEST_SUITE_P(UdpSocket, EveryMode,
                         testing::Values(BatchMode::Segmentation, BatchMode::Multiple,
                                         BatchMode::Single));

TEST_P(EveryMode, EveryPacketArrivesInOrder) {
  for (const std::size_t size : {50UL, 1408UL}) {
    for (const std::size_t gap : {0UL, 5UL}) {
      for (const std::size_t count : {1UL, 2UL, 46UL, 47UL, 130UL}) {
        auto host = open_at(Endpoint{});
        auto client = open_at(Endpoint::loopback_v4(0));
        Bytes memory((size + gap) * count);
        for (std::size_t i = 0; i < memory.size(); ++i)
          memory[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        Route route{.to = client.local(), .mode = GetParam()};
        ASSERT_EQ(host.send_batch({memory.data(), size, size + gap, count}, route),
                  SendStatus::Sent);
        for (std::size_t i = 0; i < count; ++i) {
          const auto* at = memory.data() + i * (size + gap);
          ASSERT_EQ(take(client), Bytes(at, at + size)) << i;
        }
        EXPECT_EQ(host.counters().sent_packets.value(), count);
        EXPECT_EQ(host.counters().sent_bytes.value(), count * size);
        EXPECT_EQ(host.counters().dropped_packets.value(), 0U);
      }
    }
  }
}

TEST(UdpSocket, SegmentationSendsManyPacketsPerCall) {
  auto host = open_at(Endpoint{});
  auto client = open_at(Endpoint::loopback_v4(0));
  const Bytes memory(1408 * 92);
  Route route{.to = client.local()};
  ASSERT_EQ(host.send_batch({memory.data(), 1408, 1408, 92}, route), SendStatus::Sent);
  if (route.mode != BatchMode::Segmentation) GTEST_SKIP() << "no segmentation offload here";
  EXPECT_EQ(host.counters().send_calls.value(), 2U);
}

// Segmentation refuses packets that exceed the path's MTU; plain sending fragments them.
TEST(UdpSocket, ManyPacketsMayComeInOneCall) {
  auto host = open_at(Endpoint::loopback_v4(0));
  auto client = UdpSocket::open({.bind = Endpoint::loopback_v4(0), .coalesce = true});
  ASSERT_TRUE(client);
  constexpr std::size_t kBytes = 1'000, kPackets = 20;
  Bytes packets(kBytes * kPackets);
  std::iota(packets.begin(), packets.end(), std::uint8_t{0});
  Route route{.to = client->local()};
  ASSERT_EQ(host.send_batch({packets.data(), kBytes, kBytes, kPackets}, route), SendStatus::Sent);
  const Bytes last(300, 9);
  ASSERT_EQ(host.send(last, route), SendStatus::Sent);
  Bytes all, buffer(65'536);
  std::vector<std::size_t> sizes;
  while (all.size() < packets.size() + last.size()) {
    pollfd entry{client->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 5'000), 1);
    Received got;
    ASSERT_EQ(client->receive(buffer, got), ReceiveStatus::Packet);
    EXPECT_FALSE(got.truncated);
    const auto step = got.segment_bytes != 0 ? got.segment_bytes : got.bytes;
    for (std::size_t at = 0; at < got.bytes; at += step)
      sizes.push_back(std::min(step, got.bytes - at));
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got.bytes));
  }
  std::vector<std::size_t> wanted(kPackets, kBytes);
  wanted.push_back(last.size());
  EXPECT_EQ(sizes, wanted);
  EXPECT_TRUE(std::equal(packets.begin(), packets.end(), all.begin()));
}

TEST(UdpSocket, FallsBackWhereSegmentationIsRefused) {
  auto host = UdpSocket::open({.bind = Endpoint::loopback_v6(0)});
  auto client = UdpSocket::open({.bind = Endpoint::loopback_v6(0)});
  if (!host || !client) GTEST_SKIP() << "no IPv6 here";
  const int mtu = 1280;
  ASSERT_EQ(::setsockopt(host->fd(), IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof mtu), 0);
  const Bytes memory(1400 * 3, 5);
  Route route{.to = client->local()};
  EXPECT_EQ(host->send_batch({memory.data(), 1400, 1400, 3}, route), SendStatus::Sent);
  EXPECT_EQ(route.mode, BatchMode::Multiple);
  EXPECT_EQ(host->counters().mode_changes.value(), 1U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take(*client), Bytes(1400, 5));
}

TEST(UdpSocket, AnImpossibleRouteIsRefusedAndKeepsItsMode) {
  auto host = open_at(Endpoint{});
  const Bytes memory(100);
  Route route{.to = Endpoint::loopback_v4(9), .from = *Endpoint::parse("192.0.2.77", 0)};
  EXPECT_EQ(host.send_batch({memory.data(), 50, 50, 2}, route), SendStatus::Refused);
  EXPECT_EQ(route.mode, BatchMode::Segmentation);
  EXPECT_EQ(host.counters().dropped_packets.value(), 2U);
}

}  // namespace
}  // namespace pf::net
