// The control channel over loopback, with the packaged ENet library as the client.
#include <enet/enet.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/hex.hpp"
#include "gamestream/control.hpp"
#include "gamestream/control_messages.hpp"
#include "gamestream/enet_connect.hpp"
#include "gamestream/enet_sockets.hpp"
#include "support/udp_relay.hpp"

namespace pf::gamestream {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{10'000};

const std::array<std::uint8_t, 16> kKey{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr std::uint32_t kData = 0xCAFE1234;

// What happened, as words, in order; waits for a word.
class Journal {
 public:
  void write(std::string word) {
    const std::lock_guard lock(mutex_);
    words_.push_back(std::move(word));
    changed_.notify_all();
  }
  bool wait_for(const std::string& word) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return has(word); });
  }
  bool contains_start(std::string_view start) {
    const std::lock_guard lock(mutex_);
    return std::any_of(words_.begin(), words_.end(),
                       [&](const auto& word) { return word.starts_with(start); });
  }
  bool contains(const std::string& word) {
    const std::lock_guard lock(mutex_);
    return has(word);
  }

 private:
  bool has(const std::string& word) const {
    return std::find(words_.begin(), words_.end(), word) != words_.end();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> words_;
};

class FakeStream final : public session::Stream {
 public:
  explicit FakeStream(Journal& journal) : journal_(journal) {}
  void start_video() noexcept override {}
  void start_audio() noexcept override {}
  void request_idr() noexcept override { journal_.write("idr"); }
  void set_bitrate(std::uint32_t kbps) noexcept override {
    journal_.write("bitrate " + std::to_string(kbps));
  }
  void invalidate(std::uint32_t first, std::uint32_t last) noexcept override {
    journal_.write("lost " + std::to_string(first) + ".." + std::to_string(last));
  }
  void input(const input::Event& event) noexcept override {
    if (const auto* motion = std::get_if<input::PointerMotion>(&event))
      journal_.write("motion " + std::to_string(static_cast<int>(motion->dx)));
  }
  const session::Gate& gate() const noexcept override { return gate_; }

 private:
  Journal& journal_;
  session::Gate gate_;
};

// A stock ENet client with the reference clients' parameters (gamestream.md 5.1).
class Client {
 public:
  explicit Client(ControlScheme scheme = ControlScheme::A)
      : cipher_(*ControlCipher::create(kKey, scheme, ControlEnd::Client)),
        host_(enet_host_create(nullptr, 1, 0x30, 0, 0)) {}
  ~Client() { enet_host_destroy(host_); }

  void dial(const net::Endpoint& to, std::uint32_t data) {
    const auto address = to_enet(to);
    peer_ = enet_host_connect(host_, &address, 0x30, data);
  }
  bool connect(const net::Endpoint& to, std::uint32_t data = kData) {
    dial(to, data);
    return wait_for(ENET_EVENT_TYPE_CONNECT);
  }
  void send(std::string_view hex, enet_uint8 channel = 0) { send_wire(seal(hex), channel); }
  Bytes seal(std::string_view hex) { return cipher_.seal(*from_hex(hex)); }
  void send_wire(const Bytes& wire, enet_uint8 channel = 0) {
    enet_peer_send(peer_, channel,
                   enet_packet_create(wire.data(), wire.size(), ENET_PACKET_FLAG_RELIABLE));
    enet_host_flush(host_);
  }
  void leave() {
    enet_peer_disconnect(peer_, 0);
    enet_host_flush(host_);
  }
  // Services the connection until such an event came; messages from the host are kept.
  bool wait_for(ENetEventType wanted) {
    const auto deadline = steady_now() + kLong;
    while (steady_now() < deadline) {
      ENetEvent event{};
      if (enet_host_service(host_, &event, 20) <= 0) continue;
      if (event.type == ENET_EVENT_TYPE_RECEIVE) {
        ByteSpan text;
        const ByteSpan wire(event.packet->data, event.packet->dataLength);
        EXPECT_EQ(cipher_.open(wire, text), ControlCipher::Opened::Message);
        messages.push_back(to_hex(text));
        enet_packet_destroy(event.packet);
      }
      if (event.type == wanted) return true;
    }
    return false;
  }
  // One turn of the client's service, so that acknowledgements flow.
  void turn() {
    ENetEvent event{};
    if (enet_host_service(host_, &event, 20) > 0 && event.type == ENET_EVENT_TYPE_CONNECT)
      connected = true;
  }

  std::deque<std::string> messages;
  bool connected = false;

 private:
  ControlCipher cipher_;
  ENetHost* host_;
  ENetPeer* peer_ = nullptr;
};

class ControlChannel : public testing::Test {
 protected:
  ControlChannel() {
    loop_.run_sync([this] {
      Control::Events events;
      events.connected = [this](ControlId id) {
        journal_.write("connected " + std::to_string(id));
      };
      events.lost = [this](ControlId id, ControlLoss loss) {
        constexpr const char* kWords[] = {"", "left ", "silent ", "forged "};
        journal_.write(kWords[static_cast<int>(loss)] + std::to_string(id));
      };
      events.moved = [this](ControlId id, const net::Endpoint& to) {
        journal_.write("moved " + std::to_string(id) + ' ' + to.to_string());
      };
      auto started = Control::start(loop_, net::Endpoint(0), std::move(events));
      ASSERT_TRUE(started) << started.error().message();
      control_ = std::move(*started);
    });
  }
  ~ControlChannel() override {
    loop_.run_sync([this] { control_.reset(); });
  }

  ControlExpect expected(ControlId id = 1) {
    ControlExpect expect;
    expect.id = id;
    expect.key = kKey;
    expect.connect_data = kData;
    expect.client = net::Endpoint::loopback_v4(0);
    expect.stream = std::make_shared<FakeStream>(journal_);
    expect.counts = counts_;
    expect.link = link_;
    return expect;
  }
  net::Endpoint v4() const { return net::Endpoint::loopback_v4(control_->port()); }
  net::Endpoint v6() const { return net::Endpoint::loopback_v6(control_->port()); }

  Journal journal_;
  std::shared_ptr<MediaLink> link_ = std::make_shared<MediaLink>();
  std::shared_ptr<ControlCounts> counts_ = std::make_shared<ControlCounts>();
  EventLoop loop_;
  std::unique_ptr<Control> control_;
};

TEST_F(ControlChannel, ServesIpv4AndIpv6) {
  auto other = expected(2);
  other.connect_data = 77;
  control_->expect(expected(1));
  control_->expect(std::move(other));
  Client four, six;
  ASSERT_TRUE(four.connect(v4()));
  ASSERT_TRUE(six.connect(v6(), 77));
  four.send("020302000000");
  six.send("06020c0000000008070000000005fffd", 3);
  EXPECT_TRUE(journal_.wait_for("connected 1"));
  EXPECT_TRUE(journal_.wait_for("connected 2"));
  EXPECT_TRUE(journal_.wait_for("idr"));
  EXPECT_TRUE(journal_.wait_for("motion 5"));
  control_->send(2, rumble_message({1, 2, 3}));
  ASSERT_TRUE(six.wait_for(ENET_EVENT_TYPE_RECEIVE));
  EXPECT_EQ(six.messages.back(), to_hex(rumble_message({1, 2, 3})));
}

// gamestream.md 7.8; the vector of 12.8.
TEST_F(ControlChannel, LostFramesAreNamedInTheNumbersOfTheEncoder) {
  link_->index_offset = 100;
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("01031800060000000000000007000000000000000000000000000000", 1);
  EXPECT_TRUE(journal_.wait_for("lost 106..107"));
  // A range that ends before it starts names nothing, but something was lost.
  client.send("01031800070000000000000006000000000000000000000000000000", 1);
  EXPECT_TRUE(journal_.wait_for("idr"));
  EXPECT_EQ(counts_->invalidations.value(), 2U);
}

TEST_F(ControlChannel, GreetsWithTheFirstMessage) {
  auto expect = expected();
  expect.greeting = hdr_mode_message(false);
  control_->expect(std::move(expect));
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_RECEIVE));
  EXPECT_EQ(client.messages.back(), to_hex(hdr_mode_message(false)));
}

TEST_F(ControlChannel, OldClientsUseSchemeBAndAreKnownByAddress) {
  auto expect = expected();
  expect.scheme = ControlScheme::B;
  expect.uses_connect_data = false;
  control_->expect(std::move(expect));
  Client client(ControlScheme::B);
  ASSERT_TRUE(client.connect(v4(), 0));
  client.send("020302000000");
  EXPECT_TRUE(journal_.wait_for("idr"));
}

TEST_F(ControlChannel, TerminationArrivesBeforeTheDisconnect) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v6()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("idr"));
  control_->terminate(1, kEndedNormally);
  ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_DISCONNECT));
  ASSERT_EQ(client.messages.size(), 1U);
  EXPECT_EQ(client.messages.back(), "0901040080030023");
  EXPECT_FALSE(journal_.contains("left 1"));
}

TEST_F(ControlChannel, TerminationJustBeforeTheStopArrives) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("idr"));
  control_->terminate(1, kEndedNormally);
  std::jthread stop([this] { loop_.run_sync([this] { control_.reset(); }); });
  ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_DISCONNECT));
  ASSERT_EQ(client.messages.size(), 1U);
  EXPECT_EQ(client.messages.back(), "0901040080030023");
}

// A NAT gives the client another place, which it does not notice (gamestream.md 1.4, 5.1).
TEST_F(ControlChannel, FollowsAClientThatANatMoves) {
  control_->expect(expected());
  test::UdpRelay nat(v4(), {});
  Client client;
  ASSERT_TRUE(client.connect(nat.address()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
    nat.rebind(*net::Endpoint::parse(address, 0));
    const auto place = nat.visible().to_string();
    client.send("06020c0000000008070000000005fffd", 3);
    ASSERT_TRUE(journal_.wait_for("moved 1 " + place)) << place;
    // The other way follows.
    control_->send(1, rumble_message({1, 2, 3}));
    ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_RECEIVE));
  }
  EXPECT_TRUE(journal_.wait_for("motion 5"));
}

// Somebody who overhears may send copies from elsewhere; they move nothing.
TEST_F(ControlChannel, CopiesFromElsewhereMoveNobody) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  const auto old = client.seal("020302000000");
  client.send("06020c0000000008070000000005fffd", 3);
  ASSERT_TRUE(journal_.wait_for("motion 5"));
  auto forged = client.seal("020302000000");
  forged.back() ^= 1;
  auto elsewhere = *net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
  for (const auto& message : {old, forged}) {
    // Header of slot 0 in any session, then an unsequenced message.
    auto datagram = *from_hex("0000490000000001");
    ByteWriter(datagram).be(static_cast<std::uint16_t>(message.size())).bytes(message);
    EXPECT_EQ(elsewhere.send(datagram, {.to = v4()}), net::SendStatus::Sent);
  }
  client.send("06020c0000000008070000000007fffd", 3);
  ASSERT_TRUE(journal_.wait_for("motion 7"));
  control_->send(1, rumble_message({1, 2, 3}));
  ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_RECEIVE));
  EXPECT_FALSE(journal_.contains_start("moved"));
}

TEST_F(ControlChannel, ReportsAClientThatLeaves) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  client.leave();
  EXPECT_TRUE(client.wait_for(ENET_EVENT_TYPE_DISCONNECT));
  EXPECT_TRUE(journal_.wait_for("left 1"));
}

TEST_F(ControlChannel, AForgedMessageEndsTheStream) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  auto forged = client.seal("06020c0000000008070000000005fffd");
  forged.back() ^= 1;
  client.send_wire(forged);
  EXPECT_TRUE(journal_.wait_for("forged 1"));
  EXPECT_FALSE(journal_.contains("motion 5"));
}

TEST_F(ControlChannel, AnImpostorDoesNotTakeTheClientsPlace) {
  control_->expect(expected());
  Client impostor;
  ASSERT_TRUE(impostor.connect(v4()));
  auto forged = impostor.seal("020302000000");
  forged.back() ^= 1;
  impostor.send_wire(forged);
  ASSERT_TRUE(impostor.wait_for(ENET_EVENT_TYPE_DISCONNECT));
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  EXPECT_TRUE(journal_.wait_for("connected 1"));
  EXPECT_FALSE(journal_.contains("forged 1"));
}

TEST_F(ControlChannel, StrangersGetNoAnswer) {
  control_->expect(expected());
  Client stranger, client;
  stranger.dial(v4(), kData + 1);
  stranger.turn();
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  for (int i = 0; i < 5; ++i) stranger.turn();
  EXPECT_FALSE(stranger.connected);
  // Once the client is there, its number opens nothing any more.
  Client second;
  second.dial(v4(), kData);
  for (int i = 0; i < 5; ++i) second.turn();
  EXPECT_FALSE(second.connected);
}

TEST_F(ControlChannel, ForgetDisconnectsWithoutAWord) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("020302000000");
  ASSERT_TRUE(journal_.wait_for("connected 1"));
  control_->forget(1);
  ASSERT_TRUE(client.wait_for(ENET_EVENT_TYPE_DISCONNECT));
  EXPECT_TRUE(client.messages.empty());
  // Nothing after it has an effect, for a known stream or an unknown one.
  control_->forget(1);
  control_->terminate(9, kEndedNormally);
  control_->send(9, rumble_message({}));
}

TEST_F(ControlChannel, CountsWhatTheClientReports) {
  control_->expect(expected());
  Client client;
  ASSERT_TRUE(client.connect(v4()));
  client.send("0255150000000003001a00130002000f0003000d0003140001");
  client.send("34120000");
  client.send("060206000000000200ff");
  client.send("01031800060000000000000007000000000000000000000000000000");
  client.send("06020c0000000008070000000009fffd");
  ASSERT_TRUE(journal_.wait_for("motion 9"));
  EXPECT_EQ(counts_->loss_reports.value(), 1U);
  EXPECT_EQ(counts_->missing_shards.value(), 2U);
  EXPECT_EQ(counts_->lost_blocks.value(), 0U);
  EXPECT_EQ(counts_->unknown.value(), 1U);
  EXPECT_EQ(counts_->input_invalid.value(), 1U);
  EXPECT_EQ(counts_->input_events.value(), 1U);
  EXPECT_EQ(counts_->invalidations.value(), 1U);
  EXPECT_EQ(counts_->idr_requests.value(), 0U);
}

TEST_F(ControlChannel, ATakenPortIsNamed) {
  loop_.run_sync([this] {
    const auto again = Control::start(loop_, net::Endpoint(control_->port()), {});
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(Errc::ListenFailed));
    EXPECT_NE(again.error().context.find(std::to_string(control_->port())), std::string::npos);
  });
}

TEST(EnetConnect, ReadsTheConnectData) {
  std::uint32_t data = 0;
  // Header with sent time, then CONNECT, whose last field is the data.
  auto connect = *from_hex("8fff0000");
  connect.resize(4 + sizeof(ENetProtocolConnect));
  connect[4] = 0x82;
  store_be(connect.data() + connect.size() - 4, kData);
  EXPECT_EQ(classify_enet(connect, data), EnetDatagram::Connect);
  EXPECT_EQ(data, kData);
  connect[4] = 0x83;
  EXPECT_EQ(classify_enet(connect, data), EnetDatagram::Junk);
  connect[4] = 0x82;
  connect.pop_back();
  EXPECT_EQ(classify_enet(connect, data), EnetDatagram::Junk);
  connect[0] = 0xCF;  // compressed
  EXPECT_EQ(classify_enet(connect, data), EnetDatagram::Junk);
  connect[0] = 0x80;
  connect[1] = 0x01;
  EXPECT_EQ(classify_enet(connect, data), EnetDatagram::OfPeer);
  EXPECT_EQ(classify_enet({}, data), EnetDatagram::Junk);
}

TEST(EnetConnect, ReadsWhatAcknowledgementsEcho) {
  // Header of slot 5 with sent time, two acknowledgements, then a ping.
  const std::string two =
      "8005abcd"
      "01ff0001"
      "00011234"
      "01000002"
      "00025678"
      "8500"
      "0003";
  const auto echo = read_enet_echo(*from_hex(two));
  ASSERT_TRUE(echo);
  EXPECT_EQ(echo->peer, 5);
  EXPECT_EQ(echo->sent_ms, 0x5678);
  EXPECT_FALSE(read_enet_echo(*from_hex("8005abcd85000003"))) << "none at the head";
  EXPECT_FALSE(read_enet_echo(*from_hex("8005abcd01ff000100"))) << "cut short";
  EXPECT_FALSE(read_enet_echo(*from_hex("c005abcd01ff000100011234"))) << "compressed";
  EXPECT_FALSE(read_enet_echo(*from_hex("80")));
  EXPECT_FALSE(read_enet_echo({}));
}

TEST(EnetConnect, ReadsWholeMessages) {
  // Slot 5: an acknowledgement, then a reliable, an unreliable and an unsequenced message.
  const std::string all =
      "8005abcd"
      "01ff000100011234"
      "86000001"
      "0003"
      "010203"
      "07000001"
      "0001"
      "0002"
      "0405"
      "49000001"
      "0001"
      "0001"
      "06";
  const auto datagram = *from_hex(all);
  const auto messages = read_enet_messages(datagram);
  EXPECT_EQ(messages.peer, 5);
  ASSERT_EQ(messages.count, 3U);
  EXPECT_EQ(to_hex(messages.all[0]), "010203");
  EXPECT_EQ(to_hex(messages.all[1]), "0405");
  EXPECT_EQ(to_hex(messages.all[2]), "06");
  EXPECT_EQ(read_enet_messages(*from_hex("8005abcd8600000100030102")).count, 0U) << "cut short";
  EXPECT_EQ(read_enet_messages(*from_hex("8005abcd0f00")).count, 0U) << "no command";
  EXPECT_EQ(read_enet_messages(*from_hex("c005abcd860000010001aa")).count, 0U) << "compressed";
  EXPECT_EQ(read_enet_messages({}).count, 0U);
  std::string many = "0005";
  for (int i = 0; i < 20; ++i) many += "860000010001aa";
  EXPECT_EQ(read_enet_messages(*from_hex(many)).count, EnetMessages::kMost);
}

TEST(EnetSockets, AddressesSurviveTheRoundTrip) {
  const auto v4 = *net::Endpoint::parse("192.168.1.7", 1234);
  const auto v6 = *net::Endpoint::parse("2001:db8::7", 1234);
  const auto link = *net::Endpoint::parse("fe80::7%1", 1234);
  for (const auto& endpoint : {v4, v6, link}) {
    const auto address = to_enet(endpoint);
    EXPECT_EQ(from_enet(address), endpoint) << endpoint.to_string();
    EXPECT_EQ(to_enet(endpoint).host, address.host);
  }
  EXPECT_EQ(to_enet(net::Endpoint(9)).host, enet_uint32{ENET_HOST_ANY});
  const auto kept = to_enet(v6);
  pin(kept);
  for (int i = 0; i < 1000; ++i)
    to_enet(*net::Endpoint::parse("2001:db8::1:" + std::to_string(i), 1));
  EXPECT_EQ(from_enet(kept), v6);
  unpin(kept);
}

}  // namespace
}  // namespace pf::gamestream
