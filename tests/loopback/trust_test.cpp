// Trust over both protocols on the wire: regressions of failures that hosts of this kind have had,
// guests, one device with two protocols, and how fast a revocation silences a stream.
#include <algorithm>
#include <cstdlib>

#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;
namespace p = gs::input_packet;

class LastNativeMedia final : public probe::SessionObserver {
 public:
  void on_frame(const native::media::ReceivedFrame&, bool) override { last_ = steady_now_ns(); }
  void on_sound(const probe::SoundPacket&) override { last_ = steady_now_ns(); }
  std::int64_t ns() const { return last_; }

 private:
  std::atomic<std::int64_t> last_{0};
};

class TrustLoopback : public NativeHostTest {
 protected:
  static SteadyTime deadline() { return steady_now() + gs::kPatience; }
  void expect_stranger(const gs::ClientIdentity& identity) {
    for (const char* path : {"/serverinfo", "/applist", "/launch", "/resume", "/cancel"}) {
      SCOPED_TRACE(path);
      gs::HttpOptions options;
      options.identity = &identity;
      options.pinned = host.certificate_der();
      const auto reply = gs::https_get(host.v4().https, path, options);
      ASSERT_TRUE(reply) << reply.error().message();
      const auto xml = gs::parse_xml(*reply);
      ASSERT_TRUE(xml) << xml.error().message();
      EXPECT_EQ(xml->status_code, 401U);
    }
    EXPECT_TRUE(host.sessions().empty());
  }
};

TEST_F(TrustLoopback, RegressionStrangerCertificateAcceptedByChainBuilding) {
  const auto& paired = client_identity(0);
  host.admit(paired, "paired");
  // The paired certificate must never serve as an issuer.
  const auto stranger = paired.issue_child({.serial = 77});
  expect_stranger(stranger);
}

TEST_F(TrustLoopback, RegressionChildCertificateOfADisabledDevice) {
  const auto& disabled = client_identity(0);
  const auto id = host.admit(disabled, "disabled");
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_disabled(id, true)); });
  expect_stranger(disabled);
  expect_stranger(disabled.issue_child({.serial = 78}));
}

TEST_F(TrustLoopback, AViewOnlyMoonlightClientSeesTheDesktopAndTouchesNothing) {
  const auto client = paired_client(0, {trust::grant::kPresetView, {}});
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  client->stream().send_input(p::key(0x41, true));
  client->stream().send_input(p::button(1, true));
  client->stream().send_input(p::pad_arrival(0, 1, 0xFF, 0x30FFFF));
  ASSERT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return all.size() == 1 && all[0].input_refused >= 3;
  }));
  for (const auto& one : opened_inputs()) EXPECT_TRUE(one->events.snapshot().empty());
}

TEST_F(TrustLoopback, AMoonlightGuestStartsNoApplication) {
  const auto game = host.add_app("Game", {"/bin/sleep", "60"});
  const auto client = paired_client(0, {trust::grant::kPresetController, unix_now() + 3600});
  GsLaunch launch;
  launch.app_id = game;
  const auto refused = client->launch(launch);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status_code, 403U);
  EXPECT_TRUE(host.sessions().empty());
}

TEST_F(TrustLoopback, OneDeviceWithBothProtocolsIsRevokedAtOnce) {
  const auto moonlight = paired_client(0);
  stream(*moonlight);
  ASSERT_TRUE(wait_for_media(*moonlight, 5, 5));
  const auto native = dial(paired_options(1));
  ASSERT_TRUE(wait_for_native_media(*native, 5, 5));
  const auto a = *host.device_of(moonlight->identity());
  const auto b = *host.device_of(fingerprint_of(1));
  host.on_control([&] {
    EXPECT_TRUE(host.allow_list().merge(a, b));
    EXPECT_TRUE(host.allow_list().revoke(a));
  });
  EXPECT_TRUE(moonlight->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  const auto ending = native->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, static_cast<std::uint64_t>(native::wire::CloseCode::AccessExpired));
  EXPECT_TRUE(host.wait_for_sessions(0));
}

// How long after the call the last picture, sound or accepted event was. Figures, not a verdict:
// PF_REVOCATIONS says how often (1,000 for the published ones); the promise itself is held by the
// tests of ended streams.
class RevocationFigures : public TrustLoopback {
 protected:
  static int times() {
    const auto* text = std::getenv("PF_REVOCATIONS");
    return text == nullptr ? 2 : std::atoi(text);
  }
  static void report(const char* protocol, std::vector<std::int64_t> us) {
    std::sort(us.begin(), us.end());
    const auto at = [&](double q) {
      return us[std::min(us.size() - 1,
                         static_cast<std::size_t>(q * static_cast<double>(us.size())))];
    };
    RecordProperty(std::string(protocol) + "_p99_us", std::to_string(at(.99)));
    std::printf(
        "%s: %zu revocations, last media or input after the call: p50 %lld us, p99 %lld "
        "us, most %lld us\n",
        protocol, us.size(), static_cast<long long>(at(.5)), static_cast<long long>(at(.99)),
        static_cast<long long>(us.back()));
  }
  static std::int64_t last_event_ns(const RecordedInput& input) {
    std::int64_t last = 0;
    for (const auto& entry : input.events.snapshot())
      if (!std::holds_alternative<input::Key>(entry.event)) last = std::max(last, entry.time_ns);
    return last;
  }
};

TEST_F(RevocationFigures, GameStream) {
  std::vector<std::int64_t> silent_us;
  for (int i = 0; i < times(); ++i) {
    forget_inputs();
    const auto client = paired_client();
    stream(*client);
    ASSERT_TRUE(wait_for_media(*client, 3, 3));
    const auto input = wait_for_input(0, deadline());
    ASSERT_TRUE(input);
    for (int k = 0; k < 20; ++k) client->stream().send_input(p::move(1, 1));
    const auto stamps = host.revoke(client->identity());
    for (int k = 0; k < 20; ++k) client->stream().send_input(p::move(1, 1));
    ASSERT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
    ASSERT_TRUE(host.wait_for_sessions(0));
    client->stream().drain();
    const auto last = std::max(client->stream().state().last_media_ns(), last_event_ns(*input));
    silent_us.push_back(std::max<std::int64_t>(0, last - stamps.called_ns) / 1000);
  }
  report("gamestream", std::move(silent_us));
}

TEST_F(RevocationFigures, Native) {
  std::vector<std::int64_t> silent_us;
  for (int i = 0; i < times(); ++i) {
    forget_inputs();
    LastNativeMedia media;
    auto o = paired_options();
    o.observer = &media;
    const auto session = dial(std::move(o));
    ASSERT_TRUE(wait_for_native_media(*session, 3, 3));
    const auto input = wait_for_input(0, deadline());
    ASSERT_TRUE(input);
    for (int k = 0; k < 20; ++k) session->act(probe::MoveAction{1, 1});
    const auto stamps = host.revoke(fingerprint_of(0));
    for (int k = 0; k < 20; ++k) session->act(probe::MoveAction{1, 1});
    ASSERT_TRUE(session->wait_closed(kNativePatience));
    ASSERT_TRUE(host.wait_for_sessions(0));
    const auto last = std::max(media.ns(), last_event_ns(*input));
    silent_us.push_back(std::max<std::int64_t>(0, last - stamps.called_ns) / 1000);
  }
  report("native", std::move(silent_us));
}

}  // namespace
}  // namespace pf::test
