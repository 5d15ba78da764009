#include "gamestream/rtsp_server.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"

namespace pf::gamestream {
namespace {

using Step = RtspDialogues::Step;
constexpr int kLongMs = 10'000;

class Client {
 public:
  explicit Client(const net::Endpoint& to) : socket_(::socket(AF_INET6, SOCK_STREAM, 0)) {
    const auto address = to.to_v6();
    connected =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  void send(std::string_view text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  // Everything until the host closes; "reset" or "timeout" instead of it.
  std::string read_all() {
    std::string text;
    while (true) {
      pollfd wait{socket_.get(), POLLIN, 0};
      if (::poll(&wait, 1, kLongMs) <= 0) return "timeout";
      char chunk[4096];
      const auto size = ::recv(socket_.get(), chunk, sizeof chunk, 0);
      if (size < 0) return "reset";
      if (size == 0) return text;
      text.append(chunk, static_cast<std::size_t>(size));
    }
  }
  bool connected = false;

 private:
  UniqueFd socket_;
};

// Answers what holds a '.', closes on a final '!'.
class RtspServerTest : public testing::Test {
 protected:
  void listen(RtspServer::Config config = {}) {
    loop_.run_sync([&] {
      auto server = RtspServer::listen(
          loop_, config, [](ByteSpan bytes, const net::Endpoint&) -> RtspDialogues::Answer {
            const auto text = as_text(bytes);
            if (text.ends_with('!')) return {Step::Close, {}};
            if (text.find('.') == std::string_view::npos) return {Step::NeedMore, {}};
            Bytes reply(100'000, 'r');
            reply.push_back(static_cast<std::uint8_t>('0' + text.size() % 10));
            return {Step::Reply, reply};
          });
      ASSERT_TRUE(server) << server.error().message();
      server_ = std::move(*server);
    });
  }
  ~RtspServerTest() override {
    loop_.run_sync([this] { server_.reset(); });
  }
  net::Endpoint v4() const { return net::Endpoint::loopback_v4(server_->port()); }
  net::Endpoint v6() const { return net::Endpoint::loopback_v6(server_->port()); }

  EventLoop loop_;
  std::unique_ptr<RtspServer> server_;
};

TEST_F(RtspServerTest, AnswersWholeMessagesOnBothFamilies) {
  listen();
  for (const auto& to : {v4(), v6()}) {
    Client client(to);
    ASSERT_TRUE(client.connected);
    client.send("first ");
    client.send("second.");
    const auto reply = client.read_all();
    EXPECT_EQ(reply.size(), 100'001U);
    EXPECT_EQ(reply.back(), '3');
  }
}

TEST_F(RtspServerTest, LateBytesDoNotEatTheReply) {
  listen();
  Client client(v4());
  client.send("message.");
  client.send("more that nobody asked for");
  EXPECT_EQ(client.read_all().size() % 100, 1U);
}

TEST_F(RtspServerTest, ProbesAreTolerated) {
  listen();
  { const Client probe(v4()); }
  Client half(v4());
  half.half_close();
  EXPECT_EQ(half.read_all(), "");
  Client client(v4());
  client.send("x.");
  EXPECT_EQ(client.read_all().size(), 100'001U);
}

TEST_F(RtspServerTest, ClosesWhatIsNoMessage) {
  listen();
  Client client(v4());
  client.send("no!");
  EXPECT_NE(client.read_all(), "timeout");
  Client endless(v4());
  endless.send(std::string(kRtspMaxMessage + kRtspEnvelopeHeader + 1, 'x'));
  EXPECT_NE(endless.read_all(), "timeout");
}

TEST_F(RtspServerTest, SilentConnectionsAreClosed) {
  listen({.bind = {}, .timeout = std::chrono::milliseconds(20)});
  Client client(v4());
  client.send("half a message");
  EXPECT_NE(client.read_all(), "timeout");
}

TEST_F(RtspServerTest, LimitsConnectionsPerAddress) {
  listen({.bind = {}, .max_per_address = 2});
  Client first(v4()), second(v4()), third(v4());
  EXPECT_NE(third.read_all(), "timeout");
  // Another address is not affected.
  Client other(v6());
  other.send("x.");
  EXPECT_EQ(other.read_all().size(), 100'001U);
  first.send("x.");
  EXPECT_EQ(first.read_all().size(), 100'001U);
}

TEST_F(RtspServerTest, ATakenPortIsNamed) {
  listen();
  loop_.run_sync([this] {
    const auto again =
        RtspServer::listen(loop_, {.bind = net::Endpoint(server_->port())},
                           [](ByteSpan, const net::Endpoint&) { return RtspDialogues::Answer{}; });
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().context.find(std::to_string(server_->port())), std::string::npos);
  });
}

}  // namespace
}  // namespace pf::gamestream
