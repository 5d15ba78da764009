// The manager of sessions. Its parts are by purpose: manager.cpp (sessions come and are looked at),
// manager_stream (display, sound, encoder and streams open), manager_app (the application),
// manager_stage (who plays on what, second clients), manager_mode (another mode), manager_end
// (detach, resume, the order of ending), manager_tell (what happens, for observers).
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

// What the processes of a stage are known by; unique among the hosts of this machine.
std::string mark_of(SessionId stage);
// Names the display and the sound of a session to its back ends.
std::string tag_of(SessionId id);
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

// What a worker opens. Libraries and a lack of memory may throw: the session hears of it like of
// any other failure.
template <class Open>
auto attempt(const Open& open) -> std::shared_ptr<decltype(open())> {
  try {
    return carry(open());
  } catch (const std::exception& e) {
    return carry(decltype(open())(fail(Errc::Unavailable, e.what())));
  }
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
  void send_away(EndReason reason) override;
  Result<> prepare_resume(SessionId id, trust::LeasePtr lease, const media::Mode& mode,
                          audio::Speakers speakers, const std::string& client_address) override;
  void end(SessionId id, EndReason reason, std::function<void()> done) override;
  Contest contest(const apps::App& app, trust::DeviceId device) const override;
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
  void on_happening(std::function<void(const Happening&)> observer) override {
    on_happening_.push_back(std::move(observer));
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
  std::function<void()> counted(std::function<void()> task);
  void work(std::function<void()> task);
  void back(std::function<void()> task);

  // manager_stage.cpp: who plays on what.
  bool alive(SessionId id) const;
  std::vector<SessionId> alive_seats(const Stage& stage) const;
  // Whose mode the display has: the first that is not away.
  bool leads(const Session& s) const;
  void take_seat(Session& s, const StagePtr& stage);
  void leave_stage(Session& s, EndReason reason);
  void end_all(Stage& stage, EndReason reason);
  void settle_stage(Stage& stage);
  // The session that has this application on a stage that somebody may come to.
  const Session* holder(const apps::App& app, trust::DeviceId other_than) const;
  void evict(Session& s, EndReason reason);
  void make_way(const std::vector<SessionId>& others, const Stage& stage);

  // manager_tell.cpp: what happens, for observers.
  void tell(const Happening& happening) const;
  Happening about(const Stage& stage, Happening::Kind kind) const;
  void tell_stream_started(SessionId id);
  void tell_stream_stopped(Session& s) const;
  void tell_game(Stage& stage, Stage::Game now) const;
  void tell_game_exited(Stage& stage, GameEnd end, std::optional<int> exit_code = {}) const;
  void tell_display(const Stage& stage, Happening::Kind kind, const media::Mode& mode) const;

  void open_display(const StagePtr& stage, const media::Mode& mode);
  void open_sound(const StagePtr& stage, audio::Speakers speakers);
  void follow_desktop(const Stage& stage);
  void fit_sound(const Session& s);
  // Without those that failed in this stream.
  encode::Options encode_options(const Session& s) const;
  void open_encoder(Session& s);
  void open_microphone(SessionId id);
  void open_clipboard(SessionId id);
  // Tells the display when its pictures come off its rate. `since_ns`: what to look at.
  void correct_clock(Session& s, std::int64_t since_ns);
  // For workers.
  struct Screen {
    display::Display* display;
    std::shared_ptr<std::mutex> use;
    bool fit;  // its mode follows this stream

    media::DisplayTarget target() const {
      const std::scoped_lock lock(*use);
      return display->target();
    }
  };
  Screen screen(const Session& s) const {
    return {s.stage->display.get(), s.stage->display_use, leads(s)};
  }
  Result<> start_video(SessionId id, const Screen& screen,
                       const std::shared_ptr<StreamImpl>& stream, const encode::Config& config,
                       std::unique_ptr<encode::Encoder> encoder);
  void start_app(const StagePtr& stage);
  struct AppStart {
    apps::App app;
    std::map<std::string, std::string> environment;
    bool demo = false;
  };
  void prepare(const StagePtr& stage, AppStart start, std::size_t index);
  void preparation_failed(Stage& stage, const Error& error);
  void launch_app(const StagePtr& stage, const AppStart& start);
  void app_exited(const StagePtr& stage);
  void app_ended(Stage& stage);
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
  void take_down(SessionId id);
  void torn_down(SessionId id);
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
  std::vector<std::function<void(const Happening&)>> on_happening_;

  mutable std::mutex config_mutex_;  // guards the pointer only
  std::shared_ptr<const ManagerConfig> config_;

  std::mutex pending_mutex_;
  std::condition_variable pending_changed_;
  std::size_t pending_ = 0;  // tasks on workers or on their way back
};

}  // namespace pf::session
