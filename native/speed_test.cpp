#include "native/speed_test.hpp"

namespace pf::native {

SpeedTest::SpeedTest(Executor& executor, media::ProbeBurst::Config burst, bool possible,
                     std::function<void(const wire::ControlMessage&)> send, LastTest last)
    : executor_(executor),
      config_(std::move(burst)),
      possible_(possible),
      send_(std::move(send)),
      last_(last ? std::move(last) : std::make_shared<std::optional<SteadyTime>>()) {}

SpeedTest::~SpeedTest() {
  *alive_ = false;
}

void SpeedTest::ask(const wire::ProbeRequest& ask, std::uint16_t payload) {
  const auto now = executor_.now();
  const bool possible = possible_ && (!*last_ || now - **last_ >= kSpacing);
  if (possible && payload_ != payload) {
    auto config = config_;
    config.packets.shard_payload = payload_ = payload;
    auto made = media::ProbeBurst::create(config);
    burst_ = made ? std::move(*made) : nullptr;
  }
  const bool started = possible && burst_ &&
                       burst_->start(ask.target_kbps, std::chrono::milliseconds(ask.duration_ms),
                                     [this, alive = std::weak_ptr<bool>(alive_),
                                      &executor = executor_](const media::ProbeResult& r) {
                                       executor.post([this, alive, r] {
                                         const auto held = alive.lock();
                                         if (!held || !*held) return;
                                         send_(wire::ProbeResult{r.bytes, r.units, r.duration_ms,
                                                                 r.wire_packets, r.send_drops});
                                       });
                                     });
  if (started)
    *last_ = now;
  else
    send_(wire::ProbeResult{});
}

SpeedTest::LastTest LastTests::of(const std::string& who, SteadyTime now) {
  std::erase_if(tests_, [&](const auto& entry) {
    const auto& last = entry.second;
    return last.use_count() == 1 && (!*last || now - **last >= SpeedTest::kSpacing);
  });
  auto& mine = tests_[who];
  if (!mine) mine = std::make_shared<std::optional<SteadyTime>>();
  return mine;
}

}  // namespace pf::native
