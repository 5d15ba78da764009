#include "app/prober.hpp"

#include <exception>

#include "base/log.hpp"
#include "base/thread.hpp"

namespace pf::app {

BackendStatus Prober::probe_this_machine(const Wish& wish, const Told& so_far,
                                         const std::stop_token& stop) {
  return probe_all_back_ends(wish.config, wish.costly, so_far, stop);
}

Prober::Prober(Executor& executor, Told so_far, Told found, Probe probe)
    : executor_(executor),
      so_far_(std::move(so_far)),
      found_(std::move(found)),
      probe_(std::move(probe)) {}

Prober::~Prober() {
  alive_.reset();
}

void Prober::ask(Wish wish, std::function<void()> done) {
  next_ = std::move(wish);
  if (done) waiting_.push_back(std::move(done));
  begin();
}

void Prober::begin() {
  if (running_ || !next_) return;
  // The one before has posted its last task.
  thread_ = std::jthread([this, alive = std::weak_ptr(alive_), wish = *next_,
                          waiting = waiting_](const std::stop_token& stop) {
    name_this_thread("pf-prober");
    run(alive, wish, waiting, stop);
  });
  running_ = true;
  next_.reset();
  waiting_.clear();
}

void Prober::run(const std::weak_ptr<bool>& alive, const Wish& wish, const Waiting& waiting,
                 const std::stop_token& stop) {
  std::shared_ptr<const BackendStatus> status;
  try {
    const auto tell = [&](const BackendStatus& known) {
      executor_.post([this, alive, known] {
        if (alive.lock()) so_far_(known);
      });
    };
    status = std::make_shared<const BackendStatus>(probe_(wish, tell, stop));
  } catch (const std::exception& e) {
    log::error("app", "this machine could not be probed", "what", e.what());
  }
  executor_.post([this, alive, status, waiting] {
    if (!alive.lock()) return;
    running_ = false;
    if (status) found_(*status);
    for (const auto& done : waiting) done();
    begin();
  });
}

}  // namespace pf::app
