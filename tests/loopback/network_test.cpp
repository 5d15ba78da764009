// Where clients come from and what the network does to them: ports, addresses, policies.
#include <unistd.h>

#include <algorithm>

#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;

class NetworkLoopback : public HostTest {
 protected:
  // The same device, wherever it is.
  std::unique_ptr<GsClient> again(const gs::Endpoints& at) {
    auto client = std::make_unique<GsClient>(at, client_identity(0));
    client->pin_host(host.certificate_der());
    return client;
  }
  void resume(GsClient& client) {
    const auto resumed = client.resume();
    ASSERT_TRUE(resumed) << resumed.error().message();
    ASSERT_TRUE(resumed->ok()) << resumed->status_message;
    const auto started = client.start();
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_TRUE(wait_for_media(client));
    expect_clean(client);
    EXPECT_EQ(host.sessions().size(), 1U);
  }
};

// All ports lie where clients that do not ask expect them, on the one address.
TEST(NetworkHost, ACustomBasePortOnOneAddress) {
  TestHost::Options options;
  // An address of the loopback network for this process alone.
  const auto unique = static_cast<unsigned>(::getpid());
  options.bind_address = "127." + std::to_string(64 + unique / 62'500 % 64) + "." +
                         std::to_string(1 + unique / 250 % 250) + "." +
                         std::to_string(1 + unique % 250);
  options.base_port = 31'989;
  TestHost host(options);
  const gs::Endpoints there{{options.bind_address, 31'989}, {options.bind_address, 31'984}};
  GsClient client(there, client_identity(0));
  host.admit(client.identity(), "one");
  client.pin_host(host.certificate_der());
  const auto info = client.serverinfo();
  ASSERT_TRUE(info) << info.error().message();
  EXPECT_EQ(info->value("HttpsPort"), "31984");
  EXPECT_EQ(info->value("ExternalPort"), "31989");
  const auto launched = client.launch();
  ASSERT_TRUE(launched && launched->ok());
  EXPECT_EQ(launched->value("sessionUrl0"), "rtspenc://" + options.bind_address + ":32010");
  auto dialogue = client.rtsp();
  ASSERT_TRUE(dialogue.options() && dialogue.describe() && dialogue.setup_audio() &&
              dialogue.setup_video() && dialogue.setup_control());
  EXPECT_EQ(dialogue.offer().video_port, 31'998);
  EXPECT_EQ(dialogue.offer().control_port, 31'999);
  EXPECT_EQ(dialogue.offer().audio_port, 32'000);
  // Nobody listens elsewhere.
  GsClient elsewhere({{"127.0.0.1", 31'989}, {"127.0.0.1", 31'984}}, client_identity(0));
  EXPECT_FALSE(elsewhere.serverinfo(false));
}

// A client that changes its network loses its control stream, and comes back from wherever it is.
TEST_F(NetworkLoopback, AClientThatMovesToAnotherAddressGoesOn) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  client->die();
  const auto moved = again(host.v6());
  resume(*moved);
  moved->die();
  const auto back = again(host.v4());
  resume(*back);
}

TEST_F(NetworkLoopback, TwoClientsBehindOneAddressOldAndNew) {
  const auto now = paired_client(0), then = paired_client(1);
  stream(*now);
  ASSERT_TRUE(wait_for_media(*now));
  GsStreamOptions old;
  old.legacy_control = true;
  GsLaunch launch;
  launch.corever = false;
  stream(*then, old, launch);
  ASSERT_TRUE(wait_for_media(*then));
  EXPECT_EQ(host.sessions().size(), 2U);
  const auto first = wait_for_input(0, steady_now() + gs::kPatience);
  const auto second = wait_for_input(1, steady_now() + gs::kPatience);
  ASSERT_TRUE(first && second);
  now->stream().send_input(gs::input_packet::move(1, 0));
  then->stream().send_input(gs::input_packet::move(2, 0));
  const auto sees = [](const auto& input, float dx) {
    return input->events.wait_for(
        [dx](const auto& entries) {
          return std::any_of(entries.begin(), entries.end(), [dx](const auto& entry) {
            const auto* motion = std::get_if<input::PointerMotion>(&entry.event);
            return motion != nullptr && motion->dx == dx;
          });
        },
        steady_now() + gs::kPatience);
  };
  EXPECT_TRUE(sees(first, 1));
  EXPECT_TRUE(sees(second, 2));
  EXPECT_EQ(events_of<input::PointerMotion>(*first).size(), 1U);
  EXPECT_EQ(events_of<input::PointerMotion>(*second).size(), 1U);
  expect_clean(*now);
  expect_clean(*then);
}

TEST_F(NetworkLoopback, WithoutEncryptionOnlyControlIsEncrypted) {
  gamestream::StreamPolicy policy;
  policy.encryption_lan = gamestream::policy_of(gamestream::Encryption::Off);
  host.set_policy(policy);
  const auto client = paired_client();
  GsStreamOptions options;
  options.encrypt_video = true;
  const auto launched = client->launch();
  ASSERT_TRUE(launched && launched->ok());
  auto dialogue = client->rtsp();
  ASSERT_TRUE(dialogue.options() && dialogue.describe());
  EXPECT_EQ(dialogue.offer().encryption_supported, 1U);
  EXPECT_EQ(dialogue.offer().encryption_requested, 1U);
  // What the client wants and what is offered meet in plain video.
  ASSERT_TRUE(client->cancel()->ok());
  ASSERT_TRUE(client->launch()->ok());
  const auto started = client->start(options);
  ASSERT_TRUE(started) << started.error().message();
  ASSERT_TRUE(wait_for_media(*client));
  expect_clean(*client);
}

TEST_F(NetworkLoopback, RequiredEncryptionIsAskedForAndKept) {
  gamestream::StreamPolicy policy;
  policy.encryption_lan = gamestream::policy_of(gamestream::Encryption::Required);
  host.set_policy(policy);
  const auto client = paired_client();
  stream(*client);  // wants nothing encrypted itself
  ASSERT_TRUE(wait_for_media(*client));
  expect_true_pictures(client->stream().state());
  expect_clean(*client);
}

TEST_F(NetworkLoopback, PacketsOfEverySize) {
  std::size_t n = 0;
  for (const std::size_t size : {1024U, 1184U, 1392U, 1456U}) {
    SCOPED_TRACE(size);
    const auto client = paired_client(n++ % 4);
    GsStreamOptions options;
    options.packet_size = size;
    options.encrypt_video = size % 64 == 0;
    stream(*client, options);
    ASSERT_TRUE(wait_for_media(*client, 5, 5));
    expect_true_pictures(client->stream().state());
    expect_clean(*client);
    EXPECT_TRUE(client->cancel()->ok());
  }
}

}  // namespace
}  // namespace pf::test
