#include "input/router.hpp"

#include <gtest/gtest.h>

#include <linux/input-event-codes.h>

#include <latch>
#include <thread>

#include "input/recording/recording.hpp"

namespace pf::input {
namespace {

using recording::Entry;
using recording::Recorder;

constexpr std::uint32_t kAll = kGrantGamepad | kGrantPointer | kGrantKeyboard;

class RouterTest : public ::testing::Test {
 protected:
  std::vector<Entry> seen() { return recorder_.snapshot(); }
  template <class T>
  T at(std::size_t index) {
    return std::get<T>(seen().at(index).event);
  }
  Recorder recorder_;
  std::atomic<std::uint32_t> grants_{kAll};
  Router router_{recorder_, grants_};
};

const std::vector<Event>& one_of_each() {
  static const std::vector<Event> events{
      Key{KEY_A, true},
      Text{{'x'}, 1},
      PointerMotion{1, 1},
      PointerPosition{0.5F, 0.5F},
      PointerButton{Button::Left, true},
      Scroll{120, 0},
      Touch{.phase = TouchPhase::Down, .id = 3},
      Pen{.phase = TouchPhase::Down},
      PadArrival{0},
      PadRemoval{0},
      PadState{.pad = 0, .buttons = pad_button::kA},
      PadTouch{.pad = 0, .phase = TouchPhase::Down, .id = 1},
      PadMotion{.pad = 0},
      PadBattery{.pad = 0},
  };
  return events;
}

TEST_F(RouterTest, EveryGrantMaskLetsExactlyItsClassesThrough) {
  static_assert(std::variant_size_v<Event> == 14);
  for (std::uint32_t mask = 0; mask < 8; ++mask) {
    Recorder recorder;
    const std::atomic<std::uint32_t> grants{mask};
    Router router(recorder, grants);
    std::uint64_t expected = 0;
    for (const Event& event : one_of_each()) {
      if ((needed_grant(event) & mask) != 0) ++expected;
      router.handle(event);
    }
    const RouterCounts counts = router.counts();
    EXPECT_EQ(recorder.snapshot().size(), expected) << mask;
    EXPECT_EQ(counts.accepted, expected);
    EXPECT_EQ(counts.refused_keyboard, (mask & kGrantKeyboard) != 0 ? 0U : 2U);
    EXPECT_EQ(counts.refused_pointer, (mask & kGrantPointer) != 0 ? 0U : 6U);
    EXPECT_EQ(counts.refused_gamepad, (mask & kGrantGamepad) != 0 ? 0U : 6U);
    EXPECT_EQ(router.last_accepted_ns() != 0, expected != 0);
  }
}

TEST_F(RouterTest, ForeignGrantBitsOpenNothing) {
  grants_ = ~kAll;
  for (const Event& event : one_of_each()) router_.handle(event);
  EXPECT_TRUE(seen().empty());
}

TEST_F(RouterTest, DropsWhatChangesNothing) {
  router_.handle(Key{KEY_A, false});
  router_.handle(Key{KEY_A, true});
  router_.handle(Key{KEY_A, true});
  router_.handle(PointerButton{Button::Right, false});
  router_.handle(Touch{.phase = TouchPhase::Up, .id = 9});
  EXPECT_EQ(seen().size(), 1U);
  EXPECT_EQ(router_.counts().redundant, 4U);
}

TEST_F(RouterTest, RejectsWhatDoesNotExist) {
  router_.handle(Key{0, true});
  router_.handle(Key{0x300, true});
  router_.handle(Key{0xFFFF, true});
  router_.handle(PointerButton{static_cast<Button>(0), true});
  router_.handle(PointerButton{static_cast<Button>(6), true});
  router_.handle(PadState{.pad = 16});
  router_.handle(PadArrival{255});
  router_.handle(PadRemoval{16});
  router_.handle(PadTouch{.pad = 16});
  router_.handle(PadMotion{.pad = 16});
  router_.handle(PadBattery{.pad = 16});
  EXPECT_TRUE(seen().empty());
  EXPECT_EQ(router_.counts().invalid, 11U);
  EXPECT_EQ(router_.last_accepted_ns(), 0);
}

TEST_F(RouterTest, BoundsTheNumberOfTouches) {
  for (std::uint32_t id = 0; id < 100; ++id)
    router_.handle(Touch{.phase = TouchPhase::Down, .id = id});
  const auto accepted = router_.counts().accepted;
  EXPECT_EQ(accepted, 32U);
  EXPECT_EQ(router_.counts().invalid, 68U);
  router_.release_all();
  EXPECT_EQ(router_.counts().released, accepted);
}

TEST_F(RouterTest, ReleasesEverythingHeldOnce) {
  router_.handle(Key{KEY_LEFTCTRL, true});
  router_.handle(Key{KEY_C, true});
  router_.handle(Key{KEY_C, false});
  router_.handle(PointerButton{Button::Extra, true});
  router_.handle(Touch{.phase = TouchPhase::Down, .id = 4, .x = 0.1F, .y = 0.2F});
  router_.handle(Touch{.phase = TouchPhase::Move, .id = 4, .x = 0.3F, .y = 0.4F});
  router_.handle(Pen{.phase = TouchPhase::Down, .buttons = 1, .x = 0.6F, .pressure = 0.5F});
  router_.handle(PadTouch{.pad = 2, .phase = TouchPhase::Down, .id = 7, .x = 0.9F});
  router_.handle(PadState{.pad = 2, .buttons = pad_button::kB, .left_x = 99});
  const std::size_t before = seen().size();
  router_.release_all();
  ASSERT_EQ(seen().size(), before + 6);
  EXPECT_EQ(at<Key>(before).code, KEY_LEFTCTRL);
  EXPECT_FALSE(at<Key>(before).down);
  EXPECT_EQ(at<PointerButton>(before + 1).button, Button::Extra);
  EXPECT_FALSE(at<PointerButton>(before + 1).down);
  EXPECT_EQ(at<Touch>(before + 2).phase, TouchPhase::Up);
  EXPECT_EQ(at<Touch>(before + 2).id, 4U);
  EXPECT_FLOAT_EQ(at<Touch>(before + 2).x, 0.3F);
  EXPECT_EQ(at<Pen>(before + 3).phase, TouchPhase::HoverLeave);
  EXPECT_EQ(at<Pen>(before + 3).buttons, 0);
  EXPECT_EQ(at<PadTouch>(before + 4).phase, TouchPhase::Up);
  EXPECT_EQ(at<PadTouch>(before + 4).pad, 2);
  EXPECT_EQ(at<PadState>(before + 5).buttons, 0U);
  EXPECT_EQ(at<PadState>(before + 5).left_x, 0);
  router_.release_all();
  EXPECT_EQ(seen().size(), before + 6) << "nothing is held any more";
}

TEST_F(RouterTest, ARemovedPadIsNotReleased) {
  router_.handle(PadState{.pad = 1, .buttons = 1});
  router_.handle(PadRemoval{1});
  router_.release_all();
  EXPECT_EQ(seen().size(), 2U);
}

TEST_F(RouterTest, NarrowingReleasesOnlyWhatIsNoLongerGranted) {
  router_.handle(Key{KEY_W, true});
  router_.handle(PointerButton{Button::Left, true});
  router_.handle(PadState{.pad = 0, .right_trigger = 200});
  grants_ = kGrantGamepad | kGrantPointer;
  router_.grants_changed();
  ASSERT_EQ(seen().size(), 4U);
  EXPECT_EQ(at<Key>(3).code, KEY_W);
  grants_ = kGrantGamepad;
  router_.handle(PointerMotion{1, 0});  // found by the next event without being told
  ASSERT_EQ(seen().size(), 5U);
  EXPECT_FALSE(at<PointerButton>(4).down);
  EXPECT_EQ(router_.counts().refused_pointer, 1U);
  grants_ = 0;
  router_.grants_changed();
  ASSERT_EQ(seen().size(), 6U);
  EXPECT_EQ(at<PadState>(5).right_trigger, 0);
  grants_ = kAll;
  router_.handle(Key{KEY_W, true});
  EXPECT_EQ(seen().size(), 7U) << "a widened mask works at once";
}

TEST_F(RouterTest, AShutGateStaysShutButReleases) {
  router_.handle(Key{KEY_A, true});
  const auto last = router_.last_accepted_ns();
  EXPECT_GT(last, 0);
  router_.close_gate();
  EXPECT_FALSE(router_.gate_open());
  router_.handle(Key{KEY_B, true});
  router_.handle(Key{KEY_A, false});
  EXPECT_EQ(seen().size(), 1U);
  EXPECT_EQ(router_.counts().after_close, 2U);
  EXPECT_EQ(router_.last_accepted_ns(), last);
  router_.release_all();
  ASSERT_EQ(seen().size(), 2U);
  EXPECT_EQ(at<Key>(1).code, KEY_A);
}

// Knows how many events came after the gate was seen shut.
class GateWatcher final : public Injector {
 public:
  const char* name() const override { return "watcher"; }
  void inject(const Event& event) noexcept override {
    if (closed.load(std::memory_order_seq_cst)) late.fetch_add(1);
    if (const auto* key = std::get_if<Key>(&event)) held += key->down ? 1 : -1;
  }
  std::atomic<bool> closed{false};
  std::atomic<int> late{0};
  int held = 0;  // guarded by the router's serialisation
};

TEST(RouterRace, AtMostTheEventInProgressFollowsTheClosing) {
  for (int round = 0; round < 200; ++round) {
    GateWatcher watcher;
    const std::atomic<std::uint32_t> grants{kAll};
    Router router(watcher, grants);
    std::latch begun(3);
    std::atomic<bool> stop{false};
    const auto feed = [&](std::uint16_t key) {
      begun.arrive_and_wait();
      for (bool down = true; !stop.load(); down = !down) router.handle(Key{key, down});
    };
    std::jthread first(feed, KEY_A), second(feed, KEY_B);
    begun.arrive_and_wait();
    router.close_gate();
    watcher.closed = true;
    // One event may have passed the gate before it shut. Waiting for the router once lets it end.
    router.grants_changed();
    EXPECT_LE(watcher.late.load(), 1);
    const int late = watcher.late.load();
    const auto accepted = router.counts().accepted;
    const auto last = router.last_accepted_ns();
    for (int i = 0; i < 100; ++i) router.handle(Key{KEY_C, true});
    EXPECT_EQ(watcher.late.load(), late);
    EXPECT_EQ(router.counts().accepted, accepted);
    EXPECT_EQ(router.last_accepted_ns(), last);
    watcher.closed = false;
    router.release_all();
    stop = true;
    first.join();
    second.join();
    EXPECT_EQ(watcher.held, 0);
  }
}

TEST(RouterRace, NothingOfARevokedClassFollowsTheNarrowing) {
  GateWatcher watcher;
  std::atomic<std::uint32_t> grants{kAll};
  Router router(watcher, grants);
  std::latch begun(2);
  std::atomic<bool> stop{false};
  std::jthread feeder([&] {
    begun.arrive_and_wait();
    for (bool down = true; !stop.load(); down = !down) router.handle(Key{KEY_A, down});
  });
  begun.arrive_and_wait();
  for (int round = 0; round < 500; ++round) {
    grants = kGrantPointer;
    router.grants_changed();  // after this, nothing is held and nothing is let through
    const auto accepted = router.counts().accepted;
    router.handle(PointerMotion{1, 1});
    EXPECT_EQ(router.counts().accepted, accepted + 1);
    grants = kAll;
  }
  stop = true;
  feeder.join();
  router.release_all();
  EXPECT_EQ(watcher.held, 0);
}

}  // namespace
}  // namespace pf::input
