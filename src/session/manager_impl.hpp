// The manager of sessions. Its parts are by purpose: manager.cpp (sessions come and are looked at),
// manager_stream (display, sound, encoder and streams open), manager_app (the application),
// manager_mode (another mode), manager_end (detach, resume, the order of ending).
#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "base/log.hpp"
#include "display/warm.hpp"
#include "session/session.hpp"

namespace pf::session {

// What the processes of a session are known by; unique among the hosts of this machine.
std::string mark_of(SessionId id);
// Whether a client may ask for it; what a display or an encoder can do is found out by trying.
bool sensible(const media::Mode& mode);
// Worker thread. Gives the display the mode, or where its size is fixed (an X screen) the rate: the
// encoder then scales the picture. Fails when the display has gone.
Result<> fit_display(display::Display& display, const media::Mode& mode, SessionId id);

// std::function wants copyable captures; what workers hand back is move-only.
template <class T>
std::shared_ptr<T> carry(T&& value) {
  return std::make_shared<T>(std::forward<T>(value));
}

class ManagerImpl final : public Manager {
 public:
  ManagerImpl(Executor& executor, ManagerConfig config)
      : executor_(executor),
        warm_(config.display),
        config_(std::make_shared<const ManagerConfig>(std::move(config))) {}

  Result<SessionId> reserve(Launch launch) override;
  Result<std::shared_ptr<Stream>> attach(SessionId id, const StreamConfig& config,
                                         std::unique_ptr<VideoSink> video,
                                         std::unique_ptr<AudioSink> audio,
                                         std::shared_ptr<PeerControl> peer) override;
  void reconfigure(SessionId id, const media::Mode& mode,
                   std::function<void(Result<media::Mode>)> done) override;
  void detach(SessionId id) override;
  Result<> prepare_resume(SessionId id, trust::LeasePtr lease, const media::Mode& mode,
                          audio::Speakers speakers, const std::string& client_address) override;
  void end(SessionId id, EndReason reason, std::function<void()> done) override;
  std::optional<SessionInfo> find(SessionId id) const override {
    const auto it = sessions_.find(id);
    return it == sessions_.end() ? std::nullopt : std::optional(describe(it->second));
  }
  std::optional<SessionInfo> find_device(trust::DeviceId device) const override {
    for (const auto& [id, session] : sessions_)
      if (session.state != State::Ending && session.launch.lease->device() == device)
        return describe(session);
    return std::nullopt;
  }
  std::vector<SessionInfo> list() const override {
    std::vector<SessionInfo> all;
    for (const auto& [id, session] : sessions_) all.push_back(describe(session));
    return all;
  }
  Result<std::vector<LiveSample>> live(SessionId id) const override {
    const auto it = sessions_.find(id);
    if (it == sessions_.end()) return fail(Errc::UnknownSession, std::to_string(id));
    return it->second.live.all();
  }
  void on_ended(std::function<void(const EndedSession&)> observer) override {
    on_ended_.push_back(std::move(observer));
  }
  void on_figures(std::function<void()> observer) override { on_figures_ = std::move(observer); }
  Result<> set_muted(SessionId id, bool muted) override;
  Result<> request_idr(SessionId id) override;
  void configure(const ManagerConfig& config) override;
  void expect_launch() override;
  void shutdown() override;

 private:
  // Any thread.
  std::shared_ptr<const ManagerConfig> settings() const {
    const std::scoped_lock lock(config_mutex_);
    return config_;
  }
  Session* get(SessionId id) {
    const auto it = sessions_.find(id);
    return it == sessions_.end() ? nullptr : &it->second;
  }
  bool move(Session& s, Event event);
  void hold_lease(Session& s, trust::LeasePtr lease);
  static void release_lease(Session& s);
  void set_deadline(Session& s, std::chrono::seconds after, EndReason reason);
  // Runs `task` on a worker; shutdown() waits for all of them and for what they post back.
  void work(std::function<void()> task);
  void back(std::function<void()> task);

  void open_display(Session& s);
  void open_audio(Session& s);
  void open_encoder(Session& s);
  void open_microphone(SessionId id);
  void open_clipboard(SessionId id);
  Result<> start_video(SessionId id, display::Display& display,
                       const std::shared_ptr<StreamImpl>& stream, const encode::Config& config,
                       std::unique_ptr<encode::Encoder> encoder);
  void start_app(Session& s);
  struct AppStart {
    apps::App app;
    std::map<std::string, std::string> environment;
    bool demo = false;
  };
  void prepare(Session& s, AppStart start, std::size_t index);
  void preparation_failed(Session& s, const Error& error);
  void launch_app(Session& s, const AppStart& start);
  void app_exited(SessionId id);
  void app_ended(SessionId id);
  void try_open_stream(Session& s);
  void stream_opened(SessionId id, const std::shared_ptr<StreamImpl>& stream,
                     const Result<>& result, EndReason reason);
  void media_lost(SessionId id, const std::weak_ptr<StreamImpl>& stream, VideoPipeline::Lost what);
  void start_change(Session& s, Session::ModeChange change);
  void change_done(SessionId id, const std::shared_ptr<StreamImpl>& stream,
                   const Session::ModeChange& change, const Result<>& result);
  void next_change(Session& s);
  void refuse_changes(Session& s);
  static void settled(Session& s);
  static void remember_stream(Session& s);
  void close_stream(Session& s);
  void tick();

  Executor& executor_;
  display::WarmPool warm_;
  std::map<SessionId, Session> sessions_;
  SessionId next_id_ = 1;
  std::unique_ptr<Executor::Timer> ticker_;
  SteadyTime ticked_{};
  std::unique_ptr<Executor::Timer> warm_timer_;  // sound is kept ready while it runs
  bool stopping_ = false;

  std::function<void()> on_figures_;
  std::vector<std::function<void(const EndedSession&)>> on_ended_;

  mutable std::mutex config_mutex_;  // guards the pointer only
  std::shared_ptr<const ManagerConfig> config_;

  std::mutex pending_mutex_;
  std::condition_variable pending_changed_;
  std::size_t pending_ = 0;  // tasks on workers or on their way back
};

}  // namespace pf::session
