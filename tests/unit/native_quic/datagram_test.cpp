// QUIC datagrams: sizes, the small queue, ports of other threads.
#include <gtest/gtest.h>

#include <thread>

#include "base/thread.hpp"
#include "sim.hpp"

namespace pf::test {
namespace {

TEST(QuicDatagram, AllSizesUpToTheLimitArrive) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(2s);  // path MTU discovery
  auto& c = *server->connection;
  const auto most = c.max_datagram_bytes();
  EXPECT_EQ(c.max_udp_payload_bytes(), path_search_top());
  EXPECT_EQ(most, c.max_udp_payload_bytes() - 44);
  for (std::size_t size = 0; size <= most; size += size + 40 < most ? 37 : 1) {
    EXPECT_EQ(c.send_datagram(pattern(size)), DatagramSend::Queued);
    const auto before = client->datagrams.size();
    ASSERT_TRUE(pair.net.run([&, s = client] { return s->datagrams.size() > before; })) << size;
    EXPECT_EQ(client->datagrams.back(), pattern(size));
  }
  EXPECT_EQ(c.send_datagram(pattern(most + 1)), DatagramSend::TooLarge);
  EXPECT_EQ(c.stats().datagrams_dropped, 0U);
  pair.net.pass_time(100ms);
  EXPECT_EQ(c.stats().datagrams_acked, c.stats().datagrams_sent);
}

TEST(QuicDatagram, SmallPathsKeepSmallDatagrams) {
  SimPair pair;
  pair.net.mtu = 1300;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(10s);
  EXPECT_LE(server->connection->max_udp_payload_bytes(), 1300U);
  EXPECT_GE(server->connection->max_udp_payload_bytes(), 1200U);
  const auto most = server->connection->max_datagram_bytes();
  EXPECT_EQ(server->connection->send_datagram(pattern(most)), DatagramSend::Queued);
  ASSERT_TRUE(pair.net.run([&, s = client] { return s->datagrams.size() == 1; }));
}

TEST(QuicDatagram, QueueDropsTheOldest) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  for (std::uint8_t i = 0; i < 10; ++i)
    EXPECT_EQ(server->connection->send_datagram(Bytes(1000, i)), DatagramSend::Queued);
  ASSERT_TRUE(pair.net.run([&, s = client] { return s->datagrams.size() == 4; }));
  pair.net.pass_time(100ms);
  ASSERT_EQ(client->datagrams.size(), 4U);
  EXPECT_EQ(client->datagrams.front(), Bytes(1000, 6));
  EXPECT_EQ(client->datagrams.back(), Bytes(1000, 9));
  EXPECT_EQ(server->connection->stats().datagrams_dropped, 6U);
  EXPECT_EQ(pair.server->counters.datagrams_dropped.value(), 6U);
}

TEST(QuicDatagram, LossesAreCounted) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  bool cut = true;
  pair.net.filter = [&](SimNet::Packet& p) { return cut && p.to == pair.client->address; };
  server->connection->send_datagram(Bytes(100, 1));
  pair.net.pass_time(5ms);
  cut = false;
  for (int i = 0; i < 20; ++i) {
    server->connection->send_datagram(Bytes(100, 2));
    pair.net.pass_time(5ms);
  }
  pair.net.pass_time(1s);
  EXPECT_EQ(server->connection->stats().datagrams_lost, 1U);
  EXPECT_EQ(client->datagrams.size(), 20U);
}

TEST(QuicDatagram, PortsOfOtherThreads) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  auto port = server->connection->open_datagram_port(64, 1500);
  EXPECT_EQ(port->max_datagram_bytes(), server->connection->max_datagram_bytes());
  std::thread audio([&] {
    const NoAllocScope guard;
    const std::array<std::uint8_t, 4> head{1, 2, 3, 4};
    const std::array<std::uint8_t, 200> body{};
    for (int i = 0; i < 64; ++i) EXPECT_EQ(port->push(head, body), DatagramSend::Queued);
    EXPECT_EQ(port->push(head), DatagramSend::QueueFull);
    const std::array<std::uint8_t, 1500> large{};
    EXPECT_EQ(port->push(large), DatagramSend::TooLarge);
  });
  audio.join();
  pair.server->bell->quiet();
  pair.server->engine.ports_rang();
  // More than the 4 KiB queue holds at once, but the window is open: nothing may fall out.
  ASSERT_TRUE(pair.net.run([&, s = client] { return s->datagrams.size() == 64; }));
  EXPECT_EQ(client->datagrams[0].size(), 204U);
  EXPECT_EQ(port->counters().queued.value(), 64U);
  EXPECT_EQ(port->counters().dropped_full.value(), 1U);
  EXPECT_EQ(port->counters().dropped_large.value(), 1U);

  server->connection->close(0, "done");
  EXPECT_TRUE(pair.net.run([&, s = server] { return s->closed.has_value(); }));
  EXPECT_EQ(port->push(Bytes(10)), DatagramSend::Closed);
  EXPECT_EQ(port->counters().dropped_closed.value(), 1U);
}

TEST(QuicDatagram, PortsFollowTheWindow) {
  // With the network cut, old datagrams fall out and the newest survive.
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  auto port = server->connection->open_datagram_port(256, 1200);
  pair.net.filter = [&](SimNet::Packet& p) { return p.to == pair.client->address; };
  for (std::uint8_t i = 0; i < 200; ++i) {
    ASSERT_EQ(port->push(Bytes(1000, i)), DatagramSend::Queued) << int(i);
    pair.server->engine.ports_rang();
    pair.net.pass_time(1ms);
  }
  EXPECT_GT(server->connection->stats().datagrams_dropped, 100U);
  pair.net.filter = {};
  pair.net.pass_time(3s);
  ASSERT_FALSE(client->datagrams.empty());
  EXPECT_EQ(client->datagrams.back(), Bytes(1000, 199));
}

TEST(QuicDatagram, RingKeepsOrderAcrossThreads) {
  auto bell = std::make_shared<Doorbell>();
  DatagramPort port(bell, 8, 16);
  port.set_max_datagram_bytes(16);
  constexpr std::uint32_t kCount = 20'000;
  std::thread producer([&] {
    for (std::uint32_t i = 0; i < kCount;) {
      std::array<std::uint8_t, 4> bytes;
      store_le(bytes.data(), i);
      if (port.push(bytes) == DatagramSend::Queued)
        ++i;
      else
        std::this_thread::yield();
    }
  });
  for (std::uint32_t i = 0; i < kCount;) {
    ByteSpan bytes;
    if (!port.front(bytes)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(bytes.size(), 4U);
    ASSERT_EQ(load_le<std::uint32_t>(bytes.data()), i);
    port.pop();
    ++i;
  }
  producer.join();
}

}  // namespace
}  // namespace pf::test
