#include "app/prober.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>

namespace pf::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BackendStatus with(const std::string& encoder) {
  BackendStatus status;
  status.encoder = encoder;
  return status;
}

// A machine whose probe says what it was asked for, and ends when the test lets it.
class ProberTest : public testing::Test {
 protected:
  ~ProberTest() override {
    loop_.run_sync([&] { prober_.reset(); });
  }
  void make(Prober::Probe probe) {
    loop_.run_sync([&] {
      prober_.emplace(
          loop_, [this](const BackendStatus& known) { told_.push_back("part " + known.encoder); },
          [this](const BackendStatus& found) { told_.push_back("found " + found.encoder); },
          std::move(probe));
    });
  }
  void ask(const std::string& backend) {
    loop_.run_sync([&] {
      Prober::Wish wish;
      wish.config.encode.backend = backend;
      prober_->ask(wish, [this, backend] {
        told_.push_back("done " + backend);
        if (backend == "last") over_.set_value();
      });
    });
  }

  EventLoop loop_;
  std::vector<std::string> told_;  // control thread
  std::promise<void> over_;
  std::optional<Prober> prober_;
};

TEST_F(ProberTest, PartsAreToldBeforeTheWhole) {
  make([](const Prober::Wish& wish, const Prober::Told& so_far, const std::stop_token&) {
    so_far(with("one"));
    so_far(with("two"));
    return with(wish.config.encode.backend);
  });
  ask("last");
  over_.get_future().wait();
  loop_.run_sync(
      [&] { EXPECT_THAT(told_, ElementsAre("part one", "part two", "found last", "done last")); });
}

TEST_F(ProberTest, OneAtATimeAndOnlyTheNewestOfThoseThatWait) {
  std::promise<void> go;
  const auto gate = go.get_future().share();
  std::atomic<int> at_once{0}, most{0}, probes{0};
  make([&](const Prober::Wish& wish, const Prober::Told&, const std::stop_token&) {
    most = std::max<int>(most, ++at_once);
    ++probes;
    gate.wait();
    --at_once;
    return with(wish.config.encode.backend);
  });
  ask("first");
  ask("second");
  ask("third");
  ask("last");
  // The workers are free all the while.
  std::promise<void> worked[2];
  for (auto& one : worked) loop_.work([&one] { one.set_value(); });
  for (auto& one : worked) one.get_future().wait();
  loop_.run_sync([&] { EXPECT_THAT(told_, IsEmpty()); });
  go.set_value();
  over_.get_future().wait();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(probes, 2);
  loop_.run_sync([&] {
    EXPECT_THAT(told_, ElementsAre("found first", "done first", "found last", "done second",
                                   "done third", "done last"));
  });
}

TEST_F(ProberTest, AProbeThatFailsIsOverAllTheSame) {
  make([](const Prober::Wish&, const Prober::Told&, const std::stop_token&) -> BackendStatus {
    throw std::runtime_error("a driver");
  });
  ask("last");
  over_.get_future().wait();
  loop_.run_sync([&] { EXPECT_THAT(told_, ElementsAre("done last")); });
}

TEST_F(ProberTest, NobodyIsToldOfWhatWasStopped) {
  std::promise<void> running;
  make([&](const Prober::Wish&, const Prober::Told& so_far, const std::stop_token& stop) {
    std::promise<void> stopped;
    const std::stop_callback watch(stop, [&] { stopped.set_value(); });
    running.set_value();
    stopped.get_future().wait();
    so_far(with("late"));
    return with("late");
  });
  ask("first");
  running.get_future().wait();
  loop_.run_sync([&] { prober_.reset(); });
  loop_.run_sync([&] { EXPECT_THAT(told_, IsEmpty()); });
}

TEST(BackendStatusTest, X264IsKnownBeforeTheSlowOnesAndTheLastPartHasAll) {
  session::ManagerConfig config;
  config.display.backend = config.audio.backend = "synthetic";
  std::vector<BackendStatus> parts;
  const auto found = probe_all_back_ends(
      config, true, [&](const BackendStatus& known) { parts.push_back(known); });
  ASSERT_EQ(parts.size(), encode::backends().size());
  EXPECT_EQ(parts.back().formats, found.formats);
  EXPECT_EQ(parts.back().encoders.size(), found.encoders.size());
  for (const auto& part : parts) {
    if (part.encoders.back().name == "x264") {
      EXPECT_FALSE(part.encoder.empty());
      EXPECT_TRUE(found.encoder != "x264" || part.invalidates);
    }
    EXPECT_TRUE(part.encoder.empty() || part.encoder == found.encoder) << part.encoder;
  }
}

TEST(BackendStatusTest, AStopLeavesOutTheRest) {
  session::ManagerConfig config;
  config.display.backend = config.audio.backend = "synthetic";
  std::stop_source source;
  std::size_t known = 0;
  const auto found = probe_all_back_ends(
      config, false,
      [&](const BackendStatus&) {
        ++known;
        source.request_stop();
      },
      source.get_token());
  EXPECT_EQ(known, 1U);
  EXPECT_EQ(found.encoders.size(), 1U);
}

}  // namespace
}  // namespace pf::app
