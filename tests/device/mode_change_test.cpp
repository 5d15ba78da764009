// A live stream changes its mode on a real display: what the sink is given, and how long the
// picture stands still.
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>

#include "base/process.hpp"
#include "session/factory.hpp"
#include "support/temp_folder.hpp"
#include "unit/encode/h264_sps.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 30s;

class OwnLease final : public trust::Lease {
 public:
  trust::DeviceId device() const override { return 1; }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return name_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return false; }
  void on_stop(std::function<void(trust::StopReason)>) override {}

 private:
  std::string name_ = "test device";
  std::atomic<std::uint32_t> grants_{trust::grant::kAll};
};

struct Seen {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<media::Mode> modes;
  std::vector<std::pair<unsigned, unsigned>> sizes;  // of each IDR's parameter set
  std::uint32_t index = 0, epoch = 0, gaps = 0, units_of_epoch = 0;
  std::int64_t last_ns = 0, longest_gap_ns = 0;
  std::optional<EndReason> ended;

  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, condition);
  }
};

struct Peer final : PeerControl {
  explicit Peer(Seen& s) : seen(s) {}
  void on_stream_end(EndReason reason) override {
    const std::scoped_lock lock(seen.mutex);
    seen.ended = reason;
    seen.changed.notify_all();
  }
  void on_feedback(const input::FeedbackEvent&) noexcept override {}
  Seen& seen;
};

struct Video final : VideoSink {
  explicit Video(Seen& s) : seen(s) {}
  bool send(media::AccessUnit& unit) noexcept override {
    const std::scoped_lock lock(seen.mutex);
    const auto now = steady_now_ns();
    if (seen.last_ns != 0) seen.longest_gap_ns = std::max(seen.longest_gap_ns, now - seen.last_ns);
    seen.last_ns = now;
    if (unit.index != ++seen.index) ++seen.gaps;
    if (unit.epoch != seen.epoch) seen.units_of_epoch = 0;
    seen.epoch = unit.epoch;
    ++seen.units_of_epoch;
    // An IDR starts with its parameter set: start code of four bytes, NAL type 7.
    if (unit.type == media::FrameType::Idr && (unit.bytes()[4] & 0x1FU) == 7) {
      const auto sps = encode::testing::read_sps(unit.bytes().subspan(4));
      seen.sizes.emplace_back(sps.width, sps.height);
    }
    unit.timeline.first_packet_ns = unit.timeline.last_packet_ns = now;
    seen.changed.notify_all();
    return true;
  }
  void on_mode(const media::Mode& mode) noexcept override {
    const std::scoped_lock lock(seen.mutex);
    seen.modes.push_back(mode);
  }
  Seen& seen;
};
struct Sound final : AudioSink {
  void send(const AudioPacket&) noexcept override {}
};

class ModeChange : public testing::TestWithParam<const char*> {};

TEST_P(ModeChange, IsAnIdrOfTheNewSizeOnARealDisplay) {
  const std::string kind = GetParam();
  const char* program = kind == "virtual" ? "sway" : "Xvfb";
  if (!find_program(program)) GTEST_SKIP() << program << " is not installed";
  ::unsetenv("DISPLAY");
  test::TempFolder folder;
  EventLoop loop;
  ManagerConfig config;
  config.display.backend = kind;
  config.display.runtime_dir = folder.path() + "/run";
  config.encode.backend = "x264";
  config.audio.backend = "none";
  auto manager = make_manager(loop, config);
  Seen seen;
  SessionId id = 0;
  std::shared_ptr<Stream> stream;
  const media::Mode first{1280, 720, {60, 1}};
  loop.run_sync([&] {
    Launch launch;
    launch.lease = std::make_shared<OwnLease>();
    launch.app.title = apps::kDesktopTitle;
    launch.mode = first;
    id = manager->reserve(std::move(launch)).value();
    StreamConfig wanted;
    wanted.video.mode = first;
    stream = manager
                 ->attach(id, wanted, std::make_unique<Video>(seen), std::make_unique<Sound>(),
                          std::make_shared<Peer>(seen))
                 .value();
  });
  stream->start_video();
  ASSERT_TRUE(seen.wait([&] { return seen.index > 3 || seen.ended; }));
  ASSERT_FALSE(seen.ended);
  std::uint32_t epoch = 1;
  for (const auto& mode :
       {media::Mode{1920, 1080, {60, 1}}, media::Mode{640, 360, {120, 1}}, first}) {
    {
      const std::scoped_lock lock(seen.mutex);
      seen.longest_gap_ns = 0;
      seen.last_ns = steady_now_ns();
    }
    const auto began = steady_now();
    std::promise<Result<media::Mode>> promise;
    loop.run_sync([&] {
      manager->reconfigure(id, mode,
                           [&](Result<media::Mode> r) { promise.set_value(std::move(r)); });
    });
    auto future = promise.get_future();
    ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
    const auto answer = future.get();
    const std::chrono::duration<double, std::milli> took = steady_now() - began;
    ASSERT_TRUE(answer) << answer.error().message();
    ++epoch;
    ASSERT_TRUE(seen.wait([&] { return seen.epoch == epoch && seen.units_of_epoch >= 3; }));
    const std::scoped_lock lock(seen.mutex);
    std::printf("%s to %s: answered after %.0f ms, longest time without a unit %.0f ms\n",
                kind.c_str(), media::to_string(mode).c_str(), took.count(),
                static_cast<double>(seen.longest_gap_ns) / 1e6);
    EXPECT_EQ(seen.modes.back(), mode);
    ASSERT_FALSE(seen.sizes.empty());
    EXPECT_EQ(seen.sizes.back(), std::pair(mode.width, mode.height));
    EXPECT_EQ(seen.gaps, 0U);
  }
  EXPECT_FALSE(seen.ended);
  manager->shutdown();
  loop.run_sync([&] { manager.reset(); });
}

INSTANTIATE_TEST_SUITE_P(Displays, ModeChange, testing::Values("virtual", "x11"),
                         [](const auto& display) { return std::string(display.param); });

}  // namespace
}  // namespace pf::session
