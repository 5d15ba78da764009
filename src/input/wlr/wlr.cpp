#include "input/wlr/wlr.hpp"

#include <sys/eventfd.h>

#include <array>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/thread.hpp"
#include "base/unique_fd.hpp"
#include "input/wlr/devices.hpp"

namespace pf::input::wlr {
namespace {

constexpr std::chrono::seconds kOpenLimit{5};

// Writes at once on the caller's thread, which saves a thread switch per event. Its own thread
// reads what the compositor says, and takes over sending while the socket is full.
class WlrInjector final : public Injector {
 public:
  WlrInjector(std::unique_ptr<Link> link, Layout layout)
      : link_(std::move(link)),
        devices_(std::make_unique<Devices>(*link_, std::move(layout))),
        wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  ~WlrInjector() override {
    if (thread_.joinable()) {
      thread_.request_stop();
      ::eventfd_write(wake_fd_.get(), 1);
      thread_.join();
    }
    devices_.reset();  // the compositor lets go of what they hold
    link_.reset();
    if (ignored_.value() != 0 || lost_.value() != 0)
      log::debug("input", "events without effect", "ignored", ignored_.value(), "lost",
                 lost_.value());
  }

  // The compositor has the devices and the layout once this returns.
  bool start() {
    if (!wake_fd_ || !link_->round_trip(steady_now() + kOpenLimit)) return false;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return true;
  }

  const char* name() const override { return "wlr"; }

  void inject(const Event& event) noexcept override {
    const std::lock_guard lock(mutex_);  // the other side never blocks while it holds it
    if (broken_) return;
    if (blocked_) {
      queue(event);
    } else {
      send(event);
      flush();
    }
  }

 private:
  // Motion that follows motion is merged, so that a pause leaves room for keys and buttons.
  static bool merge(Event& last, const Event& event) {
    if (auto* sum = std::get_if<PointerMotion>(&last)) {
      const auto* more = std::get_if<PointerMotion>(&event);
      if (more == nullptr) return false;
      sum->dx += more->dx;
      sum->dy += more->dy;
      return true;
    }
    if (!std::holds_alternative<PointerPosition>(last) ||
        !std::holds_alternative<PointerPosition>(event))
      return false;
    last = event;
    return true;
  }

  void queue(const Event& event) {
    if (count_ > 0 && merge(waiting_[(first_ + count_ - 1) % waiting_.size()], event)) return;
    if (count_ == waiting_.size()) {
      lost_.add();
      return;
    }
    waiting_[(first_ + count_++) % waiting_.size()] = event;
  }

  void send(const Event& event) {
    if (!devices_->perform(event)) ignored_.add();
  }

  void flush() {
    switch (link_->flush()) {
      case Link::Flushed::All:
        blocked_ = false;
        break;
      case Link::Flushed::Blocked:
        if (!blocked_) ::eventfd_write(wake_fd_.get(), 1);  // wait for room over there
        blocked_ = true;
        break;
      case Link::Flushed::Broken:
        broken_ = true;
        break;
    }
  }

  void run(const std::stop_token& stop) noexcept {
    name_this_thread("pf-input");
    while (!stop.stop_requested()) {
      bool want_write = false;
      {
        const std::lock_guard lock(mutex_);
        want_write = blocked_ && !broken_;
      }
      const bool alive = link_->step(wake_fd_.get(), want_write, SteadyTime::max());
      eventfd_t ignored = 0;
      ::eventfd_read(wake_fd_.get(), &ignored);
      const std::lock_guard lock(mutex_);
      if (!alive) broken_ = true;
      if (broken_) {
        log::warn("input", "the compositor closed the input connection");
        return;
      }
      if (blocked_) flush();
      while (!blocked_ && !broken_ && count_ > 0) {
        send(waiting_[first_]);
        first_ = (first_ + 1) % waiting_.size();
        --count_;
        flush();
      }
    }
  }

  std::unique_ptr<Link> link_;
  std::mutex mutex_;  // everything below
  std::unique_ptr<Devices> devices_;
  bool blocked_ = false;  // the socket is full: events wait
  bool broken_ = false;
  std::array<Event, 512> waiting_{};
  std::size_t first_ = 0, count_ = 0;
  metrics::Counter ignored_;  // kinds that cannot be performed
  metrics::Counter lost_;     // while the compositor did not read for long
  UniqueFd wake_fd_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options&,
                                       FeedbackSink&) {
  auto link = Link::open(target.wayland_socket, target.output);
  if (!link) return pass(link);
  auto layout = Layout::create();
  if (!layout) return pass(layout);
  auto injector = std::make_unique<WlrInjector>(std::move(*link), std::move(*layout));
  if (!injector->start())
    return fail(Errc::ConnectFailed, "the compositor refused the virtual devices");
  return injector;
}

}  // namespace pf::input::wlr
