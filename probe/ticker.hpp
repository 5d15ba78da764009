// One alarm clock on a thread of its own: calls `fire` when the armed moment has come, once. The
// callback must only post.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "base/clock.hpp"
#include "base/wake.hpp"

namespace pf::probe {

class Ticker {
 public:
  explicit Ticker(std::function<void()> fire);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // Any thread. Replaces what was armed; SteadyTime::max() = nothing.
  void arm(SteadyTime when);

 private:
  void run();

  std::function<void()> fire_;
  std::atomic<std::int64_t> at_ns_;
  std::atomic<bool> stop_{false};
  Wake wake_;
  std::jthread thread_;
};

}  // namespace pf::probe
