// Several devices at once, each with its own; and one after the other, many times.
#include <malloc.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "encode/synthetic/synthetic_encoder.hpp"
#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;
namespace p = gs::input_packet;

SteadyTime deadline() {
  return steady_now() + gs::kPatience;
}

class SessionsLoopback : public HostTest {
 protected:
  SessionsLoopback() {
    // A host started by root runs applications as somebody else.
    EXPECT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
  }
  std::string file(const std::string& name) const { return folder_.path() + "/" + name; }
  // Writes what it is told about its client, and stays.
  std::uint32_t diary_app(const std::string& title) {
    return host.add_app(title, {"/bin/sh", "-c",
                                "echo \"$PUNKTFUNK_APP_TITLE $PUNKTFUNK_MODE "
                                "$PUNKTFUNK_CLIENT_NAME\" > " +
                                    file(title) + "; exec sleep 600"});
  }
  std::string written(const std::string& title) const {
    std::ifstream in(file(title));
    std::string line;
    std::getline(in, line);
    return line;
  }
  const TempFolder folder_;
};

TEST_F(SessionsLoopback, ThreeAtOnceEachWithItsOwnModeApplicationAndDevices) {
  struct Player {
    const char* mode;
    std::uint32_t width, height, fps, kbps;
    std::string title, shown;
    std::unique_ptr<GsClient> client{};
    std::shared_ptr<RecordedInput> input{};
  };
  std::array<Player, 3> players{{{"1280x720x60", 1280, 720, 60, 3'000, "Chess", "1280x720@60"},
                                 {"1920x1080x30", 1920, 1080, 30, 6'000, "Racing", "1920x1080@30"},
                                 {"800x600x60", 800, 600, 60, 1'000, "Films", "800x600@60"}}};
  for (std::size_t n = 0; n < players.size(); ++n) {
    auto& player = players[n];
    player.client = paired_client(n);
    GsLaunch launch;
    launch.app_id = diary_app(player.title);
    launch.mode = player.mode;
    GsStreamOptions options;
    options.width = player.width;
    options.height = player.height;
    options.fps = player.fps;
    options.bitrate_kbps = player.kbps;
    options.encrypt_video = options.encrypt_audio = n == 1;
    stream(*player.client, options, launch);
    player.input = wait_for_input(n, deadline());
    ASSERT_TRUE(player.input);
  }
  for (auto& player : players) ASSERT_TRUE(wait_for_media(*player.client, 40, 80));

  const auto sessions = host.sessions();
  ASSERT_EQ(sessions.size(), 3U);
  for (std::size_t n = 0; n < players.size(); ++n) {
    auto& player = players[n];
    EXPECT_EQ(media::to_string(sessions[n].mode), player.shown);
    EXPECT_EQ(sessions[n].app_title, player.title);
    EXPECT_TRUE(host.eventually([&] { return !written(player.title).empty(); }));
    EXPECT_EQ(written(player.title),
              player.title + " " + player.shown + " device " + std::to_string(n));
    EXPECT_EQ(player.client->serverinfo()->value("currentgame"),
              std::to_string(sessions[n].app_id));
    const auto state = player.client->stream().state();
    expect_true_pictures(state);
    EXPECT_GT(state.audio_peak, 0.01F);
  }
  // A picture of each has a size that no other's has: 30 frames at 6 Mb/s, 60 at 3, 60 at 1.
  const auto bytes = [&](std::size_t n) {
    return players[n].client->stream().state().recent.back().bitstream.size();
  };
  EXPECT_GT(bytes(1), 2 * bytes(0));
  EXPECT_GT(bytes(0), 2 * bytes(2));

  // Each steers only its own.
  for (std::size_t n = 0; n < players.size(); ++n)
    players[n].client->stream().send_input(p::move(static_cast<std::int16_t>(n + 1), 0));
  for (std::size_t n = 0; n < players.size(); ++n) {
    ASSERT_TRUE(players[n].input->events.wait_for_count(1, deadline()));
    const auto moves = events_of<input::PointerMotion>(*players[n].input);
    ASSERT_EQ(moves.size(), 1U);
    EXPECT_EQ(moves.front().dx, static_cast<float>(n + 1));
  }
  // And ends only its own.
  EXPECT_TRUE(players[0].client->cancel()->ok());
  players[1].client->die();
  const auto now = players[2].client->stream().state();
  EXPECT_TRUE(players[2].client->stream().wait_for([&](const StreamState& s) {
    return s.shown_frames >= now.shown_frames + 30 && s.audio_packets >= now.audio_packets + 30;
  }));
  EXPECT_EQ(players[0].client->serverinfo()->value("currentgame"), "0");
  EXPECT_NE(players[1].client->serverinfo()->value("currentgame"), "0");
  expect_clean(*players[0].client);
  expect_clean(*players[2].client);
}

// Some seconds of a stream whose encoder fails, beside one whose encoder does not.
class EncoderFaults : public SessionsLoopback {
 protected:
  ~EncoderFaults() override { encode::synthetic::set_faults({}); }
  // Those of this width fail at their tenth picture, `times` of them.
  static void fail_at_width(std::uint32_t width, unsigned times) {
    auto left = std::make_shared<std::atomic<unsigned>>(times);
    encode::synthetic::set_faults([width, left](const encode::Config& config) {
      encode::synthetic::Faults faults;
      if (config.mode.width == width && left->load() > 0) {
        --*left;
        faults.fail_at = 10;
      }
      return faults;
    });
  }
  std::unique_ptr<GsClient> start(std::size_t n, std::uint32_t width, std::uint32_t height) {
    auto client = paired_client(n);
    GsStreamOptions options;
    options.width = width;
    options.height = height;
    GsLaunch launch;
    launch.mode = std::to_string(width) + "x" + std::to_string(height) + "x60";
    stream(*client, options, launch);
    return client;
  }
};

TEST_F(EncoderFaults, AnEncoderThatFailsOnceIsReplacedWithinTheStream) {
  fail_at_width(800, 1);
  const auto client = start(0, 800, 600);
  EXPECT_TRUE(wait_for_media(*client, 60, 60));
  EXPECT_GE(client->stream().state().idr_frames, 2U);
  EXPECT_FALSE(client->stream().state().control_closed);
  expect_clean(*client);
}

TEST_F(EncoderFaults, AnEncoderThatKeepsFailingGivesWayToTheNextAndHurtsNobodyElse) {
  fail_at_width(800, 1000);
  const auto well = start(0, 1280, 720);
  const auto ill = start(1, 800, 600);
  ASSERT_TRUE(wait_for_media(*well));
  EXPECT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    const auto& encoder = all.back().encoder;
    return all.size() == 1 || (!encoder.empty() && encoder != "synthetic");
  }));
  // Either another one codes from here on, or there is none and the client is told why it ends.
  if (host.sessions().size() == 2) {
    const auto before = ill->stream().state().frames;
    EXPECT_TRUE(ill->stream().wait_for(
        [&](const StreamState& s) { return s.frames >= before + 10 && !s.control_closed; }));
  } else {
    EXPECT_EQ(ill->stream().state().termination, gs::kEndedFrameConversion);
  }
  const auto now = well->stream().state();
  EXPECT_TRUE(well->stream().wait_for([&](const StreamState& s) {
    return s.shown_frames >= now.shown_frames + 30 && s.audio_packets >= now.audio_packets + 30;
  }));
  expect_clean(*well);
}

TEST(SessionsWith, AnApplicationIsKeptForTheSettableTimeAndNoLonger) {
  TestHost::Options options;
  options.grace = std::chrono::seconds(1);
  TestHost host(options);
  GsClient client(host.v4(), client_identity(0));
  host.admit(client.identity(), "device");
  client.pin_host(host.certificate_der());
  ASSERT_TRUE(client.launch()->ok());
  ASSERT_TRUE(client.start());
  ASSERT_TRUE(wait_for_media(client));
  client.leave();
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_EQ(client.serverinfo()->value("currentgame"), "0");
  EXPECT_EQ(client.resume()->status_code, 503U);
}

// What of a process grows when it forgets something.
struct Holdings {
  std::size_t descriptors = 0, threads = 0, heap_bytes = 0;
  static Holdings now() {
    const auto entries = [](const char* folder) {
      const auto all = std::filesystem::directory_iterator(folder);
      return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    };
    const auto heap = ::mallinfo2();
    return {entries("/proc/self/fd"), entries("/proc/self/task"), heap.uordblks + heap.hblkhd};
  }
};

void print_distribution(const char* what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double q) {
    return ms[static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1))];
  };
  std::cout << what << ": p50 " << at(0.5) << " ms, p95 " << at(0.95) << " ms, p99 " << at(0.99)
            << " ms, most " << ms.back() << " ms\n";
}

// PF_ROUNDS rounds of launch, stream and quit; a few in an ordinary run.
TEST_F(SessionsLoopback, LaunchAndQuitLeaveNothingBehind) {
  const auto* const wish = std::getenv("PF_ROUNDS");
  const auto rounds = wish != nullptr ? std::max(2UL, std::strtoul(wish, nullptr, 10)) : 12UL;
  const auto client = paired_client();
  GsLaunch launch;
  launch.app_id = host.add_app("stays", {"/bin/sleep", "600"});
  std::vector<double> granted_ms, picture_ms, quit_ms;
  const auto round = [&] {
    const auto since = [from = steady_now_ns()](std::int64_t to) {
      return static_cast<double>(to - from) / 1e6;
    };
    const auto answer = client->launch(launch);
    ASSERT_TRUE(answer) << answer.error().message();
    ASSERT_TRUE(answer->ok()) << answer->status_message;
    granted_ms.push_back(since(steady_now_ns()));
    const auto started = client->start();
    ASSERT_TRUE(started) << started.error().message();
    ASSERT_TRUE(wait_for_media(*client, 1, 1));
    picture_ms.push_back(since(client->stream().state().first_frame_ns));
    const auto quit = steady_now_ns();
    ASSERT_TRUE(client->cancel()->ok());
    quit_ms.push_back(static_cast<double>(steady_now_ns() - quit) / 1e6);
    ASSERT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
    client->die();
    forget_inputs();
  };
  // What is made once and kept belongs to no round: caches, and the last thousand lines of the log.
  const auto warm_up = std::min(rounds / 2, 150UL);
  for (unsigned long i = 0; i < warm_up; ++i) ASSERT_NO_FATAL_FAILURE(round());
  ASSERT_TRUE(host.wait_for_sessions(0));
  const auto before = Holdings::now();
  granted_ms.clear(), picture_ms.clear(), quit_ms.clear();
  for (auto i = warm_up; i < rounds; ++i) ASSERT_NO_FATAL_FAILURE(round());
  ASSERT_TRUE(host.wait_for_sessions(0));

  // A connection or a thread that is just ending may still be there.
  Holdings after;
  EXPECT_TRUE(host.eventually([&] {
    after = Holdings::now();
    return after.descriptors <= before.descriptors && after.threads <= before.threads;
  })) << "descriptors "
      << before.descriptors << " -> " << after.descriptors << ", threads " << before.threads
      << " -> " << after.threads;
  const auto measured = rounds - warm_up;
  const auto grown = static_cast<double>(after.heap_bytes) - static_cast<double>(before.heap_bytes);
  std::cout << measured << " rounds: descriptors " << before.descriptors << " -> "
            << after.descriptors << ", threads " << before.threads << " -> " << after.threads
            << ", heap " << before.heap_bytes << " -> " << after.heap_bytes << " bytes\n";
  print_distribution("launch answered", granted_ms);
  print_distribution("first picture", picture_ms);
  print_distribution("quit answered", quit_ms);
  // Few rounds say nothing about memory: caches fill by chance.
  if (measured >= 100) {
    EXPECT_LT(grown / static_cast<double>(measured), 256.0)
        << "bytes that each round leaves behind";
  }
}

}  // namespace
}  // namespace pf::test
