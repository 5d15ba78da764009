// What other threads may see of a running session, and how they wait for it to change. Any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "probe/session_options.hpp"
#include "probe/statistics.hpp"

namespace pf::probe {

class SessionBoard {
 public:
  static constexpr std::size_t kMessages = 512;  // the newest that are kept

  struct View {
    Phase phase = Phase::Dialling;
    Statistics statistics;
    std::deque<native::wire::ControlMessage> messages;  // of the host, in order
    std::optional<Ending> ending;
  };

  template <class F>
  void change(F&& f) {
    {
      const std::lock_guard lock(mutex_);
      f(view_);
    }
    changed_.notify_all();
  }
  template <class F>
  auto read(F&& f) const {
    const std::lock_guard lock(mutex_);
    return f(view_);
  }
  // Until `enough` holds, at most until the deadline; what it said last.
  bool wait(SteadyTime deadline, const std::function<bool(const View&)>& enough) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return enough(view_); });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  View view_;
};

}  // namespace pf::probe
