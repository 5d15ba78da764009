#include "session/manager_impl.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

constexpr auto kKeepWarm = 60s;
constexpr auto kTick = 1s;
// After a longer one (the machine slept) a mean would say nothing about the second it is shown for.
constexpr auto kLongestLap = 5s;

}  // namespace

// A task counts until it is over, also when it throws: shutdown() must not wait for ever.
std::function<void()> ManagerImpl::counted(std::function<void()> task) {
  {
    const std::scoped_lock lock(pending_mutex_);
    ++pending_;
  }
  return [this, task = std::move(task)] {
    struct Over {
      ManagerImpl& manager;
      ~Over() {
        const std::scoped_lock lock(manager.pending_mutex_);
        --manager.pending_;
        manager.pending_changed_.notify_all();
      }
    } const over{*this};
    task();
  };
}
void ManagerImpl::work(std::function<void()> task) {
  executor_.work(counted(std::move(task)));
}
void ManagerImpl::back(std::function<void()> task) {
  executor_.post(counted(std::move(task)));
}

bool ManagerImpl::move(Session& s, Event event) {
  const auto to = next(s.state, event, s.failures);
  if (!to) {
    log::debug("session", "ignored", "session", s.id, "state", name(s.state), "event", name(event));
    return false;
  }
  if (*to != s.state)
    log::info("session", name(*to), "session", s.id, "device", s.launch.lease->device_name());
  s.state = *to;
  return true;
}

void ManagerImpl::hold_lease(Session& s, trust::LeasePtr lease) {
  s.launch.lease = std::move(lease);
  s.launch.lease->on_stop([this, id = s.id](trust::StopReason reason) {
    end(id, reason == trust::StopReason::Expired ? EndReason::Expired : EndReason::Revoked, {});
  });
  s.launch.lease->on_grants_changed([this, id = s.id] {
    if (auto* const session = get(id); session != nullptr && session->stream)
      session->stream->grants_changed();
  });
}

void ManagerImpl::release_lease(Session& s) {
  s.launch.lease->on_stop({});
  s.launch.lease->on_grants_changed({});
}

void ManagerImpl::set_deadline(Session& s, std::chrono::seconds after, EndReason reason) {
  s.deadline = executor_.after(after, [this, id = s.id, reason] { end(id, reason, {}); });
}

void ManagerImpl::expect_launch() {
  if (stopping_ || sessions_.size() >= settings()->max_sessions) return;
  warm_.prewarm(kKeepWarm);
  if (!warm_timer_) work([options = settings()->audio] { audio::prepare(options); });
  warm_timer_ = executor_.after(kKeepWarm, [this] {
    warm_timer_.reset();
    work([] { audio::release(); });
  });
}

Result<SessionId> ManagerImpl::reserve(Launch launch) {
  if (stopping_) return fail(Errc::Unavailable, "the host is stopping");
  if (launch.lease->stopped()) return fail(Errc::LeaseEnded);
  if (find_device(launch.lease->device())) return fail(Errc::Busy, launch.lease->device_name());
  if (sessions_.size() >= settings()->max_sessions) return fail(Errc::LimitReached);
  const auto device = launch.lease->device();
  const auto met = contest(launch.app, device);
  if (met.policy == apps::SecondClient::Refuse && !met.others.empty())
    return fail(Errc::InUse, met.sentence);
  StagePtr stage;
  if (met.policy == apps::SecondClient::Join || met.policy == apps::SecondClient::Steal)
    if (const auto* const same = holder(launch.app, device)) stage = same->stage;
  const auto id = next_id_++;
  auto& s = sessions_[id];
  s.id = id;
  s.started_unix = unix_now();
  s.started = executor_.now();
  const bool shares = stage != nullptr;
  if (!shares) {
    stage = std::make_shared<Stage>();
    stage->id = id;
    stage->app = launch.app;
  }
  take_seat(s, stage);
  auto lease = launch.lease;
  s.launch = std::move(launch);
  s.launch.lease = nullptr;
  hold_lease(s, std::move(lease));
  log::info("session", "reserved", "session", id, "device", s.launch.lease->device_name(), "app",
            s.launch.app.title, "mode", media::to_string(s.launch.mode));
  set_deadline(s, settings()->reservation, EndReason::NeverConnected);
  if (shares) {
    log::info("session", met.policy == apps::SecondClient::Join ? "joins" : "takes over", "session",
              id, "from", stage->owner);
  } else {
    open_display(stage, s.launch.mode);
    open_sound(stage, s.launch.speakers);
  }
  if (met.policy == apps::SecondClient::Steal) make_way(met.others, *stage);
  if (!ticker_) {
    ticked_ = {};
    tick();
  }
  return id;
}

// Those on the stage leave it to the newcomer; the others' applications wait for their devices.
void ManagerImpl::make_way(const std::vector<SessionId>& others, const Stage& stage) {
  for (const auto id : others) {
    auto* const s = get(id);
    if (s == nullptr || s->state == State::Ending) continue;
    if (s->stage.get() == &stage || !s->stream) {
      end(id, EndReason::Taken, {});
    } else {
      evict(*s, EndReason::Taken);
      set_deadline(*s, settings()->grace, EndReason::PeerLost);
    }
  }
}

Result<> ManagerImpl::set_muted(SessionId id, bool muted) {
  auto* s = get(id);
  if (s == nullptr) return fail(Errc::UnknownSession, std::to_string(id));
  s->muted = muted;
  if (s->stream) s->stream->set_muted(muted);
  return {};
}

Result<> ManagerImpl::request_idr(SessionId id) {
  auto* s = get(id);
  if (s == nullptr) return fail(Errc::UnknownSession, std::to_string(id));
  if (!s->stream || s->state == State::Ending) return fail(Errc::NotAllowed, name(s->state));
  s->stream->request_idr();
  return {};
}

void ManagerImpl::configure(const ManagerConfig& config) {
  auto fresh = std::make_shared<const ManagerConfig>(config);
  warm_.configure(fresh->display);
  const std::scoped_lock lock(config_mutex_);
  config_ = std::move(fresh);
}

void ManagerImpl::tick() {
  const auto now = executor_.now();
  const std::chrono::duration<double> elapsed = now - std::exchange(ticked_, now);
  if (elapsed >= kTick / 2 && elapsed < kLongestLap)
    for (auto& [id, s] : sessions_) {
      s.live.sample(*s.stats, unix_now_ms(), to_ns(now), elapsed.count());
      correct_clock(s, to_ns(now - kTick));
    }
  if (on_figures_) on_figures_();
  ticker_ = executor_.after(kTick, [this] { tick(); });
}

std::unique_ptr<Manager> make_manager(Executor& executor, ManagerConfig config) {
  return std::make_unique<ManagerImpl>(executor, std::move(config));
}

}  // namespace pf::session
