#include "gamestream/media_ports.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace pf::gamestream {
namespace {

constexpr std::chrono::seconds kLong{10};
const std::string kPayload = "0123456789abcdef";

Bytes ping(const std::string& payload, std::uint32_t counter = 1) {
  Bytes bytes(payload.begin(), payload.end());
  ByteWriter(bytes).be(counter);
  return bytes;
}

TEST(MediaPing, ReadsBothForms) {
  const auto full = parse_media_ping(ping(kPayload, 7));
  ASSERT_TRUE(full);
  EXPECT_FALSE(full->legacy);
  EXPECT_EQ(std::string(full->payload.data(), 16), kPayload);
  EXPECT_EQ(full->counter, 7U);
  const auto legacy = parse_media_ping(as_bytes("PING"));
  ASSERT_TRUE(legacy);
  EXPECT_TRUE(legacy->legacy);
  for (const auto size : {0U, 1U, 3U, 5U, 16U, 19U, 21U, 1400U})
    EXPECT_FALSE(parse_media_ping(Bytes(size, 'P'))) << size;
  EXPECT_FALSE(parse_media_ping(as_bytes("PONG")));
}

class MediaPortsTest : public testing::Test {
 protected:
  MediaPortsTest() {
    loop_.run_sync([this] {
      auto opened = MediaPorts::open(loop_, net::Endpoint(0), net::Endpoint(0));
      ASSERT_TRUE(opened) << opened.error().message();
      ports_ = std::move(*opened);
    });
  }
  ~MediaPortsTest() override {
    loop_.run_sync([this] { ports_.reset(); });
  }
  void expect(MediaPorts::StreamId id, const std::string& payload,
              const std::shared_ptr<MediaLink>& link) {
    loop_.run_sync([&] { ports_->expect(id, payload, net::Endpoint::loopback_v4(0), link); });
  }
  void start(MediaPorts::StreamId id, bool legacy = false) {
    loop_.run_sync([&] {
      ports_->start(id, legacy, [this, id](MediaKind kind) {
        const std::lock_guard lock(mutex_);
        started_.push_back(std::to_string(id) + (kind == MediaKind::Video ? "v" : "a"));
        changed_.notify_all();
      });
    });
  }
  bool wait_started(const std::string& word) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return count(word) > 0; });
  }
  std::ptrdiff_t count(const std::string& word) const {
    return std::count(started_.begin(), started_.end(), word);
  }
  // Sends, and returns once the control thread has read everything before it.
  void send(net::UdpSocket& from, const net::Endpoint& to, ByteSpan bytes) {
    const auto before = ports_->counts().pings.value() + ports_->counts().unknown.value();
    EXPECT_EQ(from.send(bytes, {.to = to}), net::SendStatus::Sent);
    const auto deadline = steady_now() + kLong;
    while (ports_->counts().pings.value() + ports_->counts().unknown.value() == before &&
           steady_now() < deadline)
      loop_.run_sync([] {});
  }
  net::Endpoint video_v4() const {
    return net::Endpoint::loopback_v4(ports_->port(MediaKind::Video));
  }
  net::Endpoint audio_v6() const {
    return net::Endpoint::loopback_v6(ports_->port(MediaKind::Audio));
  }

  EventLoop loop_;
  std::unique_ptr<MediaPorts> ports_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> started_;
};

TEST_F(MediaPortsTest, PingsOpenTheirOwnStreamsPaths) {
  auto client = *net::UdpSocket::open({});
  const auto first = std::make_shared<MediaLink>(), second = std::make_shared<MediaLink>();
  expect(1, kPayload, first);
  expect(2, "fedcba9876543210", second);
  start(1);
  start(2);
  send(client, video_v4(), ping("fedcba9876543210"));
  ASSERT_TRUE(wait_started("2v"));
  send(client, audio_v6(), ping(kPayload));
  ASSERT_TRUE(wait_started("1a"));
  send(client, audio_v6(), ping(kPayload, 2));
  EXPECT_EQ(count("1a"), 1);
  EXPECT_FALSE(first->video.known());
  EXPECT_FALSE(second->audio.known());

  net::Route route;
  std::uint32_t seen = 0;
  ASSERT_TRUE(second->video.follow(route, seen));
  EXPECT_TRUE(route.to.same_address(net::Endpoint::loopback_v4(0)));
  EXPECT_EQ(route.to.port(), client.local().port());
  EXPECT_TRUE(route.from.same_address(net::Endpoint::loopback_v4(0)));
}

TEST_F(MediaPortsTest, AnEarlyPingIsRemembered) {
  auto client = *net::UdpSocket::open({});
  const auto link = std::make_shared<MediaLink>();
  expect(1, kPayload, link);
  send(client, video_v4(), ping(kPayload));
  EXPECT_TRUE(link->video.known());
  start(1);
  EXPECT_EQ(count("1v"), 1);
}

TEST_F(MediaPortsTest, MovesOnlyWithinTheAddress) {
  auto client = *net::UdpSocket::open({}), moved = *net::UdpSocket::open({});
  const auto link = std::make_shared<MediaLink>();
  expect(1, kPayload, link);
  start(1);
  send(client, video_v4(), ping(kPayload));
  send(moved, video_v4(), ping(kPayload, 2));
  net::Route route;
  std::uint32_t seen = 0;
  ASSERT_TRUE(link->video.follow(route, seen));
  EXPECT_EQ(route.to.port(), moved.local().port());
  const auto other = net::Endpoint::loopback_v6(ports_->port(MediaKind::Video));
  send(client, other, ping(kPayload, 3));
  ASSERT_TRUE(link->video.follow(route, seen));
  EXPECT_EQ(route.to.port(), moved.local().port());
  EXPECT_TRUE(route.to.is_v4());
}

TEST_F(MediaPortsTest, MovesToWhereTheControlStreamWent) {
  auto client = *net::UdpSocket::open({});
  auto moved = *net::UdpSocket::open({.bind = *net::Endpoint::parse("127.0.0.2", 0)});
  const auto link = std::make_shared<MediaLink>();
  expect(1, kPayload, link);
  start(1);
  send(client, video_v4(), ping(kPayload));
  send(moved, video_v4(), ping(kPayload, 2));  // too early: anybody could have read it
  net::Route route;
  std::uint32_t seen = 0;
  ASSERT_TRUE(link->video.follow(route, seen));
  EXPECT_EQ(route.to.port(), client.local().port());
  loop_.run_sync([this] { ports_->moved(1, *net::Endpoint::parse("127.0.0.2", 5)); });
  send(moved, video_v4(), ping(kPayload, 3));
  ASSERT_TRUE(link->video.follow(route, seen));
  EXPECT_EQ(route.to.port(), moved.local().port());
}

TEST_F(MediaPortsTest, LegacyPingsOnlyWhereTheyAreAllowed) {
  auto client = *net::UdpSocket::open({});
  const auto link = std::make_shared<MediaLink>();
  expect(1, kPayload, link);
  start(1);
  send(client, video_v4(), as_bytes("PING"));
  EXPECT_FALSE(link->video.known());
  start(1, true);
  send(client, audio_v6(), as_bytes("PING"));  // from another address
  EXPECT_FALSE(link->audio.known());
  send(client, video_v4(), as_bytes("PING"));
  EXPECT_TRUE(wait_started("1v"));
}

TEST_F(MediaPortsTest, ForgottenStreamsAreDeaf) {
  auto client = *net::UdpSocket::open({});
  const auto link = std::make_shared<MediaLink>();
  expect(1, kPayload, link);
  loop_.run_sync([this] { ports_->forget(1); });
  start(1);
  send(client, video_v4(), ping(kPayload));
  EXPECT_FALSE(link->video.known());
  EXPECT_EQ(ports_->counts().unknown.value(), 1U);
}

TEST_F(MediaPortsTest, ATakenPortIsNamed) {
  loop_.run_sync([this] {
    const auto port = ports_->port(MediaKind::Audio);
    const auto again = MediaPorts::open(loop_, net::Endpoint(0), net::Endpoint(port));
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().context.find("audio, UDP"), std::string::npos);
    EXPECT_NE(again.error().context.find(std::to_string(port)), std::string::npos);
  });
}

}  // namespace
}  // namespace pf::gamestream
