#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include "apps/launcher.hpp"
#include "apps/process_tree.hpp"
#include "base/log.hpp"
#include "display/warm.hpp"
#include "session/session.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

constexpr auto kKeepWarm = 60s;
constexpr auto kTick = 1s;
// A launcher that ends well within this time has given the application to a process that runs
// already, where it cannot be watched.
constexpr auto kHandOver = 10s;
constexpr auto kTreeWatch = 2s;  // while only descendants of what was started run
// After a longer one (the machine slept) a mean would say nothing about the second it is shown for.
constexpr auto kLongestLap = 5s;
// What a client may ask for; what a display or an encoder can do is found out by trying.
constexpr std::uint32_t kLeastSide = 16, kLargestSide = 16'384;
constexpr double kLeastRate = 1, kLargestRate = 1000;

bool sensible(const media::Mode& mode) {
  const auto side = [](std::uint32_t pixels) {
    return pixels >= kLeastSide && pixels <= kLargestSide && pixels % 2 == 0;
  };
  return side(mode.width) && side(mode.height) && mode.rate.num != 0 && mode.rate.den != 0 &&
         mode.rate.value() >= kLeastRate && mode.rate.value() <= kLargestRate;
}

// Worker thread. Gives the display the mode, or where its size is fixed (an X screen) the rate: the
// encoder then scales the picture. Fails when the display has gone.
Result<> fit_display(display::Display& display, const media::Mode& mode, SessionId id) {
  if (display.target().mode == mode) return {};
  auto set = display.set_mode(mode);
  if (set) return {};
  if (set.error().is(display::Errc::Lost)) return set;
  auto same_size = display.target().mode;
  same_size.rate = mode.rate;
  if (auto rate = display.set_mode(same_size); !rate && rate.error().is(display::Errc::Lost))
    return rate;
  log::info("session", "the picture is scaled", "session", id, "what", set.error().message());
  return {};
}

// Unique among the hosts of this machine.
std::string mark_of(SessionId id) {
  return std::to_string(::getpid()) + '-' + std::to_string(id);
}

// What commands and applications are told about who they run for (src/apps/README.md).
std::map<std::string, std::string> client_environment(const Session& s) {
  const auto& launch = s.launch;
  const auto grants = launch.lease->grants().load();
  return {{apps::kSessionVariable, mark_of(s.id)},
          {"PUNKTFUNK_CLIENT_NAME", launch.lease->device_name()},
          {"PUNKTFUNK_CLIENT_ADDRESS", launch.client_address},
          {"PUNKTFUNK_CLIENT_PLANE", trust::name(launch.plane)},
          {"PUNKTFUNK_CLIENT_RIGHTS", trust::grant::preset_name(grants)},
          {"PUNKTFUNK_CLIENT_GRANTS", std::to_string(grants)},
          {"PUNKTFUNK_MODE", media::to_string(launch.mode)},
          {"PUNKTFUNK_WIDTH", std::to_string(launch.mode.width)},
          {"PUNKTFUNK_HEIGHT", std::to_string(launch.mode.height)},
          {"PUNKTFUNK_FPS", fmt::format("{:g}", launch.mode.rate.value())},
          {"PUNKTFUNK_APP_ID", std::to_string(launch.app.id)},
          {"PUNKTFUNK_APP_TITLE", launch.app.title}};
}

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

void ManagerImpl::work(std::function<void()> task) {
  {
    const std::scoped_lock lock(pending_mutex_);
    ++pending_;
  }
  executor_.work([this, task = std::move(task)] {
    task();
    const std::scoped_lock lock(pending_mutex_);
    --pending_;
    pending_changed_.notify_all();
  });
}
void ManagerImpl::back(std::function<void()> task) {
  {
    const std::scoped_lock lock(pending_mutex_);
    ++pending_;
  }
  executor_.post([this, task = std::move(task)] {
    task();
    const std::scoped_lock lock(pending_mutex_);
    --pending_;
    pending_changed_.notify_all();
  });
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
  const auto id = next_id_++;
  auto& s = sessions_[id];
  s.id = id;
  s.started_unix = unix_now();
  auto lease = launch.lease;
  s.launch = std::move(launch);
  s.launch.lease = nullptr;
  hold_lease(s, std::move(lease));
  log::info("session", "reserved", "session", id, "device", s.launch.lease->device_name(), "app",
            s.launch.app.title, "mode", media::to_string(s.launch.mode));
  set_deadline(s, settings()->reservation, EndReason::NeverConnected);
  open_display(s);
  open_audio(s);
  if (!ticker_) {
    ticked_ = {};
    tick();
  }
  return id;
}

void ManagerImpl::open_display(Session& s) {
  display::Request request{s.launch.mode, "session-" + std::to_string(s.id)};
  work([this, id = s.id, request] {
    auto opened = carry(warm_.open(request));
    back([this, id, opened] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) {
        if (*opened) work([opened] { opened->value().reset(); });
        return;
      }
      if (!*opened) {
        session->notes.push_back(opened->error().message());
        log::error("session", "no display", "session", id, "what", opened->error().message());
        end(id, EndReason::DisplayFailed, {});
        return;
      }
      session->display = std::move(opened->value());
      switch (session->display->target().kind) {
        case media::DisplayKind::Synthetic:
          session->display_name = "synthetic";
          break;
        case media::DisplayKind::Wlroots:
          session->display_name = "virtual";
          break;
        case media::DisplayKind::X11:
          session->display_name = "x11";
          break;
      }
      start_app(*session);
      try_open_stream(*session);
    });
  });
}

void ManagerImpl::open_audio(Session& s) {
  s.audio_done = false;
  s.audio_speakers = s.launch.speakers;
  const audio::Request request{s.launch.speakers, "session-" + std::to_string(s.id)};
  work([this, id = s.id, request, options = settings()->audio, old = carry(std::move(s.audio))] {
    old->reset();
    auto opened = carry(audio::open(options, request));
    back([this, id, opened] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) {
        if (*opened) work([opened] { opened->value().reset(); });
        return;
      }
      session->audio_done = true;
      if (*opened) {
        session->audio = std::move(opened->value());
      } else {
        session->notes.push_back(opened->error().message());
        log::warn("session", "no sound", "session", id, "what", opened->error().message());
      }
      start_app(*session);
      try_open_stream(*session);
    });
  });
}

// The application needs to know both where to show its picture and where to play its sound.
void ManagerImpl::start_app(Session& s) {
  if (s.app_started || !s.display || !s.audio_done) return;
  s.app_started = true;
  auto app = s.launch.app;
  const bool demo = app.command.empty();
  if (demo && s.display->target().kind == media::DisplayKind::Wlroots)
    app.command = settings()->demo;
  auto environment = s.display->target().environment;
  if (s.audio)
    for (const auto& [key, value] : s.audio->environment())
      environment.insert_or_assign(key, value);
  environment.merge(client_environment(s));
  prepare(s, {std::move(app), std::move(environment), demo}, 0);
}

// One command after the other; how each is taken back is on disk before it runs.
void ManagerImpl::prepare(Session& s, AppStart start, std::size_t index) {
  if (index == start.app.prepare.size()) return launch_app(s, start);
  const auto& step = start.app.prepare[index];
  const auto run_of = [&](const std::vector<std::string>& command) {
    return apps::StepRun{command, start.environment, start.app.working_directory};
  };
  if (!step.undo.empty()) {
    apps::UndoJournal::Left undo{0, run_of(step.undo)};
    if (auto* const journal = settings()->journal) {
      const auto id = journal->remember(undo.undo);
      if (!id) return preparation_failed(s, id.error());
      undo.id = *id;
    }
    s.undos.push_back(std::move(undo));
  }
  s.preparing = true;
  work([this, id = s.id, run = run_of(step.run), start = std::move(start), index] {
    auto done = carry(apps::run_step(run));
    back([this, id, start, index, done] {
      auto* session = get(id);
      session->preparing = false;
      if (session->state == State::Ending) return settled(*session);
      if (!*done) return preparation_failed(*session, done->error());
      prepare(*session, start, index + 1);
    });
  });
}

void ManagerImpl::preparation_failed(Session& s, const Error& error) {
  s.notes.push_back(error.message());
  log::error("session", "a command before the application failed", "session", s.id, "what",
             error.message());
  end(s.id, EndReason::AppExited, {});
}

void ManagerImpl::launch_app(Session& s, const AppStart& start) {
  if (start.app.command.empty()) return;  // the Desktop as it is
  s.app_since = executor_.now();
  work([this, id = s.id, app = start.app, environment = start.environment, demo = start.demo] {
    auto started = carry(apps::launch(app, environment));
    back([this, id, started, demo] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) {
        if (*started)
          work([this, id, started] {
            started->value().terminate(settings()->app_exit_grace);
            apps::end_session_processes(mark_of(id), settings()->app_exit_grace);
          });
        return;
      }
      if (!*started) {
        session->notes.push_back(started->error().message());
        log::error("session", "the application did not start", "session", id, "what",
                   started->error().message());
        if (!demo) end(id, EndReason::AppExited, {});
        return;
      }
      session->app = std::move(started->value());
      if (!demo)
        session->app_watch =
            executor_.when_readable(session->app.exit_fd(), [this, id] { app_exited(id); });
    });
  });
}

// The process that was started has ended; what it started in turn may go on.
void ManagerImpl::app_exited(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending) return;
  s->app_watch.reset();
  if (s->app.exit_status() == 0 && executor_.now() - s->app_since < kHandOver &&
      apps::hands_over(s->launch.app)) {
    log::info("session", "the launcher handed the application over", "session", id);
    return;
  }
  work([this, id] {
    const bool runs = apps::session_runs(mark_of(id));
    back([this, id, runs] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) return;
      if (!runs) return app_ended(id);
      session->app_watch = executor_.after(kTreeWatch, [this, id] { app_exited(id); });
    });
  });
}

void ManagerImpl::app_ended(SessionId id) {
  auto* const s = get(id);
  log::info("session", "the application ended", "session", id, "status",
            s->app.exit_status().value_or(-1));
  end(id, EndReason::AppExited, {});
}

Result<std::shared_ptr<Stream>> ManagerImpl::attach(SessionId id, const StreamConfig& config,
                                                    std::unique_ptr<VideoSink> video,
                                                    std::unique_ptr<AudioSink> audio,
                                                    std::shared_ptr<PeerControl> peer) {
  auto* s = get(id);
  if (s == nullptr) return fail(Errc::UnknownSession, std::to_string(id));
  if (s->launch.lease->stopped()) return fail(Errc::LeaseEnded);
  if (!move(*s, Event::Attach)) return fail(Errc::NotAllowed, name(s->state));
  s->deadline.reset();
  const auto before = describe(*s);
  s->past_frames += before.frames_sent;
  s->past_dropped += before.frames_dropped;
  s->past_bytes += before.sent_bytes;
  s->stats = std::make_shared<Stats>();
  s->live.restart();
  s->failures = 0;
  s->stream = std::make_shared<StreamImpl>(
      config, std::move(video), std::move(audio), std::move(peer), s->launch.lease, s->stats,
      [this, id] { back([this, id] { open_microphone(id); }); },
      [this, id] { back([this, id] { open_clipboard(id); }); });
  s->stream->set_muted(s->muted);
  if (config.audio.speakers != s->audio_speakers) {
    s->launch.speakers = config.audio.speakers;
    open_audio(*s);
  }
  open_encoder(*s);
  return std::shared_ptr<Stream>(s->stream);
}

// In parallel with the display, which may still be starting.
void ManagerImpl::open_encoder(Session& s) {
  s.encoder.reset();
  s.encoder_done = false;
  work([this, id = s.id, stream = s.stream] {
    auto notes = carry(std::vector<std::string>());
    auto opened = carry(encode::open(settings()->encode, stream->video_config(), notes.get()));
    back([this, id, stream, opened, notes] {
      auto* session = get(id);
      if (session == nullptr || session->stream != stream) return;
      for (auto& note : *notes)
        if (std::find(session->notes.begin(), session->notes.end(), note) == session->notes.end())
          session->notes.push_back(std::move(note));
      if (!*opened) {
        stream_opened(id, stream, Failure(opened->error()), EndReason::EncoderFailed);
        return;
      }
      session->encoder = std::move(opened->value());
      session->encoder_done = true;
      try_open_stream(*session);
    });
  });
}

void ManagerImpl::try_open_stream(Session& s) {
  if (!s.stream || s.opening || s.closing != 0) return;  // one at a time has the sound
  if (!s.display || !s.audio_done || !s.encoder_done) return;
  if (s.state != State::Starting && s.state != State::Rebuilding) return;
  s.opening = true;
  s.encoder_done = false;
  const bool rebuild = s.state == State::Rebuilding;
  // The display stays valid: end() takes it down only once this task is back (settled).
  work([this, id = s.id, stream = s.stream, encoder = carry(std::move(s.encoder)), rebuild,
        display = s.display.get(), audio = s.audio] {
    auto reason = EndReason::DisplayFailed;
    const auto open = [&]() -> Result<> {
      auto started = start_video(id, *display, stream, stream->video_config(), std::move(*encoder));
      if (!started || rebuild) return started;
      if (audio)
        if (auto sound = stream->start_sound(audio); !sound)
          log::warn("session", "no sound", "session", id, "what", sound.error().message());
      // A stream without input is still worth watching.
      if (auto input = stream->start_input(display->target(), settings()->input); !input)
        log::warn("session", "no input", "session", id, "what", input.error().message());
      return {};
    };
    auto result = carry(open());
    back([this, id, stream, result, reason] {
      if (auto* session = get(id)) session->opening = false;
      stream_opened(id, stream, *result, reason);
    });
  });
}

// The first packet of the client's voice has come.
void ManagerImpl::open_microphone(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending || !s->stream) return;
  const audio::Request request{s->launch.speakers, "session-" + std::to_string(id)};
  work([id, request, options = settings()->audio, stream = s->stream] {
    auto microphone = audio::open_microphone(options, request);
    auto started = microphone ? stream->start_microphone(std::move(*microphone))
                              : Result<>(Failure(microphone.error()));
    if (started)
      log::info("session", "microphone", "session", id);
    else
      log::warn("session", "no microphone", "session", id, "what", started.error().message());
  });
}

// The display is there: a client asks for the clipboard while it streams.
void ManagerImpl::open_clipboard(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending || !s->stream) return;
  if (!s->display) return s->stream->start_clipboard(fail(clipboard::Errc::Unavailable));
  work([id, target = s->display->target(), options = settings()->clipboard, stream = s->stream] {
    auto opened = clipboard::open(target, options);
    if (opened)
      log::info("session", "clipboard", "session", id, "through", (*opened)->name());
    else
      log::warn("session", "no clipboard", "session", id, "what", opened.error().message());
    stream->start_clipboard(std::move(opened));
  });
}

// Worker thread; the pipeline of the stream, over the display at the config's mode.
Result<> ManagerImpl::start_video(SessionId id, display::Display& display,
                                  const std::shared_ptr<StreamImpl>& stream,
                                  const encode::Config& config,
                                  std::unique_ptr<encode::Encoder> encoder) {
  if (auto fitted = fit_display(display, config.mode, id); !fitted) return fitted;
  auto source = capture::open(display.target(), settings()->capture);
  if (!source) return pass(source);
  return stream->start_pipeline(config, std::move(*source), std::move(encoder),
                                [this, id, weak = std::weak_ptr(stream)](VideoPipeline::Lost what) {
                                  back([this, id, weak, what] { media_lost(id, weak, what); });
                                });
}

void ManagerImpl::stream_opened(SessionId id, const std::shared_ptr<StreamImpl>& stream,
                                const Result<>& result, EndReason reason) {
  auto* s = get(id);
  if (s == nullptr) return;
  if (s->state == State::Ending) {
    settled(*s);
    return;
  }
  if (s->stream != stream) {  // detached or attached anew meanwhile
    try_open_stream(*s);
    return;
  }
  if (!result) {
    s->notes.push_back(result.error().message());
    log::error("session", "the stream did not open", "session", id, "what",
               result.error().message());
    ++s->failures;
    if (s->state == State::Rebuilding && s->failures < 2) {
      open_encoder(*s);
      return;
    }
    end(id, reason, {});
    return;
  }
  move(*s, Event::Ready);
  const auto names = stream->names();
  const auto video = stream->video_config();
  log::info("session", "streaming", "session", id, "mode", media::to_string(video.mode), "codec",
            media::name(video.codec), "kbps", video.bitrate_kbps, "display", s->display_name,
            "capture", names.capture, "encoder", names.encoder, "audio",
            s->audio ? s->audio->name() : "none", "input", names.input);
  if (stream->media_lost())
    media_lost(id, stream, VideoPipeline::Lost::Capture);  // told before there was anything to do
  else
    next_change(*s);
}

void ManagerImpl::media_lost(SessionId id, const std::weak_ptr<StreamImpl>& weak,
                             VideoPipeline::Lost what) {
  auto* s = get(id);
  const auto stream = weak.lock();
  if (s == nullptr || !stream || s->stream != stream) return;
  log::warn("session",
            what == VideoPipeline::Lost::Capture ? "capture was lost" : "the encoder failed",
            "session", id);
  if (!s->display || !s->display->alive()) {
    end(id, EndReason::DisplayFailed, {});
    return;
  }
  if (move(*s, Event::MediaLost)) open_encoder(*s);
}

void ManagerImpl::reconfigure(SessionId id, const media::Mode& mode,
                              std::function<void(Result<media::Mode>)> done) {
  const auto answer = [&](Result<media::Mode> result) {
    back([result = std::move(result), done = std::move(done)] { done(result); });
  };
  auto* s = get(id);
  if (s == nullptr) return answer(fail(Errc::UnknownSession, std::to_string(id)));
  if (!s->stream || s->state == State::Ending)
    return answer(fail(Errc::NotAllowed, name(s->state)));
  if (!sensible(mode)) return answer(fail(Errc::ModeRefused, media::to_string(mode)));
  if (s->state == State::Live && !s->opening) {
    if (s->stream->video_config().mode == mode) return answer(mode);
    return start_change(*s, {mode, std::move(done)});
  }
  if (auto older = std::exchange(s->next_change, std::nullopt))
    back([older = std::move(*older)] { older.done(fail(Errc::Superseded)); });
  s->next_change = {mode, std::move(done)};
}

// The old pipeline streams until the new one captures; a failure before that leaves it alone.
void ManagerImpl::start_change(Session& s, Session::ModeChange change) {
  move(s, Event::ModeChange);
  s.opening = true;
  log::info("session", "mode change", "session", s.id, "from",
            media::to_string(s.stream->video_config().mode), "to", media::to_string(change.mode));
  work([this, id = s.id, stream = s.stream, display = s.display.get(), change = std::move(change)] {
    const auto open = [&]() -> Result<> {
      auto config = stream->video_config();
      config.mode = change.mode;
      auto encoder = encode::open(settings()->encode, config);
      if (!encoder) return pass(encoder);
      const auto before = display->target().mode;
      auto started = start_video(id, *display, stream, config, std::move(*encoder));
      if (!started)
        if (auto restored = fit_display(*display, before, id); !restored)
          log::warn("session", "the display does not go back to its mode", "session", id, "what",
                    restored.error().message());
      return started;
    };
    auto result = carry(open());
    back([this, id, stream, change, result] { change_done(id, stream, change, *result); });
  });
}

void ManagerImpl::change_done(SessionId id, const std::shared_ptr<StreamImpl>& stream,
                              const Session::ModeChange& change, const Result<>& result) {
  auto* s = get(id);
  s->opening = false;
  if (s->state == State::Ending || s->stream != stream) {
    // end() or a new attach waits for this worker.
    settled(*s);
    try_open_stream(*s);
    change.done(fail(Errc::NotAllowed, "the stream ended meanwhile"));
    return;
  }
  move(*s, Event::Ready);
  if (result) {
    s->launch.mode = change.mode;
    log::info("session", "mode changed", "session", id, "mode", media::to_string(change.mode));
  } else {
    log::warn("session", "the mode stays", "session", id, "what", result.error().message());
  }
  if (stream->media_lost())
    media_lost(id, stream, VideoPipeline::Lost::Capture);
  else
    next_change(*s);
  if (result)
    change.done(change.mode);
  else
    change.done(fail(Errc::ModeRefused, result.error().message()));
}

void ManagerImpl::next_change(Session& s) {
  if (s.state != State::Live || s.opening) return;
  if (auto change = std::exchange(s.next_change, std::nullopt))
    reconfigure(s.id, change->mode, std::move(change->done));
}

// The stream ends: nobody changes its mode any more.
void ManagerImpl::refuse_changes(Session& s) {
  if (auto change = std::exchange(s.next_change, std::nullopt))
    back([change = std::move(*change)] { change.done(fail(Errc::NotAllowed)); });
}

// The threads of a stream are joined by a worker; nothing here waits for them.
// What the history says of a stream that is about to go.
void ManagerImpl::remember_stream(Session& s) {
  if (!s.stream) return;
  const auto info = describe(s);
  s.last_codec = info.codec;
  if (!info.encoder.empty()) s.last_encoder = info.encoder;
}

void ManagerImpl::close_stream(Session& s) {
  if (!s.stream) return;
  remember_stream(s);
  s.stream->shut();
  refuse_changes(s);
  ++s.closing;
  work([this, id = s.id, stream = std::exchange(s.stream, nullptr)] {
    stream->close();
    back([this, id] {
      auto* const session = get(id);
      if (session == nullptr) return;
      --session->closing;
      settled(*session);
      try_open_stream(*session);
    });
  });
}

void ManagerImpl::detach(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || !move(*s, Event::PeerGone)) return;
  close_stream(*s);
  set_deadline(*s, settings()->grace, EndReason::PeerLost);
}

Result<> ManagerImpl::prepare_resume(SessionId id, trust::LeasePtr lease, const media::Mode& mode,
                                     audio::Speakers speakers, const std::string& client_address) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending)
    return fail(Errc::UnknownSession, std::to_string(id));
  if (lease->stopped()) return fail(Errc::LeaseEnded);
  if (s->stream) {
    const auto peer = s->stream->peer();
    s->stream->shut();
    move(*s, Event::PeerGone);
    close_stream(*s);
    peer->on_stream_end(EndReason::Replaced);
  }
  release_lease(*s);
  hold_lease(*s, std::move(lease));
  s->launch.mode = mode;
  s->launch.speakers = speakers;
  s->launch.client_address = client_address;
  // A client that asks to resume gets as long as one that launches; the application stays either
  // way.
  set_deadline(*s, settings()->grace, EndReason::PeerLost);
  if (speakers != s->audio_speakers && s->audio_done) open_audio(*s);
  return {};
}

// end() takes sound and display down once no worker uses them any more.
void ManagerImpl::settled(Session& s) {
  if (s.opening || s.preparing || s.closing != 0) return;
  if (const auto next = std::exchange(s.on_settled, nullptr)) next();
}

void ManagerImpl::end(SessionId id, EndReason reason, std::function<void()> done) {
  auto* s = get(id);
  if (s == nullptr) {
    if (done) executor_.post(std::move(done));
    return;
  }
  if (done) s->on_ended.push_back(std::move(done));
  if (s->state == State::Ending) return;
  if (s->stream) s->stream->shut();  // first of all: nothing leaves and nothing enters any more
  remember_stream(*s);
  move(*s, Event::Stop);
  s->end_reason = reason;
  s->deadline.reset();
  s->app_watch.reset();
  refuse_changes(*s);
  release_lease(*s);
  log::info("session", "ending", "session", id, "reason", name(reason));
  if (s->stream) s->stream->peer()->on_stream_end(reason);

  const auto take_down = [this, id] {
    auto* const ending = get(id);
    struct Parts {
      std::shared_ptr<StreamImpl> stream;
      std::unique_ptr<encode::Encoder> encoder;
      Process app;
      std::shared_ptr<audio::Source> audio;
      std::unique_ptr<display::Display> display;
      std::vector<apps::UndoJournal::Left> undos;
    };
    auto parts = std::make_shared<Parts>(
        Parts{std::move(ending->stream), std::move(ending->encoder), std::move(ending->app),
              std::move(ending->audio), std::move(ending->display), std::move(ending->undos)});
    work([this, id, parts] {
      if (parts->stream) parts->stream->close();
      parts->encoder.reset();
      parts->app.terminate(settings()->app_exit_grace);
      apps::end_session_processes(mark_of(id), settings()->app_exit_grace);
      // The display is still there for them.
      for (auto undo = parts->undos.rbegin(); undo != parts->undos.rend(); ++undo)
        if (auto undone = apps::run_step(undo->undo); !undone)
          log::warn("session", "a command after the application failed", "session", id, "what",
                    undone.error().message());
      parts->audio.reset();
      parts->display.reset();
      back([this, id, parts] {
        if (auto* const journal = settings()->journal)
          for (const auto& undo : parts->undos) journal->forget(undo.id);
        auto* session = get(id);
        if (session == nullptr) return;
        move(*session, Event::TornDown);
        auto callbacks = std::move(session->on_ended);
        log::info("session", "ended", "session", id, "reason", name(session->end_reason), "frames",
                  session->stats->frames_sent.value(), "seconds",
                  unix_now() - session->started_unix);
        EndedSession over{describe(*session), session->end_reason,
                          unix_now() - session->started_unix};
        over.info.codec = session->last_codec;
        over.info.encoder = session->last_encoder;
        over.info.frames_sent += session->past_frames;
        over.info.frames_dropped += session->past_dropped;
        over.info.sent_bytes += session->past_bytes;
        sessions_.erase(id);
        if (sessions_.empty()) ticker_.reset();
        for (const auto& observer : on_ended_) observer(over);
        expect_launch();  // who has just quit one application often starts another
        for (const auto& callback : callbacks) callback();
      });
    });
  };
  s->on_settled = take_down;
  settled(*s);
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
    for (auto& [id, s] : sessions_)
      s.live.sample(*s.stats, unix_now_ms(), to_ns(now), elapsed.count());
  if (on_figures_) on_figures_();
  ticker_ = executor_.after(kTick, [this] { tick(); });
}

void ManagerImpl::shutdown() {
  executor_.post([this] {
    stopping_ = true;
    warm_.drop();
    std::vector<SessionId> ids;
    for (const auto& [id, s] : sessions_) ids.push_back(id);
    for (const auto id : ids) end(id, EndReason::HostStopping, {});
    ticker_.reset();
    warm_timer_.reset();
    work([] { audio::release(); });
  });
  // Each step of taking down queues the next before it counts as done, so zero pending after the
  // post above has run means that everything is gone.
  auto posted = std::make_shared<bool>(false);
  back([posted] { *posted = true; });
  std::unique_lock lock(pending_mutex_);
  pending_changed_.wait(lock, [&] { return pending_ == 0 && *posted; });
}

}  // namespace

std::unique_ptr<Manager> make_manager(Executor& executor, ManagerConfig config) {
  return std::make_unique<ManagerImpl>(executor, std::move(config));
}

}  // namespace pf::session
