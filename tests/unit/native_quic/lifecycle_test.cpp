// How connections end, stay alive and move.
#include <gtest/gtest.h>

#include "sim.hpp"

namespace pf::test {
namespace {

using Stories = std::pair<std::shared_ptr<Story>, std::shared_ptr<Story>>;

TEST(QuicClose, CodeAndReasonArriveBothWays) {
  for (const bool by_server : {true, false}) {
    SimPair pair;
    const auto [client, server] = pair.connect();
    ASSERT_NE(server, nullptr);
    const auto& closer = by_server ? server : client;
    const auto& other = by_server ? client : server;
    closer->connection->close(0x68, "Kein Bildschirm – größer als 0×0 🖥");
    closer->connection->close(0x42, "too late");
    EXPECT_TRUE(closer->connection->closing());
    EXPECT_FALSE(closer->closed);
    ASSERT_TRUE(pair.net.run([&, o = other] { return o->closed.has_value(); }));
    EXPECT_EQ(other->closed->kind, CloseKind::Application);
    EXPECT_TRUE(other->closed->by_peer);
    EXPECT_EQ(other->closed->code, 0x68U);
    EXPECT_EQ(other->closed->reason, "Kein Bildschirm – größer als 0×0 🖥");
    EXPECT_EQ(closer->closed->kind, CloseKind::Application);
    EXPECT_FALSE(closer->closed->by_peer);
    EXPECT_EQ(closer->closed->code, 0x68U);
    EXPECT_EQ(closer->closed_calls, 1);
    EXPECT_EQ(other->closed_calls, 1);
    EXPECT_TRUE(closer->destroyed);
    EXPECT_TRUE(other->destroyed);
    pair.net.pass_time(10s);
    EXPECT_EQ(pair.server->counters.connections.value(), 0);
    EXPECT_EQ(pair.server->counters.lingering.value(), 0);
    EXPECT_EQ(pair.server->counters.resets_sent.value(), 0U);
  }
}

TEST(QuicClose, ReasonIsCutAtACharacter) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  std::string reason(255, 'x');
  reason += "ü and more";
  server->connection->close(1, reason);
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }));
  EXPECT_EQ(client->closed->reason, std::string(255, 'x'));
}

TEST(QuicClose, TextForLogsIsClean) {
  const CloseInfo info{true, CloseKind::Application, 0x68, "a\nb\x1b[2Jc"};
  EXPECT_EQ(info.text(), "application 0x68 by peer: a?b?[2Jc");
}

TEST(QuicClose, RightAtTheEndOfTheHandshake) {
  SimPair pair;
  pair.prepare = [](Story& story) {
    story.at_connected = [](Connection& c) { c.close(0x67, "wire version"); };
  };
  auto client = pair.dial();
  ASSERT_TRUE(pair.net.run([&] { return client->closed.has_value(); }));
  EXPECT_EQ(client->closed->kind, CloseKind::Application);
  EXPECT_EQ(client->closed->code, 0x67U);
  EXPECT_EQ(client->closed->reason, "wire version");
  ASSERT_EQ(pair.accepted.size(), 1U);
  EXPECT_EQ(pair.accepted[0]->closed_calls, 1);
}

TEST(QuicClose, AcceptorMayRefuse) {
  EngineOptions options;
  options.acceptor = [](Connection& c) -> std::unique_ptr<ConnectionHandler> {
    if (c.alpn() == "pkf1") c.close(0x6B, "later");
    return nullptr;
  };
  SimPair pair(options);
  auto a = pair.dial();
  SimPair::Dial how;
  how.alpns = {"pkf1"};
  auto b = pair.dial(how);
  ASSERT_TRUE(pair.net.run([&] { return a->closed && b->closed; }));
  EXPECT_EQ(a->closed->code, 0U);
  EXPECT_EQ(a->closed->kind, CloseKind::Application);
  EXPECT_EQ(b->closed->code, 0x6BU);
}

TEST(QuicClose, WhatWasWrittenBeforeLeavesFirst) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *server->connection->open_bidi();
  ASSERT_TRUE(server->connection->write(id, pattern(500), true));
  server->connection->close(0, "pairing done");
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }));
  EXPECT_EQ(client->data[id], pattern(500));
}

TEST(QuicClose, LostClosesAreSentAgain) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(1s);
  int lost = 0;
  pair.net.filter = [&](SimNet::Packet& p) { return p.to == pair.client->address && ++lost <= 2; };
  server->connection->close(0x52, "app ended");
  pair.net.pass_time(1ms);
  for (int i = 0; i < 4; ++i) {  // the client still talks
    const auto id = client->connection->open_bidi();
    if (id) static_cast<void>(client->connection->write(*id, pattern(10), true));
    pair.net.pass_time(500us);
  }
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }, 200ms));
  EXPECT_EQ(client->closed->code, 0x52U);
  EXPECT_EQ(client->closed->kind, CloseKind::Application);
}

TEST(QuicClose, TwoClosedEndsDoNotTalkForEver) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  server->connection->close(1, "a");
  client->connection->close(2, "b");
  const auto before = pair.net.sent;
  pair.net.pass_time(20s);
  EXPECT_LT(pair.net.sent - before, 12U);
}

TEST(QuicClose, StoppedEndpointSaysWhy) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.server->engine.stop(0x6B, "host is restarting", pair.net.now);
  EXPECT_EQ(server->closed->kind, CloseKind::EndpointStopped);
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }));
  EXPECT_EQ(client->closed->code, 0x6BU);
  EXPECT_EQ(client->closed->reason, "host is restarting");
  auto late = pair.dial();
  pair.net.pass_time(6s);
  EXPECT_EQ(late->closed->kind, CloseKind::HandshakeTimeout);
}

TEST(QuicClose, ThrowingHandlersCloseTheirConnectionOnly) {
  SimPair pair;
  const auto [good, good_server] = pair.connect();
  pair.prepare = [](Story& story) {
    story.at_data = [](Connection&, StreamId, ByteSpan, bool) { throw std::runtime_error("oops"); };
  };
  const auto [bad, bad_server] = pair.connect();
  ASSERT_NE(bad_server, nullptr);
  const auto id = *bad->connection->open_bidi();
  ASSERT_TRUE(bad->connection->write(id, pattern(10), false));
  ASSERT_TRUE(pair.net.run([&, b = bad] { return b->closed.has_value(); }));
  EXPECT_EQ(bad->closed->kind, CloseKind::Transport);
  EXPECT_EQ(bad->closed->code, 1U);  // INTERNAL_ERROR
  EXPECT_EQ(bad_server->closed_calls, 1);
  EXPECT_FALSE(good->closed);
  EXPECT_FALSE(good_server->closed);
}

TEST(QuicIdle, BothEndsGiveUpAfterTheSmallerTime) {
  EngineOptions server_options;
  server_options.timing.idle_timeout = 3s;
  server_options.timing.keep_alive = 0ms;
  EngineOptions client_options;
  client_options.timing.keep_alive = 0ms;
  SimPair pair(server_options, client_options);
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(2500ms);
  EXPECT_FALSE(client->closed);
  ASSERT_TRUE(pair.net.run([&, c = client, s = server] { return c->closed && s->closed; }, 2s));
  EXPECT_EQ(client->closed->kind, CloseKind::IdleTimeout);
  EXPECT_EQ(server->closed->kind, CloseKind::IdleTimeout);
}

TEST(QuicIdle, KeepAliveFromEitherEndHoldsIt) {
  for (const bool from_server : {true, false}) {
    EngineOptions quiet;
    quiet.timing.keep_alive = 0ms;
    SimPair pair(from_server ? EngineOptions{} : quiet, from_server ? quiet : EngineOptions{});
    const auto [client, server] = pair.connect();
    ASSERT_NE(server, nullptr);
    const auto before = pair.net.sent;
    pair.net.pass_time(120s);
    EXPECT_FALSE(client->closed);
    EXPECT_FALSE(server->closed);
    // One PING and its answer every four seconds, nothing more.
    EXPECT_LT(pair.net.sent - before, 90U);
  }
}

TEST(QuicIdle, ASilentPeerIsGivenUp) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.filter = [](SimNet::Packet&) { return true; };
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->closed.has_value(); }, 13s));
  EXPECT_EQ(server->closed->kind, CloseKind::IdleTimeout);
}

TEST(QuicPath, RebindingMovesTheMediaAddressOnceValidated) {
  SimPair pair;
  pair.prepare = echo;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->connection->peer_address(), pair.client->address);
  EXPECT_EQ(server->connection->local_address(), pair.server->address);
  pair.net.pass_time(1s);
  for (std::uint16_t port = 50000; port < 50008; ++port) {
    const auto old = server->connection->peer_address();
    pair.client->visible.set_port(port);
    // Until the new address has answered a challenge, media stay with the old one.
    int probes = 0;
    pair.net.filter = [&](SimNet::Packet& p) {
      const bool moved = !server->paths.empty() && server->paths.back().first.port() == port;
      if (p.to != pair.server->address) {
        EXPECT_EQ(server->connection->peer_address(), moved ? pair.client->visible : old);
      }
      if (p.to.port() == port && !moved) ++probes;
      return false;
    };
    const auto id = *client->connection->open_bidi();
    ASSERT_TRUE(client->connection->write(id, pattern(100), true));
    ASSERT_TRUE(pair.net.run(
        [&, s = server] { return !s->paths.empty() && s->paths.back().first.port() == port; }, 2s))
        << port;
    pair.net.filter = {};
    EXPECT_GT(probes, 0);
    EXPECT_EQ(server->connection->peer_address(), pair.client->visible);
    ASSERT_TRUE(pair.net.run([&, c = client] { return c->ended.contains(id); }, 2s));
    pair.net.pass_time(500ms);
  }
  EXPECT_EQ(server->paths.size(), 8U);
  EXPECT_EQ(server->connection->stats().path_changes, 8U);
  EXPECT_FALSE(client->closed);
}

TEST(QuicPath, AForgedSourceDoesNotMoveMedia) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(1s);
  const auto honest = pair.client->address;
  bool forged = false;
  pair.net.filter = [&](SimNet::Packet& p) {
    if (p.to == pair.server->address && !forged) {
      forged = true;
      p.from.set_port(666);  // nobody there answers a challenge
    }
    return false;
  };
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(100), true));
  pair.net.pass_time(3s);
  EXPECT_TRUE(forged);
  EXPECT_EQ(server->connection->peer_address(), honest);
  EXPECT_TRUE(server->paths.empty());
  EXPECT_FALSE(server->closed);
}

TEST(QuicReset, ARestartedHostIsNoticedAtOnce) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.pass_time(100ms);
  // The same identity at the same address, without the old state.
  pair.server->visible.set_port(1);
  EngineOptions options;
  options.tls = *Tls::server(host_identity(), {"pkf2"});
  options.acceptor = [](Connection&) -> std::unique_ptr<ConnectionHandler> { return nullptr; };
  auto& again = pair.net.add(net::Endpoint::loopback_v4(9777), std::move(options));
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(200), true));
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }, 1s));
  EXPECT_EQ(client->closed->kind, CloseKind::StatelessReset);
  EXPECT_GE(again.counters.resets_sent.value(), 1U);
}

TEST(QuicReset, ResetsAreSmallerThanTheirCauseAndCapped) {
  SimPair pair;
  std::size_t answers = 0;
  std::size_t cause = 0;
  pair.net.filter = [&](SimNet::Packet& p) {
    ++answers;
    EXPECT_LT(p.bytes.size(), cause);
    EXPECT_EQ(p.bytes[0] & 0xC0, 0x40);
    return true;
  };
  for (cause = 1; cause < 1400; ++cause) {
    auto junk = pattern(cause);
    junk[0] = 0x40;
    pair.server->engine.receive(junk, pair.client->address, pair.server->address, pair.net.now);
  }
  EXPECT_EQ(answers, 20U);
  EXPECT_EQ(pair.server->counters.resets_sent.value(), 20U);
  EXPECT_GT(pair.server->counters.resets_suppressed.value(), 1000U);
}

TEST(QuicLimits, HalfOpenHandshakesAreBounded) {
  EngineOptions options;
  options.limits.half_open = 16;
  options.always_retry = false;
  SimPair pair(options);
  // One genuine first flight, from many addresses with different connection IDs.
  std::vector<Bytes> initials;
  pair.net.filter = [&](SimNet::Packet& p) {
    initials.push_back(p.bytes);
    return true;
  };
  for (int i = 0; i < 40; ++i) pair.dial();
  pair.net.pass_time(1ms);
  ASSERT_GE(initials.size(), 40U);
  for (std::uint16_t i = 0; i < 40; ++i)
    pair.server->engine.receive(initials[i],
                                net::Endpoint::loopback_v4(static_cast<std::uint16_t>(50000 + i)),
                                pair.server->address, pair.net.now);
  pair.server->engine.run(pair.net.now);
  EXPECT_EQ(pair.server->counters.half_open.value(), 16);
  EXPECT_EQ(pair.server->counters.half_open_refused.value(), 24U);
  pair.net.pass_time(6s);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);
  pair.net.filter = {};
  const auto [client, server] = pair.connect();
  EXPECT_EQ(client->connected, 1);
}

TEST(QuicLimits, OneAddressCannotTakeAllHandshakes) {
  EngineOptions options;
  options.always_retry = false;
  SimPair pair(options);
  std::vector<Bytes> initials;
  pair.net.filter = [&](SimNet::Packet& p) {
    initials.push_back(p.bytes);
    return true;
  };
  for (int i = 0; i < 80; ++i) pair.dial();
  pair.net.pass_time(1ms);
  for (const auto& initial : initials)
    pair.server->engine.receive(initial, net::Endpoint::loopback_v4(50000), pair.server->address,
                                pair.net.now);
  pair.server->engine.run(pair.net.now);
  EXPECT_EQ(pair.server->counters.half_open.value(), 64);
}

TEST(QuicLimits, TooManyConnectionsAreRefused) {
  EngineOptions options;
  options.limits.connections = 2;
  SimPair pair(options);
  const auto a = pair.connect();
  const auto b = pair.connect();
  const auto c = pair.connect();
  ASSERT_TRUE(c.first->closed);
  EXPECT_EQ(c.first->closed->kind, CloseKind::Refused);
  EXPECT_EQ(pair.server->counters.connections_refused.value(), 1U);
  a.first->connection->close(0, {});
  ASSERT_TRUE(pair.net.run([&] { return a.second->closed.has_value(); }));
  const auto d = pair.connect();
  EXPECT_EQ(d.first->connected, 1);
}

TEST(QuicLimits, OneAddressDoesNotTakeEveryPlace) {
  EngineOptions options;
  options.limits.connections = 10;
  options.limits.connections_per_address = 2;
  SimPair pair(options);
  pair.connect();
  pair.connect();
  const auto third = pair.connect();
  ASSERT_TRUE(third.first->closed);
  EXPECT_EQ(third.first->closed->kind, CloseKind::Refused);
  // The same client from elsewhere.
  pair.client->visible = net::Endpoint::parse("127.0.0.2", 40000).value();
  const auto other = pair.connect();
  EXPECT_EQ(other.first->connected, 1);
}

TEST(QuicLimits, JunkLeavesNothingBehind) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  std::mt19937 random(5);
  for (int i = 0; i < 5000; ++i) {
    auto junk = pattern(1 + random() % 1500, static_cast<std::uint8_t>(i));
    junk[0] = static_cast<std::uint8_t>(random());
    if (i % 2 == 0 && junk.size() > 6) store_be<std::uint32_t>(junk.data() + 1, 1);
    pair.server->engine.receive(junk, net::Endpoint::loopback_v4(50000), pair.server->address,
                                pair.net.now);
    pair.client->engine.receive(junk, pair.server->address, pair.client->address, pair.net.now);
  }
  pair.net.pass_time(1s);
  EXPECT_EQ(pair.server->counters.half_open.value(), 0);
  EXPECT_EQ(pair.server->counters.connections.value(), 1);
  EXPECT_FALSE(client->closed);
  EXPECT_FALSE(server->closed);
  EXPECT_LE(pair.server->counters.resets_sent.value(), 21U);
}

TEST(QuicLifetime, DeadReferencesFindNothing) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto ref = server->ref;
  EXPECT_EQ(pair.server->engine.find(ref), server->connection);
  server->connection->close(0, {});
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->closed.has_value(); }));
  EXPECT_EQ(pair.server->engine.find(ref), nullptr);
  EXPECT_EQ(pair.server->engine.find({}), nullptr);
  const auto next = pair.connect();
  EXPECT_NE(next.second->ref, ref);
}

TEST(QuicMedia, ClientTakesItFromItsHostOnly) {
  std::vector<Bytes> media;
  EngineOptions client_options;
  client_options.on_media = [&](ByteSpan packet, const net::Endpoint& from) {
    EXPECT_EQ(from, net::Endpoint::loopback_v4(9777));
    media.emplace_back(packet.begin(), packet.end());
  };
  SimPair pair({}, client_options);
  auto packet = pattern(1000);
  packet[0] = 0x3F;
  const auto give = [&](const net::Endpoint& from) {
    pair.client->engine.receive(packet, from, pair.client->address, pair.net.now);
  };
  give(pair.server->address);
  EXPECT_TRUE(media.empty()) << "before there is a connection";
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  give(pair.server->address);
  ASSERT_EQ(media.size(), 1U);
  EXPECT_EQ(media[0], packet);
  give(net::Endpoint::loopback_v4(9778));
  EXPECT_EQ(media.size(), 1U);
  EXPECT_EQ(pair.client->counters.media_packets.value(), 1U);
  EXPECT_EQ(pair.client->counters.media_foreign.value(), 2U);
  // The server has no such filter: everything is QUIC's there.
  pair.server->engine.receive(packet, pair.client->address, pair.server->address, pair.net.now);
  EXPECT_EQ(pair.server->counters.media_foreign.value(), 0U);
  client->connection->close(0, {});
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed.has_value(); }));
  give(pair.server->address);
  EXPECT_EQ(media.size(), 1U);
}

}  // namespace
}  // namespace pf::test
