// Hand-written stand-ins at our own interfaces: virtual time, an HTTP exchange, an allow-list, a
// session manager. (Most tests use the real allow-list over a database in a temporary folder.)
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.hpp"
#include "http/server.hpp"
#include "session/manager.hpp"
#include "trust/allow_list.hpp"

namespace pf::test {

// Everything runs on the caller's thread, when it says so; time moves when it says so.
class FakeExecutor final : public Executor {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void work(Task task) override { tasks_.push_back(std::move(task)); }
  std::unique_ptr<Timer> after(std::chrono::milliseconds delay, Task task) override {
    const auto id = next_++;
    timers_->emplace(std::pair(now_ + delay, id), std::move(task));
    return std::make_unique<Handle>(timers_, std::pair(now_ + delay, id));
  }
  SteadyTime now() const override { return now_; }

  void run() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  void advance(std::chrono::milliseconds by) {
    const auto end = now_ + by;
    run();
    while (!timers_->empty() && timers_->begin()->first.first <= end) {
      auto node = timers_->extract(timers_->begin());
      now_ = node.key().first;
      node.mapped()();
      run();
    }
    now_ = end;
  }
  std::size_t timers() const { return timers_->size(); }

 private:
  using Key = std::pair<SteadyTime, std::uint64_t>;
  using Timers = std::map<Key, Task>;
  class Handle final : public Timer {
   public:
    Handle(std::shared_ptr<Timers> timers, Key key) : timers_(std::move(timers)), key_(key) {}
    ~Handle() override { timers_->erase(key_); }

   private:
    std::shared_ptr<Timers> timers_;
    Key key_;
  };

  std::deque<Task> tasks_;
  std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
  SteadyTime now_{};
  std::uint64_t next_ = 1;
};

class FakeExchange final : public http::Exchange {
 public:
  explicit FakeExchange(http::Request request) : request_(std::move(request)) {}
  const http::Request& request() const override { return request_; }
  void respond(http::Response response) override {
    {
      const std::lock_guard lock(mutex_);
      if (!response_) response_ = std::move(response);
    }
    came_.notify_all();
    callback_ = nullptr;
  }
  // What the answer's writer sends; it is told when the client goes.
  class FakeStream final : public http::Stream {
   public:
    bool write(std::string_view bytes) override {
      if (gone) return false;
      text += bytes;
      return !too_slow;
    }
    void on_closed(std::function<void()> callback) override { callback_ = std::move(callback); }
    void close() {
      gone = true;
      if (const auto callback = std::exchange(callback_, nullptr)) callback();
    }
    std::string text;
    bool gone = false;
    bool too_slow = false;

   private:
    std::function<void()> callback_;
  };
  std::shared_ptr<http::Stream> stream(http::Response head) override {
    auto flow = std::make_shared<FakeStream>();
    flow->text = head.body;
    flow_ = flow;
    respond(std::move(head));
    return flow;
  }
  // Null once its writer has let go of it.
  std::shared_ptr<FakeStream> flow() const { return flow_.lock(); }
  void on_abandoned(std::function<void()> callback) override {
    if (!response_) callback_ = std::move(callback);
  }

  // The client closes.
  void abandon() {
    if (const auto callback = std::exchange(callback_, nullptr)) callback();
  }
  // Not from the control thread.
  bool answered_within(std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, limit, [&] { return response_.has_value(); });
  }
  bool answered() const {
    const std::lock_guard lock(mutex_);
    return response_.has_value();
  }
  const http::Response& response() const { return *response_; }
  std::string body() const { return response_ ? response_->body : "(no answer)"; }

 private:
  http::Request request_;
  std::weak_ptr<FakeStream> flow_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::optional<http::Response> response_;
  std::function<void()> callback_;
};

// Devices in memory; every store succeeds unless `refuse` is set. Leases are not given.
class FakeAllowList final : public trust::AllowList {
 public:
  std::shared_ptr<const trust::Snapshot> snapshot() const override { return list_; }
  Result<trust::LeasePtr> admit(const crypto::Fingerprint&, trust::Plane, std::uint32_t) override {
    return fail(trust::Errc::NotAllowed);
  }
  Result<std::shared_ptr<const trust::Device>> approve(const trust::Candidate& candidate,
                                                       std::optional<trust::Access>) override {
    if (refuse) return fail(trust::Errc::StoreFailed);
    auto device = std::make_shared<trust::Device>();
    device->id = static_cast<trust::DeviceId>(list_->devices.size() + 1);
    device->name = trust::scrub_name(candidate.name, candidate.fingerprint);
    device->credentials.push_back({candidate.fingerprint, candidate.plane, 0});
    list_->devices[device->id] = device;
    list_->by_fingerprint[candidate.fingerprint] = device;
    return std::shared_ptr<const trust::Device>(std::move(device));
  }
  Result<> revoke(trust::DeviceId) override { return {}; }
  Result<> change(trust::DeviceId, const trust::DeviceChange&) override { return {}; }
  Result<std::shared_ptr<const trust::Device>> merge(trust::DeviceId, trust::DeviceId) override {
    return fail(trust::Errc::UnknownDevice);
  }
  Result<std::shared_ptr<const trust::Device>> split(trust::DeviceId,
                                                     const crypto::Fingerprint&) override {
    return fail(trust::Errc::UnknownDevice);
  }
  Result<trust::ImportCount> import_devices(const std::vector<trust::Device>&) override {
    return fail(trust::Errc::BadValue);
  }
  Result<> note(const trust::AuditNote&) override { return {}; }
  Result<std::vector<trust::AuditEntry>> audit(std::int64_t, std::int64_t) const override {
    return std::vector<trust::AuditEntry>{};
  }
  void touch(const crypto::Fingerprint&, const net::Endpoint&, const trust::ClientInfo&) override {}
  bool unsaved_revocations() const override { return false; }
  std::size_t live_leases(trust::DeviceId) const override { return 0; }
  void on_change(std::function<void()>) override {}

  bool refuse = false;

 private:
  std::shared_ptr<trust::Snapshot> list_ = std::make_shared<trust::Snapshot>();
};

// Keeps sessions as values; opens nothing. end() finishes when finish_endings() is called, or at
// once while `slow_end` is false.
class FakeManager final : public session::Manager {
 public:
  Result<session::SessionId> reserve(session::Launch launch) override {
    if (refuse) return fail(*refuse);
    if (find_device(launch.lease->device())) return fail(session::Errc::Busy);
    session::SessionInfo info;
    info.id = next_id++;
    info.state = session::State::Reserved;
    info.plane = launch.plane;
    info.device = launch.lease->device();
    info.device_name = launch.lease->device_name();
    info.fingerprint = launch.lease->fingerprint();
    info.client_address = launch.client_address;
    info.app_id = launch.app.id;
    info.app_title = launch.app.title;
    info.mode = launch.mode;
    sessions[info.id] = info;
    launches.push_back(std::move(launch));
    return info.id;
  }
  Result<std::shared_ptr<session::Stream>> attach(session::SessionId, const session::StreamConfig&,
                                                  std::unique_ptr<session::VideoSink>,
                                                  std::unique_ptr<session::AudioSink>,
                                                  std::shared_ptr<session::PeerControl>) override {
    return fail(session::Errc::Unavailable);
  }
  void reconfigure(session::SessionId id, const media::Mode& mode,
                   std::function<void(Result<media::Mode>)> done) override {
    if (slow_mode_change) return mode_changes.emplace_back(mode, std::move(done)), void();
    if (const auto it = sessions.find(id); it != sessions.end()) it->second.mode = mode;
    done(mode);
  }
  void detach(session::SessionId id) override { set_state(id, session::State::Detached); }
  void send_away(session::EndReason reason) override {
    sent_away.push_back(reason);
    for (auto& [id, info] : sessions) info.state = session::State::Detached;
  }
  void on_ended(std::function<void(const session::EndedSession&)> observer) override {
    end_observers.push_back(std::move(observer));
  }
  Result<> prepare_resume(session::SessionId id, trust::LeasePtr, const media::Mode& mode,
                          audio::Speakers, const std::string& client_address) override {
    if (refuse) return fail(*refuse);
    const auto it = sessions.find(id);
    if (it == sessions.end()) return fail(session::Errc::UnknownSession);
    it->second.state = session::State::Detached;
    it->second.mode = mode;
    it->second.client_address = client_address;
    ++resumes;
    return {};
  }
  void end(session::SessionId id, session::EndReason reason,
           std::function<void()> done = {}) override {
    set_state(id, session::State::Ending);
    ended.emplace_back(id, reason);
    endings.push_back([this, id, done = std::move(done)] {
      for (const auto& observer : end_observers) observer({});
      sessions.erase(id);
      if (done) done();
    });
    if (!slow_end) finish_endings();
  }
  void finish_endings() {
    for (const auto& ending : std::exchange(endings, {})) ending();
  }
  std::optional<session::SessionInfo> find(session::SessionId id) const override {
    const auto it = sessions.find(id);
    return it == sessions.end() ? std::nullopt : std::optional(it->second);
  }
  std::optional<session::SessionInfo> find_device(trust::DeviceId device) const override {
    for (const auto& [id, info] : sessions)
      if (info.device == device && info.state != session::State::Ending) return info;
    return std::nullopt;
  }
  std::vector<session::SessionInfo> list() const override {
    std::vector<session::SessionInfo> all;
    for (const auto& [id, info] : sessions) all.push_back(info);
    return all;
  }
  Result<std::vector<session::LiveSample>> live(session::SessionId id) const override {
    if (!sessions.contains(id)) return fail(session::Errc::UnknownSession);
    return samples;
  }
  void on_figures(std::function<void()> observer) override { figures = std::move(observer); }
  Result<> set_muted(session::SessionId id, bool muted) override {
    const auto it = sessions.find(id);
    if (it == sessions.end()) return fail(session::Errc::UnknownSession);
    it->second.muted = muted;
    return {};
  }
  Result<> request_idr(session::SessionId id) override {
    if (!sessions.contains(id)) return fail(session::Errc::UnknownSession);
    if (sessions[id].state != session::State::Live) return fail(session::Errc::NotAllowed);
    ++keyframes;
    return {};
  }
  void configure(const session::ManagerConfig&) override { ++configured; }
  void expect_launch() override { ++expected; }
  void shutdown() override { sessions.clear(); }

  void set_state(session::SessionId id, session::State state) {
    if (const auto it = sessions.find(id); it != sessions.end()) it->second.state = state;
  }

  std::optional<session::Errc> refuse;
  bool slow_mode_change = false;  // reconfigure() waits in mode_changes for an answer
  std::vector<std::pair<media::Mode, std::function<void(Result<media::Mode>)>>> mode_changes;
  bool slow_end = false;
  std::map<session::SessionId, session::SessionInfo> sessions;
  std::vector<session::Launch> launches;
  std::vector<std::pair<session::SessionId, session::EndReason>> ended;
  std::vector<std::function<void()>> endings;
  std::vector<session::EndReason> sent_away;
  std::vector<std::function<void(const session::EndedSession&)>> end_observers;
  session::SessionId next_id = 1;
  unsigned resumes = 0;
  unsigned expected = 0;
  unsigned keyframes = 0, configured = 0;
  std::vector<session::LiveSample> samples;  // of every session
  std::function<void()> figures;
};

}  // namespace pf::test
