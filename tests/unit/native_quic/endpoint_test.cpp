// The endpoint with its socket and thread, over loopback.
#include "native/quic/endpoint.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "sim.hpp"
#include "support/udp_relay.hpp"

namespace pf::test {
namespace {

namespace quic = pf::native::quic;
using quic::Endpoint;

// A story that other threads may wait for.
class Watched {
 public:
  Watched() {
    story = std::make_shared<Story>();
    story->at_connected = [this](Connection&) { changed(); };
    story->at_data = [this](Connection&, StreamId, ByteSpan, bool) { changed(); };
    story->at_datagram = [this](Connection&, ByteSpan) { changed(); };
    story->at_closed = [this](const CloseInfo&) { changed(); };
  }
  void changed() {
    const std::lock_guard lock(mutex_);
    ++version_;
    change_.notify_all();
  }
  // `done` runs on the endpoint's thread, where the story lives.
  bool wait(Endpoint& endpoint, const std::function<bool()>& done) {
    const auto deadline = steady_now() + 20s;
    while (steady_now() < deadline) {
      std::uint64_t seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = version_;
      }
      if (ask(endpoint, done)) return true;
      std::unique_lock lock(mutex_);
      change_.wait_until(lock, steady_now() + 20ms, [&] { return version_ != seen; });
    }
    return false;
  }
  static bool ask(Endpoint& endpoint, const std::function<bool()>& question) {
    auto answer = std::make_shared<std::promise<bool>>();
    auto result = answer->get_future();
    endpoint.post([answer, question] { answer->set_value(question()); });
    return result.wait_for(20s) == std::future_status::ready && result.get();
  }
  std::shared_ptr<Story> story;

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::uint64_t version_ = 0;
};

struct Rig {
  explicit Rig(ListenOptions options = {}, ClientOptions client_options = {}) {
    if (options.bind.port() == 9777) options.bind = net::Endpoint(0);
    options.identity = host_identity();
    options.alpns = {"pkf2", "pkf1"};
    auto listening = Endpoint::listen(
        options, [this](Connection&) { return std::make_unique<StoryTeller>(server.story); });
    PF_ASSERT(listening.has_value());
    host = std::move(*listening);
    auto made = Endpoint::client(std::move(client_options));
    PF_ASSERT(made.has_value());
    peer = std::move(*made);
  }
  bool connect(const net::Endpoint& to) {
    auto ref = peer->connect({.address = to,
                              .alpns = {"pkf2"},
                              .identity = client_identity(),
                              .expected_host = host_identity().certificate().fingerprint(),
                              .handler = std::make_unique<StoryTeller>(client.story)});
    PF_ASSERT(ref.has_value());
    client_ref = *ref;
    return client.wait(*peer, [&] { return client.story->connected == 1; }) &&
           server.wait(*host, [&] { return server.story->connected == 1; });
  }
  bool connect() { return connect(net::Endpoint::loopback_v4(host->local().port())); }
  // Runs on the thread of that end.
  void on_client(std::function<void(Connection&)> task) {
    Watched::ask(*peer, [&] {
      if (auto* const c = peer->find(client_ref)) task(*c);
      return true;
    });
  }
  void on_server(std::function<void(Connection&)> task) {
    Watched::ask(*host, [&] {
      if (server.story->connection != nullptr) task(*server.story->connection);
      return true;
    });
  }

  Watched server;
  Watched client;
  std::unique_ptr<Endpoint> host;
  std::unique_ptr<Endpoint> peer;
  ConnectionRef client_ref;
};

TEST(QuicEndpoint, BothFamiliesAndAnyLocalAddress) {
  for (const auto& address : {net::Endpoint::loopback_v4(0), *net::Endpoint::parse("127.0.0.2", 0),
                              net::Endpoint::loopback_v6(0)}) {
    Rig rig;
    if (!rig.host->local().is_any()) GTEST_SKIP() << "no dual-stack socket here";
    auto to = address;
    to.set_port(rig.host->local().port());
    if (!address.is_v4() && rig.host->local().is_v4()) continue;
    ASSERT_TRUE(rig.connect(to)) << to.to_string();
    rig.on_server([&](Connection& c) {
      // The reply comes from the address that was reached.
      EXPECT_EQ(c.local_address(), to);
      EXPECT_TRUE(c.peer_address().is_loopback());
      EXPECT_EQ(c.alpn(), "pkf2");
      EXPECT_EQ(c.peer_fingerprint(), client_identity().certificate().fingerprint());
    });
  }
}

TEST(QuicEndpoint, EchoThroughTheKernel) {
  Rig rig;
  echo(*rig.server.story);
  ASSERT_TRUE(rig.connect());
  const auto data = pattern(900'000);
  StreamId id = -1;
  rig.on_client([&](Connection& c) {
    id = *c.open_bidi();
    EXPECT_TRUE(c.write(id, data, true));
  });
  ASSERT_TRUE(rig.client.wait(*rig.peer, [&] { return rig.client.story->ended.contains(id); }));
  EXPECT_TRUE(Watched::ask(*rig.peer, [&] { return rig.client.story->data[id] == data; }));
}

TEST(QuicEndpoint, RelayLosesReordersAndRebinds) {
  Rig rig;
  UdpRelay relay(net::Endpoint::loopback_v4(rig.host->local().port()),
                 {.loss = 0.05, .reorder = 0.1, .seed = 3});
  echo(*rig.server.story);
  ASSERT_TRUE(rig.connect(relay.address()));
  for (int round = 0; round < 3; ++round) {
    const auto data = pattern(50'000, static_cast<std::uint8_t>(round));
    StreamId id = -1;
    rig.on_client([&](Connection& c) {
      id = *c.open_bidi();
      EXPECT_TRUE(c.write(id, data, true));
    });
    ASSERT_TRUE(rig.client.wait(*rig.peer, [&] { return rig.client.story->ended.contains(id); }));
    EXPECT_TRUE(Watched::ask(*rig.peer, [&] { return rig.client.story->data[id] == data; }));
    ASSERT_TRUE(rig.server.wait(*rig.host, [&] {
      return rig.server.story->connection->peer_address() == relay.visible();
    }));
    relay.rebind();
  }
}

TEST(QuicEndpoint, DatagramsFromAnotherThread) {
  Rig rig;
  ASSERT_TRUE(rig.connect());
  std::shared_ptr<DatagramPort> port;
  rig.on_server([&](Connection& c) { port = c.open_datagram_port(256, 1200); });
  ASSERT_NE(port, nullptr);
  std::thread audio([&] {
    std::array<std::uint8_t, 500> packet{};
    const NoAllocScope guard;
    for (std::uint8_t i = 0; i < 100; ++i) {
      packet[0] = i;
      EXPECT_EQ(port->push(packet), DatagramSend::Queued);
    }
  });
  audio.join();
  // More than the window may take at once: then old ones fall out, and the newest comes through.
  EXPECT_TRUE(rig.client.wait(*rig.peer, [&] {
    const auto& all = rig.client.story->datagrams;
    return !all.empty() && all.back()[0] == 99;
  }));
  rig.host->stop(0x6B, "bye");
  EXPECT_EQ(port->push(Bytes(1)), DatagramSend::Closed);
}

TEST(QuicEndpoint, PostingToTheDeadDoesNothing) {
  Rig rig;
  ASSERT_TRUE(rig.connect());
  int ran = 0;
  rig.peer->post(rig.client_ref, [&](Connection& c) {
    ++ran;
    c.close(0, "done");
  });
  ASSERT_TRUE(rig.client.wait(*rig.peer, [&] { return rig.client.story->closed.has_value(); }));
  rig.peer->post(rig.client_ref, [&](Connection&) { ++ran; });
  rig.peer->post({}, [&](Connection&) { ++ran; });
  EXPECT_TRUE(Watched::ask(*rig.peer, [&] { return rig.peer->on_quic_thread(); }));
  EXPECT_FALSE(rig.peer->on_quic_thread());
  rig.peer->stop();
  EXPECT_EQ(ran, 1);
  rig.peer->post([&] { ++ran; });
  EXPECT_EQ(ran, 1);
  auto handler = std::make_shared<Story>();
  const auto late = rig.peer->connect({.address = rig.host->local(),
                                       .alpns = {"pkf2"},
                                       .identity = {},
                                       .expected_host = {},
                                       .handler = std::make_unique<StoryTeller>(handler)});
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().is(quic::Errc::Closed));
  EXPECT_TRUE(handler->destroyed);
  EXPECT_EQ(handler->closed_calls, 0);
}

TEST(QuicEndpoint, StopTellsEverybody) {
  Rig rig;
  ASSERT_TRUE(rig.connect());
  rig.host->stop(0x6B, "shutting down");
  EXPECT_EQ(rig.server.story->closed->kind, CloseKind::EndpointStopped);
  ASSERT_TRUE(rig.client.wait(*rig.peer, [&] { return rig.client.story->closed.has_value(); }));
  EXPECT_EQ(rig.client.story->closed->code, 0x6BU);
  EXPECT_EQ(rig.client.story->closed->reason, "shutting down");
}

TEST(QuicEndpoint, MediaSharesTheSocket) {
  std::atomic<int> media{0};
  Rig rig({}, {.on_media = [&](ByteSpan packet, const net::Endpoint&) {
            if (packet.size() == 1000 && packet[0] == 0x07) ++media;
          }});
  ASSERT_TRUE(rig.connect());
  net::Route route;
  rig.on_server([&](Connection& c) {
    route.to = c.peer_address();
    route.from = c.local_address();
  });
  const auto socket = rig.host->socket();
  std::jthread sender([&] {
    std::vector<std::uint8_t> packets(20 * 1000, 0x07);
    for (int i = 0; i < 20; ++i) socket->send_batch({packets.data(), 1000, 1000, 20}, route);
  });
  for (int i = 0; i < 50; ++i) rig.on_server([](Connection& c) { c.send_datagram(Bytes(100, 9)); });
  sender.join();
  EXPECT_TRUE(rig.client.wait(
      *rig.peer, [&] { return media > 200 && rig.client.story->datagrams.size() >= 40; }));
  EXPECT_EQ(rig.peer->counters().media_foreign.value(), 0U);
}

TEST(QuicEndpoint, SleepsWhenNothingHappens) {
  ListenOptions options;
  options.timing.idle_timeout = 400ms;
  options.timing.keep_alive = 0ms;
  ClientOptions client_options;
  client_options.timing.keep_alive = 0ms;
  Rig rig(options, std::move(client_options));
  ASSERT_TRUE(rig.connect());
  std::promise<void> gone;
  ASSERT_TRUE(Watched::ask(*rig.host, [&] {
    rig.server.story->at_closed = [&](const CloseInfo&) { gone.set_value(); };
    return rig.server.story->connection != nullptr;
  }));
  ASSERT_EQ(gone.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(rig.server.story->closed->kind, CloseKind::IdleTimeout);
  // Path MTU probes and acknowledgements, then nothing until the timeout.
  EXPECT_LT(rig.host->counters().wakeups.value(), 100U);
}

TEST(QuicEndpoint, BadOptionsAreReported) {
  ListenOptions options;
  options.bind = net::Endpoint::loopback_v4(0);
  options.identity = host_identity();
  const auto acceptor = [](Connection&) -> std::unique_ptr<ConnectionHandler> { return nullptr; };
  EXPECT_TRUE(Endpoint::listen(options, acceptor).error().is(quic::Errc::BadOptions));  // no ALPN
  options.alpns = {"pkf2"};
  EXPECT_TRUE(Endpoint::listen(options, {}).error().is(quic::Errc::BadOptions));
  auto bad = options;
  bad.timing.idle_timeout = 0ms;
  EXPECT_TRUE(Endpoint::listen(bad, acceptor).error().is(quic::Errc::BadOptions));
  bad = options;
  bad.alpns = {std::string(256, 'x')};
  EXPECT_TRUE(Endpoint::listen(bad, acceptor).error().is(quic::Errc::BadOptions));
  bad = options;
  bad.identity = crypto::Identity();
  EXPECT_TRUE(Endpoint::listen(bad, acceptor).error().is(quic::Errc::BadIdentity));
  bad = options;
  bad.bind = *net::Endpoint::parse("192.0.2.1", 9);
  EXPECT_TRUE(Endpoint::listen(bad, acceptor).error().is(quic::Errc::SocketFailed));
  auto first = Endpoint::listen(options, acceptor);
  ASSERT_TRUE(first);
  bad = options;
  bad.bind = (*first)->local();
  EXPECT_TRUE(Endpoint::listen(bad, acceptor).error().is(quic::Errc::SocketFailed));
  EXPECT_TRUE((*first)->connect({}).error().is(quic::Errc::BadOptions));
}

}  // namespace
}  // namespace pf::test
