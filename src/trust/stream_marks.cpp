#include "trust/stream_marks.hpp"

namespace pf::trust {

std::shared_ptr<void> StreamMarks::mark(const crypto::Fingerprint& fingerprint) {
  ++counts_[fingerprint];
  const auto ended = [this, fingerprint] {
    const auto found = counts_.find(fingerprint);
    if (--found->second > 0) return;
    counts_.erase(found);
    gone_(fingerprint);
  };
  return std::shared_ptr<void>(alive_.get(),
                               [ended, alive = alive(), &executor = executor_](void*) {
                                 if (alive.expired())
                                   return;  // any thread: nothing else is looked at
                                 executor.post([ended, alive] {
                                   if (!alive.expired()) ended();
                                 });
                               });
}

std::size_t StreamMarks::count(const crypto::Fingerprint& fingerprint) const {
  const auto found = counts_.find(fingerprint);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace pf::trust
