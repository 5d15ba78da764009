#include "input/recording/recording.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace pf::input::recording {
namespace {

TEST(Recorder, KeepsOrderAndTime) {
  Recorder recorder;
  const auto before = steady_now_ns();
  recorder.inject(Key{30, true});
  recorder.inject(Scroll{120, 0});
  const auto entries = recorder.snapshot();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Key>(entries[0].event));
  EXPECT_TRUE(std::holds_alternative<Scroll>(entries[1].event));
  EXPECT_GE(entries[0].time_ns, before);
  EXPECT_GE(entries[1].time_ns, entries[0].time_ns);
}

TEST(Recorder, WaitsForEventsOfAnotherThread) {
  Recorder recorder;
  std::jthread other([&] {
    for (int i = 0; i < 100; ++i) recorder.inject(PointerMotion{1, 0});
  });
  EXPECT_TRUE(recorder.wait_for_count(100, steady_now() + std::chrono::seconds(30)));
}

TEST(Recorder, GivesUpAtTheDeadline) {
  Recorder recorder;
  EXPECT_FALSE(recorder.wait_for_count(1, steady_now()));
  recorder.inject(Key{1, true});
  EXPECT_TRUE(recorder.wait_for_count(1, steady_now()));
}

}  // namespace
}  // namespace pf::input::recording
