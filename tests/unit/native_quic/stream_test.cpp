// Streams: echo, many at once, resets and stops, limits, back-pressure.
#include <gtest/gtest.h>

#include "sim.hpp"

namespace pf::test {
namespace {

TEST(QuicStream, EchoOfAllSizes) {
  SimPair pair;
  pair.prepare = echo;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  for (const std::size_t size : {0U, 1U, 1199U, 1200U, 4096U, 65'537U, 1'000'000U, 8'000'000U}) {
    const auto data = pattern(size);
    const auto id = *client->connection->open_bidi();
    std::size_t at = 0;
    const auto feed = [&] {
      while (at < size) {
        const auto count = std::min(client->connection->write_room(id), size - at);
        if (count == 0) return;
        ASSERT_TRUE(
            client->connection->write(id, ByteSpan(data).subspan(at, count), at + count == size));
        at += count;
      }
    };
    if (size == 0) {
      ASSERT_TRUE(client->connection->write(id, {}, true));
    }
    ASSERT_TRUE(pair.net.run(
        [&] {
          feed();
          return client->ended.contains(id);
        },
        120s))
        << size;
    EXPECT_EQ(client->data[id], data) << size;
    ASSERT_TRUE(pair.net.run([&] { return client->closed_streams.contains(id); }));
    EXPECT_FALSE(client->closed_streams[id]);
  }
}

TEST(QuicStream, EchoSurvivesLossAndReordering) {
  SimPair pair({}, {}, {"pkf2"}, 7);
  pair.prepare = echo;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  pair.net.loss = 0.05;
  pair.net.reorder = 0.2;
  const auto data = pattern(300'000, 9);
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, data, true));
  ASSERT_TRUE(pair.net.run([&] { return client->ended.contains(id); }, 120s));
  EXPECT_EQ(client->data[id], data);
}

TEST(QuicStream, ManyStreamsOneAfterAnother) {
  SimPair pair;
  pair.prepare = echo;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  int finished = 0;
  for (int i = 0; i < 400; ++i) {
    auto id = client->connection->open_bidi();
    if (!id) {
      ASSERT_TRUE(id.error().is(Errc::StreamLimit));
      const int before = client->streams_available;
      ASSERT_TRUE(pair.net.run([&] { return client->streams_available > before; }));
      id = client->connection->open_bidi();
    }
    ASSERT_TRUE(id);
    ASSERT_TRUE(client->connection->write(*id, pattern(100, static_cast<std::uint8_t>(i)), true));
    ++finished;
  }
  ASSERT_TRUE(pair.net.run([&] { return client->closed_streams.size() == 400; }));
  EXPECT_EQ(finished, 400);
  for (const auto& [id, data] : client->data)
    EXPECT_EQ(data, pattern(100, static_cast<std::uint8_t>(id / 4)));
  EXPECT_GT(client->streams_available, 0);
}

TEST(QuicStream, ServerOpensStreamsToo) {
  SimPair pair;
  auto story = std::make_shared<Story>();
  echo(*story);
  auto client = pair.dial(SimPair::Dial(), story);
  ASSERT_TRUE(pair.net.run([&] { return !pair.accepted.empty() && client->connected == 1; }));
  auto server = pair.accepted.back();
  ASSERT_TRUE(pair.net.run([&] { return server->connected == 1; }));
  const auto id = *server->connection->open_bidi();
  EXPECT_EQ(id & 3, 1);
  ASSERT_TRUE(server->connection->write(id, pattern(5000), true));
  ASSERT_TRUE(pair.net.run([&] { return server->ended.contains(id); }));
  EXPECT_EQ(server->data[id], pattern(5000));
  EXPECT_EQ(client->opened, std::vector<StreamId>{id});
}

TEST(QuicStream, ResetCarriesItsCode) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(10), false));
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->data[id].size() == 10; }));
  client->connection->reset(id, 0x70);
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->resets.contains(id); }));
  EXPECT_EQ(server->resets[id], 0x70U);
  // The other direction still works.
  ASSERT_TRUE(server->connection->write(id, pattern(20), true));
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed_streams.contains(id); }));
  EXPECT_EQ(client->data[id].size(), 20U);
  EXPECT_EQ(client->closed_streams[id], 0x70U);
  const auto late = client->connection->write(id, pattern(1), false);
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().is(Errc::NoSuchStream));
}

TEST(QuicStream, StopCarriesItsCode) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(10), false));
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->data[id].size() == 10; }));
  // An unknown stream is stopped and reset (punktfunk2.md 2.5).
  server->connection->stop(id, 0x71);
  server->connection->reset(id, 0x71);
  pair.net.pass_time(50ms);
  ASSERT_TRUE(client->connection->write(id, pattern(10), false) ||
              client->closed_streams.contains(id));
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed_streams.contains(id); }));
  EXPECT_EQ(client->resets[id], 0x71U);
  EXPECT_EQ(client->closed_streams[id], 0x71U);
  EXPECT_EQ(server->data[id].size(), 10U);
  EXPECT_FALSE(client->closed);
}

TEST(QuicStream, RefusedFromWithinTheCallbacks) {
  for (const bool at_once : {true, false}) {
    SimPair pair;
    pair.prepare = [at_once](Story& story) {
      const auto refuse = [](Connection& c, StreamId id) {
        c.stop(id, 0x71);
        c.reset(id, 0x71);
      };
      if (at_once)
        story.at_opened = refuse;
      else
        story.at_data = [refuse](Connection& c, StreamId id, ByteSpan, bool) { refuse(c, id); };
    };
    const auto [client, server] = pair.connect();
    ASSERT_NE(server, nullptr);
    for (const std::size_t size : {1U, 5000U, 500'000U}) {
      const auto id = *client->connection->open_bidi();
      ASSERT_TRUE(client->connection->write(id, pattern(size), true));
      ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed_streams.contains(id); }));
      EXPECT_EQ(client->closed_streams[id], 0x71U);
      EXPECT_EQ(client->resets[id], 0x71U);
      EXPECT_EQ(server->data.contains(id), !at_once);
    }
    // Many times over, the peer's credit and ours stay what they were.
    for (int i = 0; i < 300; ++i) {
      const auto id = *client->connection->open_bidi();
      ASSERT_TRUE(client->connection->write(id, pattern(20'000), true));
      ASSERT_TRUE(pair.net.run([&, c = client] { return c->closed_streams.contains(id); }));
    }
    EXPECT_FALSE(client->closed);
    EXPECT_FALSE(server->closed);
  }
}

TEST(QuicStream, StopIsNoticedByAWriter) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(10), false));
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->data[id].size() == 10; }));
  server->connection->stop(id, 0x70);
  pair.net.pass_time(50ms);
  ASSERT_TRUE(client->connection->write(id, pattern(10), false));
  ASSERT_TRUE(pair.net.run([&, c = client] { return c->stopped.contains(id); }));
  const auto late = client->connection->write(id, pattern(1), false);
  EXPECT_FALSE(late);
  EXPECT_EQ(client->connection->write_room(id), 0U);
}

TEST(QuicStream, BacklogIsBoundedAndRoomIsTold) {
  EngineOptions small;
  small.limits.stream_backlog_bytes = 10'000;
  SimPair pair({}, small);
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *client->connection->open_bidi();
  EXPECT_EQ(client->connection->write_room(id), 10'000U);
  ASSERT_TRUE(client->connection->write(id, pattern(8000), false));
  const auto full = client->connection->write(id, pattern(8000), false);
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().is(Errc::Backlog));
  EXPECT_TRUE(client->writable.empty());
  ASSERT_TRUE(pair.net.run([&, c = client] { return !c->writable.empty(); }));
  EXPECT_EQ(client->writable, std::vector<StreamId>{id});
  EXPECT_TRUE(client->connection->write(id, pattern(8000), true));
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->ended.contains(id); }));
  EXPECT_EQ(server->data[id].size(), 16'000U);
}

TEST(QuicStream, PausedStreamsStopAtOneWindow) {
  EngineOptions options;
  options.limits.stream_window_bytes = 32 * 1024;
  SimPair pair(options);
  pair.prepare = [](Story& story) {
    story.at_data = [&story](Connection& c, StreamId id, ByteSpan, bool) {
      if (story.data[id].size() < 2000) c.pause(id);
    };
  };
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  const auto id = *client->connection->open_bidi();
  ASSERT_TRUE(client->connection->write(id, pattern(100'000), true));
  pair.net.pass_time(2s);
  const auto held = server->data[id].size();
  EXPECT_LE(held, 34U * 1024U);
  EXPECT_GE(held, 32U * 1024U);
  server->connection->resume(id);
  ASSERT_TRUE(pair.net.run([&, s = server] { return s->ended.contains(id); }));
  EXPECT_EQ(server->data[id], pattern(100'000));
}

TEST(QuicStream, ThePeerMayNotOpenMoreThanAllowed) {
  EngineOptions options;
  options.limits.streams = 3;
  SimPair pair(options);
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client->connection->open_bidi());
  const auto more = client->connection->open_bidi();
  ASSERT_FALSE(more);
  EXPECT_TRUE(more.error().is(Errc::StreamLimit));
}

TEST(QuicStream, UnknownStreamsAreIgnoredOrRefused) {
  SimPair pair;
  const auto [client, server] = pair.connect();
  ASSERT_NE(server, nullptr);
  auto& c = *client->connection;
  EXPECT_TRUE(c.write(400, pattern(1), false).error().is(Errc::NoSuchStream));
  EXPECT_EQ(c.write_room(400), 0U);
  c.reset(400, 1);
  c.stop(400, 1);
  c.pause(400);
  c.resume(400);
  const auto id = *c.open_bidi();
  ASSERT_TRUE(c.write(id, {}, true));
  EXPECT_TRUE(c.write(id, pattern(1), false).error().is(Errc::NoSuchStream));
}

}  // namespace
}  // namespace pf::test
