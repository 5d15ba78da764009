#include "input/recording/recording.hpp"

namespace pf::input::recording {

void Recorder::inject(const Event& event) noexcept {
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({event, steady_now_ns()});
  }
  changed_.notify_all();
}

std::vector<Entry> Recorder::snapshot() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

bool Recorder::wait_for(const Predicate& predicate, SteadyTime deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return predicate(entries_); });
}

bool Recorder::wait_for_count(std::size_t count, SteadyTime deadline) const {
  return wait_for([count](const std::vector<Entry>& entries) { return entries.size() >= count; },
                  deadline);
}

}  // namespace pf::input::recording
