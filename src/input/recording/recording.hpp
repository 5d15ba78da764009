// An injector that remembers what it was asked to do, for tests. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "input/injector.hpp"

namespace pf::input::recording {

struct Entry {
  Event event;
  std::int64_t time_ns;  // CLOCK_MONOTONIC when inject() was called
};

class Recorder final : public Injector {
 public:
  using Predicate = std::function<bool(const std::vector<Entry>&)>;

  const char* name() const override { return "recording"; }
  void inject(const Event& event) noexcept override;

  // A copy of everything so far, in order.
  std::vector<Entry> snapshot() const;
  // Waits until `predicate` holds for the events so far; false when the deadline passed first. The
  // predicate runs with the recorder locked.
  bool wait_for(const Predicate& predicate, SteadyTime deadline) const;
  bool wait_for_count(std::size_t count, SteadyTime deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Entry> entries_;
};

}  // namespace pf::input::recording
