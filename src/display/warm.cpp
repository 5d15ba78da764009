#include "display/warm.hpp"

#include <unistd.h>

#include <cstring>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "display/registry.hpp"

namespace pf::display {

WarmPool::WarmPool(Options options)
    : options_(std::move(options)), thread_([this](const std::stop_token& stop) { loop(stop); }) {}

WarmPool::~WarmPool() {
  thread_.request_stop();
  thread_.join();
}

void WarmPool::prewarm(std::chrono::milliseconds idle) {
  const std::lock_guard lock(mutex_);
  keep_until_ = steady_now() + idle;
  expired_ = false;
  wanted_ = spare_ == nullptr && !starting_;
  changed_.notify_all();
}

void WarmPool::configure(const Options& options) {
  const std::lock_guard lock(mutex_);
  if (options == options_) return;
  options_ = options;
  ++configured_;
  expired_ = true;
  changed_.notify_all();
}

void WarmPool::drop() {
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  expired_ = true;
  changed_.notify_all();
}

bool WarmPool::warm() const {
  const std::lock_guard lock(mutex_);
  return spare_ != nullptr;
}

bool WarmPool::settle(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] {
    return !starting_ && !ending_ && !wanted_ && !(expired_ && spare_ != nullptr);
  });
}

Result<std::unique_ptr<Display>> WarmPool::open(const Request& request) {
  std::unique_ptr<Display> spare;
  Options options;
  {
    std::unique_lock lock(mutex_);
    // Starting is bounded, and one that is under way will be ready before a second one could be.
    changed_.wait(lock, [this] { return !(starting_ || wanted_) || spare_ != nullptr; });
    spare = std::move(spare_);
    options = options_;
  }
  if (spare != nullptr) {
    auto changed = spare->set_mode(request.mode);
    if (changed) return spare;
    log::warn("display", "the warm display was not usable", "why", changed.error().message());
    spare.reset();
  }
  return display::open(options, request);
}

bool WarmPool::due(SteadyTime now) const {
  return spare_ != nullptr && (expired_ || now >= keep_until_ || !spare_->alive());
}

void WarmPool::loop(const std::stop_token& stop) {
  name_this_thread("pf-warm");
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (wanted_) {
      wanted_ = false;
      starting_ = true;
      // The process id keeps two hosts that share a runtime folder apart.
      const Request request{
          {}, "warm-" + std::to_string(::getpid()) + '-' + std::to_string(++started_)};
      const auto options = options_;
      const auto configured = configured_;
      lock.unlock();
      std::unique_ptr<Display> fresh;
      const auto backend = choose(options);
      if (backend && std::strcmp((*backend)->name, "virtual") == 0) {
        auto opened = (*backend)->open(options, request);
        if (opened)
          fresh = std::move(*opened);
        else
          log::warn("display", "no warm display", "why", opened.error().message());
      }
      lock.lock();
      spare_ = std::move(fresh);
      if (configured != configured_) expired_ = true;  // of the old kind
      starting_ = false;
      changed_.notify_all();
    } else if (due(steady_now())) {
      ending_ = true;
      auto old = std::move(spare_);
      lock.unlock();
      old.reset();
      lock.lock();
      ending_ = false;
      changed_.notify_all();
    } else if (spare_ != nullptr) {
      changed_.wait_until(lock, stop, keep_until_, [this] { return wanted_ || due(steady_now()); });
    } else {
      changed_.wait(lock, stop, [this] { return wanted_ || spare_ != nullptr; });
    }
  }
  auto last = std::move(spare_);
  lock.unlock();
}

}  // namespace pf::display
