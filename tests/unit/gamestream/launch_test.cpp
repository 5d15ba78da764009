#include "gamestream/launch.hpp"

#include <gtest/gtest.h>

#include "gamestream/launch_request.hpp"
#include "support/fakes.hpp"

namespace pf::gamestream {
namespace {

using namespace std::chrono_literals;

class StubLease final : public trust::Lease {
 public:
  explicit StubLease(trust::DeviceId device) : device_(device) {}
  trust::DeviceId device() const override { return device_; }
  const std::string& device_name() const override { return text_; }
  const crypto::Fingerprint& fingerprint() const override { return text_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return is_stopped; }
  void on_stop(std::function<void(trust::StopReason)>) override {}
  bool is_stopped = false;

 private:
  trust::DeviceId device_;
  std::string text_;
  std::atomic<std::uint32_t> grants_{0xFF};
};

class LaunchesTest : public testing::Test {
 protected:
  TicketPtr ticket(session::SessionId session, trust::DeviceId device) {
    auto made = std::make_shared<LaunchTicket>();
    made->session = session;
    lease_ = std::make_shared<StubLease>(device);
    made->lease = lease_;
    return made;
  }
  std::vector<session::SessionId> waiting() const {
    std::vector<session::SessionId> ids;
    for (const auto& t : launches_.waiting()) ids.push_back(t->session);
    return ids;
  }
  using Ids = std::vector<session::SessionId>;

  test::FakeExecutor executor_;
  Launches launches_{executor_};
  std::shared_ptr<StubLease> lease_;  // of the newest ticket
};

TEST_F(LaunchesTest, ExpireAfterTenSeconds) {
  unsigned expired = 0;
  launches_.add(ticket(1, 1), [&] { ++expired; });
  executor_.advance(9'999ms);
  EXPECT_EQ(waiting(), Ids{1});
  executor_.advance(1ms);
  EXPECT_EQ(waiting(), Ids{});
  EXPECT_EQ(expired, 1U);
}

TEST_F(LaunchesTest, LeaveWhenClaimed) {
  unsigned expired = 0;
  launches_.add(ticket(1, 1), [&] { ++expired; });
  launches_.add(ticket(2, 2), [&] { ++expired; });
  launches_.remove(1);
  launches_.remove(7);
  EXPECT_EQ(waiting(), Ids{2});
  launches_.remove(2);
  executor_.advance(20s);
  EXPECT_EQ(expired, 0U);
}

TEST_F(LaunchesTest, ANewLaunchOfTheDeviceReplacesTheOldOne) {
  unsigned first = 0;
  unsigned second = 0;
  launches_.add(ticket(1, 1), [&] { ++first; });
  executor_.advance(5s);
  launches_.add(ticket(2, 1), [&] { ++second; });
  EXPECT_EQ(waiting(), Ids{2});
  executor_.advance(6s);
  EXPECT_EQ(waiting(), Ids{2});
  executor_.advance(4s);
  EXPECT_EQ(first, 0U);
  EXPECT_EQ(second, 1U);
}

TEST_F(LaunchesTest, LeaveWhenTheLeaseStops) {
  launches_.add(ticket(1, 1), {});
  lease_->is_stopped = true;
  EXPECT_EQ(waiting(), Ids{});
  EXPECT_EQ(executor_.timers(), 0U);  // the ticket and its key are gone
}

TEST_F(LaunchesTest, AnExpiryMayLaunchAnew) {
  launches_.add(ticket(1, 1), [&] { launches_.add(ticket(2, 1), {}); });
  executor_.advance(10s);
  EXPECT_EQ(waiting(), Ids{2});
}

http::Request request(http::Fields query) {
  http::Request made;
  made.path = "/launch";
  made.query = std::move(query);
  return made;
}
http::Fields good() {
  return {{"appid", "881448767"},
          {"mode", "1920x1080x60"},
          {"rikey", "000102030405060708090A0B0C0D0E0f"},
          {"rikeyid", "-559038737"},
          {"surroundAudioInfo", "196610"},
          {"localAudioPlayMode", "0"}};
}
http::Fields with(const char* name, const std::string& value) {
  auto fields = good();
  for (auto& [key, text] : fields)
    if (key == name) {
      text = value;
      return fields;
    }
  fields.emplace_back(name, value);
  return fields;
}

TEST(LaunchRequest, ReadsEveryParameter) {
  const auto launch = parse_launch(request(with("corever", "1")));
  ASSERT_TRUE(launch);
  EXPECT_EQ(launch->app_id, 881448767U);
  EXPECT_EQ(launch->mode, (media::Mode{1920, 1080, {60, 1}}));
  EXPECT_EQ(launch->rikey[0], 0);
  EXPECT_EQ(launch->rikey[15], 15);
  EXPECT_EQ(launch->rikeyid, 0xDEADBEEFU);  // signed on the wire
  EXPECT_EQ(launch->speakers, audio::Speakers::Stereo);
  EXPECT_EQ(launch->host_audio, false);
  EXPECT_TRUE(launch->encrypted_rtsp);
  EXPECT_FALSE(launch->hdr);
  EXPECT_EQ(parse_launch(request(with("hdrMode", "1")))->hdr, true);
  EXPECT_EQ(parse_launch(request(with("hdrMode", "0")))->hdr, false);
}

TEST(LaunchRequest, FillsInWhatOldClientsLeaveOut) {
  const auto launch =
      parse_launch(request({{"RIKEY", "000102030405060708090a0b0c0d0e0f"}, {"rikeyid", "1"}}));
  ASSERT_TRUE(launch);
  EXPECT_FALSE(launch->app_id);
  EXPECT_FALSE(launch->mode);
  EXPECT_FALSE(launch->host_audio);
  EXPECT_FALSE(launch->encrypted_rtsp);
  EXPECT_EQ(launch->speakers, audio::Speakers::Stereo);
}

TEST(LaunchRequest, KnowsTheSpeakerLayouts) {
  EXPECT_EQ(parse_launch(request(with("surroundAudioInfo", "4128774")))->speakers,
            audio::Speakers::Surround51);
  EXPECT_EQ(parse_launch(request(with("surroundAudioInfo", "104792072")))->speakers,
            audio::Speakers::Surround71);
  EXPECT_EQ(parse_launch(request(with("surroundAudioInfo", "3")))->speakers,
            audio::Speakers::Stereo);
}

TEST(LaunchRequest, RefusesMalformedValuesAndNeverRepeatsThem) {
  const std::pair<const char*, const char*> bad[] = {{"appid", ""},
                                                     {"appid", "-1"},
                                                     {"appid", "1x"},
                                                     {"appid", "4294967296"},
                                                     {"mode", "1920x1080"},
                                                     {"rikey", ""},
                                                     {"rikey", "00"},
                                                     {"rikey", "zz0102030405060708090a0b0c0d0e0f"},
                                                     {"rikeyid", ""},
                                                     {"rikeyid", "1.5"},
                                                     {"rikeyid", "4294967296"},
                                                     {"rikeyid", "-2147483649"},
                                                     {"surroundAudioInfo", "many"},
                                                     {"corever", "x"}};
  for (const auto& [name, value] : bad) {
    const auto launch = parse_launch(request(with(name, value)));
    ASSERT_FALSE(launch) << name << "=" << value;
    EXPECT_EQ(launch.error().context, name);
  }
  EXPECT_FALSE(parse_launch(request({{"rikeyid", "1"}})));
  EXPECT_FALSE(parse_launch(request({{"rikey", "000102030405060708090a0b0c0d0e0f"}})));
}

TEST(LaunchRequest, ReadsModes) {
  EXPECT_EQ(parse_mode("1281x721x0"), (media::Mode{1280, 720, {60, 1}}));
  EXPECT_EQ(parse_mode("8192x8192x1000"), (media::Mode{8192, 8192, {1000, 1}}));
  EXPECT_EQ(parse_mode("16x17x1"), (media::Mode{16, 16, {1, 1}}));
  for (const auto* bad :
       {"", "x", "xx", "1920x1080", "1920x1080x", "15x720x60", "1280x8193x60", "1280x720x1001",
        "-1x720x60", "1280x720x60x1", "1280 x720x60", "99999999999x720x60"})
    EXPECT_FALSE(parse_mode(bad)) << bad;
}

}  // namespace
}  // namespace pf::gamestream
