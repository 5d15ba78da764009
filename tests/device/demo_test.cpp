// The demo in a private compositor: what is injected is in its log, what it draws is captured.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "base/unique_fd.hpp"
#include "capture/capture.hpp"
#include "display/display.hpp"
#include "input/injector.hpp"
#include "support/picture_stamp.hpp"
#include "support/temp_folder.hpp"

namespace pf {
namespace {

namespace fs = std::filesystem;
using capture::synthetic::Stamp;

SteadyTime soon() {
  return steady_now() + std::chrono::seconds(30);
}

// Reads the stamp of each frame.
class StampReader final : public capture::FrameSink {
 public:
  void on_frame(media::VideoFrame&& frame) noexcept override {
    const auto stamp =
        test::read_stamp_with(frame.width, frame.height, [&](std::uint32_t x, std::uint32_t y) {
          return frame.pixels[std::size_t{y} * frame.stride_bytes + std::size_t{x} * 4 + 1];
        });
    const std::lock_guard lock(mutex_);
    captured_ns_ = frame.captured_ns;
    last_ = stamp;
    changed_.notify_all();
  }
  void on_lost() noexcept override {}

  // A stamp of at least this frame number.
  std::optional<Stamp> wait_for(std::uint32_t frame) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, soon(), [&] { return last_ && last_->frame >= frame; });
    return last_;
  }
  std::int64_t captured_ns() {
    const std::lock_guard lock(mutex_);
    return captured_ns_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Stamp> last_;
  std::int64_t captured_ns_ = 0;
};

class Ignore final : public input::FeedbackSink {
 public:
  void on_feedback(const input::FeedbackEvent&) noexcept override {}
};

class Demo : public testing::Test {
 protected:
  void SetUp() override {
    // The build puts it at the top of the build folder, two above this test.
    program_ = fs::read_symlink("/proc/self/exe").parent_path() / "../../punktfunk-demo";
    if (!fs::exists(program_)) GTEST_SKIP() << "punktfunk-demo is not built at " << program_;
    if (!find_program("sway")) GTEST_SKIP() << "sway is not installed: apt install sway";
    display::Options options;
    options.backend = "virtual";
    options.runtime_dir = folder_.path() + "/run";
    auto opened = display::open(options, {{1280, 720, {60, 1}}, "demo"});
    ASSERT_TRUE(opened) << opened.error().message();
    display_ = std::move(*opened);
  }

  Process start(std::vector<std::string> arguments) {
    ProcessOptions options;
    options.argv = {program_.string()};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.environment = display_->target().environment;
    options.stderr_fd = 2;
    auto process = Process::spawn(options);
    EXPECT_TRUE(process);
    return process ? std::move(*process) : Process();
  }

  std::string log_path() const { return folder_.path() + "/log"; }
  // Waits for a line that has all of these parts.
  bool logged(std::initializer_list<const char*> parts) {
    const UniqueFd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    inotify_add_watch(watch.get(), folder_.path().c_str(), IN_MODIFY | IN_CREATE);
    for (const SteadyTime deadline = soon(); steady_now() < deadline;) {
      std::ifstream in(log_path());
      for (std::string line; std::getline(in, line);)
        if (std::all_of(parts.begin(), parts.end(),
                        [&](const char* part) { return line.find(part) != std::string::npos; }))
          return true;
      pollfd fd{watch.get(), POLLIN, 0};
      poll(&fd, 1, 5000);
      std::array<char, 4096> events{};
      while (read(watch.get(), events.data(), events.size()) > 0) {
      }
    }
    return false;
  }

  test::TempFolder folder_;
  fs::path program_;
  std::unique_ptr<display::Display> display_;
};

TEST_F(Demo, LogsEveryKindOfInput) {
  Ignore feedback;
  auto opened = input::open(display_->target(), {.uinput_pads = false}, feedback);
  ASSERT_TRUE(opened) << opened.error().message();
  auto& injector = **opened;
  Process demo = start({"--log", log_path()});
  ASSERT_TRUE(logged({R"("type":"configure")", R"("x":1280.00,"y":720.00)"}));
  injector.inject(input::PointerPosition{0.5F, 0.5F});
  EXPECT_TRUE(logged({R"("x":640)"}));
  injector.inject(input::Key{KEY_G, true});
  injector.inject(input::Key{KEY_G, false});
  EXPECT_TRUE(logged({R"("type":"key","code":34,"value":1)"}));
  EXPECT_TRUE(logged({R"("type":"key","code":34,"value":0)"}));
  EXPECT_TRUE(logged({R"("type":"text")", R"("text":"g")"}));
  injector.inject(input::PointerButton{input::Button::Right, true});
  injector.inject(input::PointerButton{input::Button::Right, false});
  EXPECT_TRUE(logged({R"("type":"button","code":273,"value":1)"}));
  EXPECT_TRUE(logged({R"("type":"button","code":273,"value":0)"}));
  injector.inject(input::Scroll{120, 0});
  EXPECT_TRUE(logged({R"("type":"scroll","code":0,"value":-120)"}));
  injector.inject(input::Scroll{0, 240});
  EXPECT_TRUE(logged({R"("type":"scroll","code":1,"value":240)"}));
  EXPECT_TRUE(demo.alive());
}

TEST_F(Demo, ItsStampIsInTheCapturedPictureAndFollowsANewSize) {
  Process demo = start({"--stamp", "--log", log_path()});
  StampReader reader;
  auto source = capture::open(display_->target(), {});
  ASSERT_TRUE(source) << source.error().message();
  const auto started = (*source)->start(reader);
  ASSERT_TRUE(started) << started.error().message();
  const auto first = reader.wait_for(1);
  ASSERT_TRUE(first);
  const auto later = reader.wait_for(first->frame + 20);
  ASSERT_TRUE(later);
  EXPECT_GE(later->frame, first->frame + 20);
  EXPECT_GT(later->drawn_ns, first->drawn_ns);
  EXPECT_LT(later->drawn_ns, reader.captured_ns() + 1);
  ASSERT_TRUE(display_->set_mode({960, 540, {60, 1}}));
  EXPECT_TRUE(logged({R"("type":"configure")", R"("x":960.00,"y":540.00)"}));
  const auto resized = reader.wait_for(later->frame + 40);
  ASSERT_TRUE(resized);
  EXPECT_GE(resized->frame, later->frame + 40);
  (*source)->stop();
}

TEST_F(Demo, LeavesAfterItsFramesAndWithoutACompositor) {
  Process demo = start({"--frames", "10"});
  ASSERT_TRUE(demo.wait(std::chrono::seconds(30)));
  EXPECT_EQ(demo.exit_status(), 0);
  Process wrong = start({"--no-such-option"});
  ASSERT_TRUE(wrong.wait(std::chrono::seconds(30)));
  EXPECT_EQ(wrong.exit_status(), 2);
  Process unwritable = start({"--log", folder_.path() + "/no/such/folder"});
  ASSERT_TRUE(unwritable.wait(std::chrono::seconds(30)));
  EXPECT_EQ(unwritable.exit_status(), 1);
  Process still = start({"--still", "--log", log_path()});
  ASSERT_TRUE(logged({R"("type":"configure")"}));
  display_.reset();
  ASSERT_TRUE(still.wait(std::chrono::seconds(30)));
  EXPECT_EQ(still.exit_status(), 1);
}

}  // namespace
}  // namespace pf
