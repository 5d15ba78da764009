// A client's speed tests: bursts of filler on the way that its pictures take (punktfunk1.md 6.11,
// punktfunk2.md 5 and 6.4). Control thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "native/media/probe_burst.hpp"
#include "native/wire/messages.hpp"

namespace pf::native {

class SpeedTest {
 public:
  // Between two tests of one client.
  static constexpr std::chrono::seconds kSpacing{10};

  using LastTest = std::shared_ptr<std::optional<SteadyTime>>;

  // `send` outlives it. `possible`: the client tells filler from pictures (PROBE_SEQ). `last`: when
  // the one before began, shared by all who must keep the distance; null: nobody else.
  SpeedTest(Executor& executor, media::ProbeBurst::Config burst, bool possible,
            std::function<void(const wire::ControlMessage&)> send, LastTest last = {});
  ~SpeedTest();

  // Answered in any case: with what was sent, when that is over, or with zeros at once, which means
  // that the client keeps its bitrate. `payload`: bytes of a shard, as the pictures have them.
  void ask(const wire::ProbeRequest& ask, std::uint16_t payload);

 private:
  Executor& executor_;
  media::ProbeBurst::Config config_;
  const bool possible_;
  const std::function<void(const wire::ControlMessage&)> send_;
  const LastTest last_;
  std::unique_ptr<media::ProbeBurst> burst_;
  std::size_t payload_ = 0;  // of burst_
  // Results of bursts find out whether they come too late.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// One LastTest for each device, however often it connects.
class LastTests {
 public:
  // `who`: names the device, or the address of a guest.
  SpeedTest::LastTest of(const std::string& who, SteadyTime now);

 private:
  std::map<std::string, SpeedTest::LastTest> tests_;
};

}  // namespace pf::native
