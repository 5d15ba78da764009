// One compositor kept running ahead of need, so that opening a display costs a mode change (a few
// milliseconds) instead of a process start.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.hpp"
#include "display/display.hpp"

namespace pf::display {

// Thread-safe. Displays that came out of it do not refer to it any more.
class WarmPool {
 public:
  explicit WarmPool(Options options);
  ~WarmPool();  // drops the spare; bounded like Display's destructor
  WarmPool(const WarmPool&) = delete;
  WarmPool& operator=(const WarmPool&) = delete;

  // Any thread, returns at once. Starts a spare in the background unless there is one, and keeps it
  // until `idle` has passed without another call. Does nothing when the chosen back end is not the
  // virtual one (no other display can be resized).
  void prewarm(std::chrono::milliseconds idle);
  // Worker thread. The spare at the wanted mode (waiting for one that is just starting), or a
  // display opened the ordinary way when there is none or it failed.
  Result<std::unique_ptr<Display>> open(const Request& request);
  // Any thread: what is opened from here on is opened so; a spare of another kind is given up.
  void configure(const Options& options);
  // Any thread: gives the spare up; it is taken down in the background.
  void drop();
  // Any thread: a started spare is waiting.
  bool warm() const;
  // Waits until no spare is being started or taken down, at most `limit`; true when settled.
  bool settle(std::chrono::milliseconds limit);

 private:
  void loop(const std::stop_token& stop);
  bool due(SteadyTime now) const;

  mutable std::mutex mutex_;
  Options options_;
  std::uint64_t configured_ = 0;  // how often
  std::condition_variable_any changed_;
  bool wanted_ = false;    // a spare should be started
  bool starting_ = false;  // the thread is at it
  bool ending_ = false;    // the thread is taking one down
  bool expired_ = false;   // drop() was called
  SteadyTime keep_until_{};
  std::unique_ptr<Display> spare_;
  std::uint64_t started_ = 0;
  std::jthread thread_;
};

}  // namespace pf::display
