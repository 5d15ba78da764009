#include "native/clipboard/exchange.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace pf::native::clipboard {
namespace {

constexpr auto kText = "text/plain;charset=utf-8";

// One end of two connections that are each other's peer; bytes wait until the test lets them go.
class FakeConnection final : public quic::Connection {
 public:
  struct Item {
    quic::StreamId stream;
    Bytes bytes;
    bool fin = false, reset = false;
  };

  explicit FakeConnection(bool server) : server_(server), next_(server ? 1 : 0) {}

  quic::ConnectionRef ref() const override { return {1}; }
  bool is_server() const override { return server_; }
  const std::string& alpn() const override { return alpn_; }
  const std::optional<crypto::Fingerprint>& peer_fingerprint() const override {
    return fingerprint_;
  }
  const Bytes& peer_certificate() const override { return certificate_; }
  net::Endpoint peer_address() const override { return {}; }
  net::Endpoint local_address() const override { return {}; }
  Result<> export_key(std::string_view, ByteSpan, MutableByteSpan) override { return {}; }
  Result<quic::StreamId> open_bidi() override {
    next_ += 4;
    return next_;
  }
  Result<> write(quic::StreamId stream, ByteSpan bytes, bool fin) override {
    if (bytes.size() > room) return fail(quic::Errc::Backlog);
    room -= bytes.size();
    out.push_back({stream, Bytes(bytes.begin(), bytes.end()), fin});
    return {};
  }
  std::size_t write_room(quic::StreamId) const override { return room; }
  void reset(quic::StreamId stream, std::uint64_t code) override {
    codes.insert(code);
    out.push_back({stream, {}, false, true});
  }
  void stop(quic::StreamId, std::uint64_t code) override { codes.insert(code); }
  void pause(quic::StreamId) override {}
  void resume(quic::StreamId) override {}
  quic::DatagramSend send_datagram(ByteSpan) override { return quic::DatagramSend::Closed; }
  std::size_t max_datagram_bytes() const override { return 0; }
  std::size_t max_udp_payload_bytes() const override { return 1200; }
  std::shared_ptr<quic::DatagramPort> open_datagram_port(std::size_t, std::size_t) override {
    return nullptr;
  }
  void close(std::uint64_t, std::string_view) override {}
  bool closing() const override { return false; }
  quic::ConnectionStats stats() const override { return {}; }

  std::deque<Item> out;
  std::size_t room = std::size_t{8} << 20;
  std::set<std::uint64_t> codes;

 private:
  const bool server_;
  quic::StreamId next_;
  std::string alpn_ = "pkf2";
  std::optional<crypto::Fingerprint> fingerprint_;
  Bytes certificate_;
};

struct Side {
  Side(bool server, wire::Generation generation)
      : connection(server),
        exchange(connection, generation, server ? wire::End::Host : wire::End::Client,
                 {[this](const wire::ControlMessage& m) { said.push_back(m); },
                  [this](std::string text) { received.push_back(std::move(text)); }}),
        generation_(generation) {}

  // What the other end sent on streams.
  void take(const FakeConnection::Item& item) {
    if (item.reset) {
      types_.erase(item.stream);
      return exchange.on_gone(item.stream);
    }
    ByteSpan bytes(item.bytes);
    const bool mine = (item.stream & 1) == (connection.is_server() ? 1 : 0);
    if (!mine && !exchange.owns(item.stream) && !seen_.contains(item.stream)) {
      auto& type = types_.try_emplace(item.stream, generation_).first->second;
      const auto got = type.next(bytes);
      ASSERT_TRUE(got);
      if (!*got) return;
      EXPECT_EQ(**got, wire::stream_type::kTransfer);
      seen_.insert(item.stream);
      exchange.on_opened(item.stream);
    }
    if (exchange.owns(item.stream)) exchange.on_data(item.stream, bytes, item.fin);
  }
  const wire::ClipOffer& last_offer() const { return std::get<wire::ClipOffer>(said.back()); }

  FakeConnection connection;
  std::vector<wire::ControlMessage> said;
  std::vector<std::string> received;
  Exchange exchange;

 private:
  wire::Generation generation_;
  std::map<quic::StreamId, wire::StreamTypeReader> types_;
  std::set<quic::StreamId> seen_;
};

class ExchangeTest : public testing::TestWithParam<wire::Generation> {
 protected:
  void allow() {
    host.exchange.allow(true);
    client.exchange.allow(true);
  }
  // Carries everything to and fro until nothing moves, in pieces of at most `piece` bytes.
  void settle(std::size_t piece = 1 << 20) {
    for (bool moved = true; moved;) {
      moved = carry(host, client, piece);
      moved = carry(client, host, piece) || moved;
    }
  }
  static bool carry(Side& from, Side& to, std::size_t piece) {
    bool moved = false;
    for (auto& message : std::exchange(from.said, {})) {
      if (const auto* offer = std::get_if<wire::ClipOffer>(&message)) to.exchange.on_offer(*offer);
      moved = true;
    }
    while (!from.connection.out.empty()) {
      auto item = from.connection.out.front();
      from.connection.out.pop_front();
      moved = true;
      for (; item.bytes.size() > piece;
           item.bytes.erase(item.bytes.begin(), item.bytes.begin() + static_cast<long>(piece)))
        to.take({item.stream,
                 Bytes(item.bytes.begin(), item.bytes.begin() + static_cast<long>(piece))});
      to.take(item);
    }
    return moved;
  }

  Side host{true, GetParam()}, client{false, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Generations, ExchangeTest,
                         testing::Values(wire::Generation::V1, wire::Generation::V2),
                         [](const auto& param) {
                           return param.param == wire::Generation::V1 ? "pkf1" : "pkf2";
                         });

TEST_P(ExchangeTest, TextGoesBothWays) {
  allow();
  host.exchange.offer("vom Host");
  settle();
  EXPECT_EQ(client.received, std::vector<std::string>{"vom Host"});
  client.exchange.offer("vom Client");
  settle();
  EXPECT_EQ(host.received, std::vector<std::string>{"vom Client"});
  EXPECT_EQ(host.exchange.counts().served, 1U);
  EXPECT_EQ(host.exchange.counts().fetched, 1U);
}

TEST_P(ExchangeTest, ByteByByte) {
  allow();
  host.exchange.offer("\xE2\x82\xAC kommt in Stücken");
  settle(1);
  EXPECT_EQ(client.received, std::vector<std::string>{"\xE2\x82\xAC kommt in Stücken"});
}

TEST_P(ExchangeTest, LargeTextsWaitForRoom) {
  allow();
  const std::string large(pf::clipboard::kMaxTextBytes, 'x');
  host.connection.room = 300'000;
  host.exchange.offer(large);
  for (int turn = 0; turn < 10 && client.received.empty(); ++turn) {
    settle();
    host.connection.room = 300'000;
    for (quic::StreamId stream = 0; stream < 64; ++stream) host.exchange.on_writable(stream);
  }
  settle();
  ASSERT_EQ(client.received.size(), 1U);
  EXPECT_EQ(client.received[0], large);
}

TEST_P(ExchangeTest, NothingBeforeItIsAllowed) {
  host.exchange.offer("later");
  EXPECT_TRUE(host.said.empty());
  client.exchange.on_offer({1, {{kText, 5}}});
  EXPECT_TRUE(client.connection.out.empty());
  host.exchange.allow(true);
  client.exchange.allow(true);
  ASSERT_EQ(host.said.size(), 1U);
  EXPECT_EQ(host.last_offer().formats.at(0).mime, kText);
  EXPECT_EQ(host.last_offer().formats.at(0).size, 5U);
  settle();
  EXPECT_EQ(client.received.size(), 1U);
}

TEST_P(ExchangeTest, WithdrawnWhileAFetchIsUnderWay) {
  allow();
  host.connection.room = 64;
  host.exchange.offer(std::string(1000, 'x'));
  settle();
  EXPECT_TRUE(client.received.empty());
  host.exchange.allow(false);
  settle();
  EXPECT_TRUE(host.connection.codes.contains(wire::stream_code::kClipboardCancelled));
  host.connection.room = 1 << 20;
  for (quic::StreamId stream = 0; stream < 64; ++stream) host.exchange.on_writable(stream);
  settle();
  EXPECT_TRUE(client.received.empty());
  // And whoever asks now is told so.
  client.exchange.on_offer({99, {{kText, 5}}});
  settle();
  EXPECT_EQ(host.exchange.counts().refused, 1U);
  host.exchange.allow(true);
  EXPECT_TRUE(host.said.empty()) << "the text was forgotten";
}

TEST_P(ExchangeTest, TheNewestOfferWins) {
  allow();
  client.exchange.on_offer({7, {{kText, 1}}});
  client.exchange.on_offer({7, {{kText, 1}}});
  client.exchange.on_offer({6, {{kText, 1}}});
  EXPECT_EQ(client.connection.out.size(), 1U) << "one fetch";
  client.exchange.on_offer({8, {{kText, 1}}});
  EXPECT_TRUE(client.connection.codes.contains(wire::stream_code::kClipboardCancelled));
  settle();
  EXPECT_TRUE(client.received.empty()) << "the host never offered that";
  EXPECT_GE(host.exchange.counts().refused, 1U);
}

TEST_P(ExchangeTest, OnlyTextIsFetchedAndOnlySoMuch) {
  allow();
  client.exchange.on_offer({1, {{"image/png", 10}, {"text/html", 5}}});
  client.exchange.on_offer({2, {{kText, pf::clipboard::kMaxTextBytes + 1}}});
  EXPECT_TRUE(client.connection.out.empty());
  client.exchange.on_offer({3, {{"image/png", 10}, {"text/plain", 0}}});
  EXPECT_EQ(client.connection.out.size(), 1U) << "an unknown size is no reason";
}

// A peer that answers as it likes.
class BadPeer : public ExchangeTest {
 protected:
  // What comes of this answer to a fetch.
  void answer(const wire::ClipFetchHeader& header, std::string_view text, bool fin = true) {
    client.exchange.allow(true);
    client.exchange.on_offer({++seq_, {{kText, 0}}});
    const auto stream = client.connection.out.back().stream;
    Bytes bytes;
    ASSERT_TRUE(wire::encode(GetParam(), header, bytes));
    bytes.insert(bytes.end(), text.begin(), text.end());
    client.take({stream, bytes, fin});
  }
  std::uint32_t seq_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Generations, BadPeer,
                         testing::Values(wire::Generation::V1, wire::Generation::V2),
                         [](const auto& param) {
                           return param.param == wire::Generation::V1 ? "pkf1" : "pkf2";
                         });

TEST_P(BadPeer, LiesChangeNothing) {
  using wire::ClipStatus;
  answer({ClipStatus::Ok, 3}, "ab");                             // short
  answer({ClipStatus::Ok, 3}, "abcd");                           // long
  answer({ClipStatus::Ok, 3}, std::string_view("a\0b", 3));      // no text
  answer({ClipStatus::Ok, 2}, "\xC3\x28");                       // no UTF-8
  answer({ClipStatus::Ok, 0}, "");                               // nothing
  answer({ClipStatus::Denied, 0}, "");                           // honest
  answer({ClipStatus::Ok, std::uint64_t{1} << 60}, "a", false);  // endless
  EXPECT_TRUE(client.received.empty());
  answer({ClipStatus::Ok, 2}, "ja");
  EXPECT_EQ(client.received, std::vector<std::string>{"ja"});
}

TEST_P(BadPeer, StreamsWithoutAQuestionAreClosed) {
  host.exchange.allow(true);
  for (quic::StreamId stream = 4; stream < 4 * 20; stream += 4) host.exchange.on_opened(stream);
  EXPECT_FALSE(host.exchange.owns(4 * 15)) << "so many at a time";
  Bytes bytes;
  ASSERT_TRUE(wire::encode(GetParam(), wire::ClipFetchHeader{}, bytes));
  host.exchange.on_data(4, bytes, false);
  EXPECT_FALSE(host.exchange.owns(4));
  host.exchange.on_data(8, {}, true);
  EXPECT_FALSE(host.exchange.owns(8));
}

}  // namespace
}  // namespace pf::native::clipboard
