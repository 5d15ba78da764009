// Virtual gamepads seen back through the kernel's evdev interface.
#ifdef PF_HAVE_INPUT_UINPUT
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/input.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "input/uinput/pad_device.hpp"
#include "input/uinput/uinput_pads.hpp"

namespace pf::input::uinput {
namespace {

SteadyTime soon() {
  return steady_now() + std::chrono::seconds(30);
}

class RumbleSink final : public FeedbackSink {
 public:
  void on_feedback(const FeedbackEvent& event) noexcept override {
    const auto* rumble = std::get_if<Rumble>(&event);
    if (rumble == nullptr) return;
    const std::lock_guard lock(mutex_);
    seen_.push_back(*rumble);
    changed_.notify_all();
  }
  bool wait_for(std::uint8_t pad, std::uint16_t low, std::uint16_t high) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, soon(), [&] {
      return !seen_.empty() && seen_.back().pad == pad && seen_.back().low == low &&
             seen_.back().high == high;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Rumble> seen_;
};

// An open event node, as a game has it.
class Reader {
 public:
  explicit Reader(const std::string& node)
      : fd_(::open(node.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {}
  bool ok() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  std::string phys() const {
    std::array<char, 128> text{};
    return ioctl(fd_.get(), EVIOCGPHYS(text.size() - 1), text.data()) < 0 ? "" : text.data();
  }
  std::string name() const {
    std::array<char, 256> text{};
    return ioctl(fd_.get(), EVIOCGNAME(text.size() - 1), text.data()) < 0 ? "" : text.data();
  }
  // Everything up to the next SYN_REPORT; last values by {type, code}.
  std::map<std::pair<int, int>, int> report() {
    std::map<std::pair<int, int>, int> values;
    for (const SteadyTime deadline = soon(); steady_now() < deadline;) {
      input_event event{};
      if (read(fd_.get(), &event, sizeof event) != static_cast<ssize_t>(sizeof event)) {
        pollfd fd{fd_.get(), POLLIN, 0};
        poll(&fd, 1, 1000);
        continue;
      }
      if (event.type == EV_SYN && event.code == SYN_REPORT) return values;
      values[{event.type, event.code}] = event.value;
    }
    return values;
  }
  bool gone() {
    pollfd fd{fd_.get(), 0, 0};
    return poll(&fd, 1, 30'000) == 1 && (fd.revents & (POLLHUP | POLLERR)) != 0;
  }

 private:
  UniqueFd fd_;
};

// The node of the pad with that physical path, as soon as there is one.
std::optional<std::string> find_node(const std::string& phys) {
  const UniqueFd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  inotify_add_watch(watch.get(), "/dev/input", IN_CREATE | IN_ATTRIB);
  for (const SteadyTime deadline = soon(); steady_now() < deadline;) {
    if (DIR* folder = opendir("/dev/input")) {
      std::optional<std::string> found;
      while (const dirent* entry = readdir(folder)) {
        const std::string node = std::string("/dev/input/") + entry->d_name;
        if (node.find("/event") != std::string::npos && Reader(node).phys() == phys) found = node;
      }
      closedir(folder);
      if (found) return found;
    }
    pollfd fd{watch.get(), POLLIN, 0};
    poll(&fd, 1, 1000);
    std::array<char, 4096> events{};
    while (read(watch.get(), events.data(), events.size()) > 0) {
    }
  }
  return std::nullopt;
}

class Uinput : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto text = problem(); !text.empty()) GTEST_SKIP() << text;
  }
};

TEST_F(Uinput, EachKindLooksLikeItsModel) {
  for (const PadKind kind : {PadKind::Xbox, PadKind::PlayStation, PadKind::Nintendo}) {
    const PadProfile& profile = profile_of(kind);
    auto made = PadDevice::create(4, kind);
    ASSERT_TRUE(made) << made.error().message();
    const auto node = find_node("punktfunk/pad4");
    ASSERT_TRUE(node);
    EXPECT_EQ(*node, (*made)->node());
    Reader reader(*node);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(reader.name(), profile.name);
    input_id id{};
    ASSERT_EQ(ioctl(reader.fd(), EVIOCGID, &id), 0);
    EXPECT_EQ(id.bustype, BUS_USB);
    EXPECT_EQ(id.vendor, profile.vendor);
    EXPECT_EQ(id.product, profile.product);
    EXPECT_EQ(id.version, profile.version);
    input_absinfo stick{};
    ASSERT_EQ(ioctl(reader.fd(), EVIOCGABS(ABS_RY), &stick), 0);
    EXPECT_EQ(stick.minimum, profile.stick.minimum);
    EXPECT_EQ(stick.maximum, profile.stick.maximum);
    EXPECT_EQ(stick.value, stick_value(profile.stick, 0, true));
    made->reset();
    EXPECT_TRUE(reader.gone());
  }
}

TEST_F(Uinput, StatesArriveAsOneReport) {
  RumbleSink sink;
  auto pads = open(sink);
  ASSERT_TRUE(pads) << pads.error().message();
  (*pads)->inject(PadArrival{.pad = 2, .kind = PadKind::Xbox});
  const auto node = find_node("punktfunk/pad2");
  ASSERT_TRUE(node);
  Reader reader(*node);
  ASSERT_TRUE(reader.ok());
  (*pads)->inject(PadState{.pad = 2,
                           .buttons = pad_button::kA | pad_button::kUp,
                           .left_trigger = 200,
                           .left_x = 12'000,
                           .left_y = 30'000});
  const std::map<std::pair<int, int>, int> expected{{{EV_KEY, BTN_SOUTH}, 1},
                                                    {{EV_ABS, ABS_HAT0Y}, -1},
                                                    {{EV_ABS, ABS_Z}, 200},
                                                    {{EV_ABS, ABS_X}, 12'000},
                                                    {{EV_ABS, ABS_Y}, -30'000}};
  EXPECT_EQ(reader.report(), expected);
  (*pads)->inject(PadState{.pad = 2});
  EXPECT_EQ(reader.report().at({EV_KEY, BTN_SOUTH}), 0);
  (*pads)->inject(PadRemoval{2});
  EXPECT_TRUE(reader.gone());
}

TEST_F(Uinput, TheFirstStateMakesThePadAndTheEndRemovesIt) {
  RumbleSink sink;
  auto pads = open(sink);
  ASSERT_TRUE(pads);
  (*pads)->inject(PadState{.pad = 9, .buttons = pad_button::kB});
  const auto node = find_node("punktfunk/pad9");
  ASSERT_TRUE(node);
  Reader reader(*node);
  pads->reset();
  EXPECT_TRUE(reader.gone());
}

TEST_F(Uinput, RumbleComesBack) {
  RumbleSink sink;
  auto pads = open(sink);
  ASSERT_TRUE(pads);
  (*pads)->inject(PadArrival{.pad = 1});
  const auto node = find_node("punktfunk/pad1");
  ASSERT_TRUE(node);
  Reader game(*node);
  ASSERT_TRUE(game.ok());
  ff_effect effect{};
  effect.type = FF_RUMBLE;
  effect.id = -1;
  effect.u.rumble.strong_magnitude = 0x8000;
  effect.u.rumble.weak_magnitude = 0x4000;
  effect.replay.length = 150;
  ASSERT_EQ(ioctl(game.fd(), EVIOCSFF, &effect), 0) << "the upload was not answered";
  const auto play = [&](int value) {
    input_event event{};
    event.type = EV_FF;
    event.code = static_cast<std::uint16_t>(effect.id);
    event.value = value;
    ASSERT_EQ(write(game.fd(), &event, sizeof event), static_cast<ssize_t>(sizeof event));
  };
  play(1);
  EXPECT_TRUE(sink.wait_for(1, 0x8000, 0x4000));
  EXPECT_TRUE(sink.wait_for(1, 0, 0)) << "the effect did not end by itself";
  effect.replay.length = 0;
  effect.u.rumble.weak_magnitude = 0x1234;
  ASSERT_EQ(ioctl(game.fd(), EVIOCSFF, &effect), 0);
  play(1);
  EXPECT_TRUE(sink.wait_for(1, 0x8000, 0x1234));
  play(0);
  EXPECT_TRUE(sink.wait_for(1, 0, 0));
  EXPECT_EQ(ioctl(game.fd(), EVIOCRMFF, static_cast<long>(effect.id)), 0);
}

TEST_F(Uinput, AnUploadThatNobodyAnswersEndsWithThePad) {
  auto made = PadDevice::create(7, PadKind::Xbox);
  ASSERT_TRUE(made) << made.error().message();
  const auto node = find_node("punktfunk/pad7");
  ASSERT_TRUE(node);
  Reader game(*node);
  std::jthread uploader([&] {
    ff_effect effect{};
    effect.type = FF_RUMBLE;
    effect.id = -1;
    EXPECT_NE(ioctl(game.fd(), EVIOCSFF, &effect), 0);
  });
  pollfd asked{(*made)->fd(), POLLIN, 0};
  ASSERT_EQ(poll(&asked, 1, 30'000), 1);
  made->reset();
}

}  // namespace
}  // namespace pf::input::uinput
#endif
