// Strangers by the thousand, none of whom answers: a stream beside them loses nothing.
#include <atomic>
#include <random>
#include <thread>

#include "loopback/native_fixture.hpp"
#include "net/udp_socket.hpp"

namespace pf::test {
namespace {

// The first packet of a QUIC handshake as far as anybody without the keys can tell (RFC
// 9000 17.2.2).
Bytes initial(std::mt19937& random) {
  Bytes packet(1200);
  for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
  const std::uint8_t header[] = {0xC3, 0, 0, 0, 1, 8};
  std::copy(std::begin(header), std::end(header), packet.begin());
  packet[14] = 8;     // length of the source connection id, behind the 8 bytes of the destination's
  packet[23] = 0;     // no token
  packet[24] = 0x44;  // length of the rest: 1200 - 26
  packet[25] = 0x96;
  return packet;
}

class NativeFlood : public NativeHostTest {};

TEST_F(NativeFlood, HandshakesFromEverywhereCostAStreamNothing) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 30, 60));
  const auto before = session->statistics();
  std::atomic<bool> enough{false};
  std::atomic<std::size_t> sent{0};
  std::jthread flood([&] {
    std::mt19937 random(5);
    net::Route route;
    route.to = host.native_v4();
    // Each "client" has an address of its own, and says one thing.
    for (unsigned source = 0; source < 200 && !enough; ++source) {
      net::UdpSocket::Options options;
      options.bind = net::Endpoint::parse("127.7." + std::to_string(source) + ".9", 0).value();
      auto socket = net::UdpSocket::open(options);
      if (!socket) continue;
      for (int i = 0; i < 40; ++i) {
        socket->send(initial(random), route);
        ++sent;
      }
    }
  });
  EXPECT_TRUE(wait_for_native_media(*session, before.video.clean + 200, 60));
  enough = true;
  flood.join();
  EXPECT_GT(sent, 1000U);
  const auto after = session->statistics();
  EXPECT_EQ(after.video.lost, 0U);
  EXPECT_EQ(after.audio.gaps, 0U);
  expect_no_violations(*session);

  // And a real client still gets in.
  const auto another = dial(paired_options(1));
  EXPECT_TRUE(wait_for_native_media(*another));
}

}  // namespace
}  // namespace pf::test
