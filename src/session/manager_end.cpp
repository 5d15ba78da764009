// Streams and sessions end.
#include "apps/process_tree.hpp"
#include "session/manager_impl.hpp"

namespace pf::session {

// What the history says of a stream that is about to go.
void ManagerImpl::remember_stream(Session& s) {
  if (!s.stream) return;
  const auto info = describe(s);
  s.last_codec = info.codec;
  if (!info.encoder.empty()) s.last_encoder = info.encoder;
}

// The threads of a stream are joined by a worker; nothing here waits for them.
void ManagerImpl::close_stream(Session& s) {
  if (!s.stream) return;
  remember_stream(s);
  s.stream->shut();
  tell_stream_stopped(s);
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

void ManagerImpl::send_away(EndReason reason) {
  std::vector<SessionId> streaming;
  for (const auto& [id, s] : sessions_)
    if (s.stream && s.state != State::Ending) streaming.push_back(id);
  for (const auto id : streaming) {
    auto* const s = get(id);
    if (s == nullptr) continue;
    evict(*s, reason);
    set_deadline(*s, settings()->grace, EndReason::PeerLost);
  }
}

Result<> ManagerImpl::prepare_resume(SessionId id, trust::LeasePtr lease, const media::Mode& mode,
                                     audio::Speakers speakers, const std::string& client_address) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending)
    return fail(Errc::UnknownSession, std::to_string(id));
  if (lease->stopped()) return fail(Errc::LeaseEnded);
  evict(*s, EndReason::Replaced);
  release_lease(*s);
  hold_lease(*s, std::move(lease));
  s->launch.mode = mode;
  s->launch.speakers = speakers;
  s->launch.client_address = client_address;
  // A client that asks to resume gets as long as one that launches; the application stays either
  // way.
  set_deadline(*s, settings()->grace, EndReason::PeerLost);
  fit_sound(*s);
  return {};
}

// end() takes things down once no worker uses them any more; sound, display and application when
// nobody else is on the stage.
void ManagerImpl::settled(Session& s) {
  if (s.opening || s.closing != 0) return;
  if (s.last && (s.stage->preparing || s.stage->seats.size() > 1)) return;
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
  tell_stream_stopped(*s);
  move(*s, Event::Stop);
  s->end_reason = reason;
  s->deadline.reset();
  refuse_changes(*s);
  release_lease(*s);
  log::info("session", "ending", "session", id, "reason", name(reason));
  if (s->stream) s->stream->peer()->on_stream_end(reason);

  leave_stage(*s, reason);
  s->on_settled = [this, id] { take_down(id); };
  settled(*s);
}

void ManagerImpl::take_down(SessionId id) {
  auto* const s = get(id);
  struct Parts {
    std::shared_ptr<StreamImpl> stream;
    std::unique_ptr<encode::Encoder> encoder;
    Process process;
    std::shared_ptr<SoundHub> sound;
    std::unique_ptr<display::Display> display;
    std::vector<apps::UndoJournal::Left> undos;
  };
  auto parts = std::make_shared<Parts>();
  parts->stream = std::move(s->stream);
  parts->encoder = std::move(s->encoder);
  if (s->last) {
    auto& stage = *s->stage;
    parts->process = std::move(stage.process);
    parts->sound = std::move(stage.sound);
    parts->display = std::move(stage.display);
    parts->undos = std::move(stage.undos);
  }
  work([this, id, parts, last = s->last, mark = mark_of(s->stage->id)] {
    if (parts->stream) parts->stream->close();
    parts->encoder.reset();
    if (last) {
      const bool ran = parts->process.pid() > 0;
      const auto status = parts->process.terminate(settings()->app_exit_grace);
      apps::end_session_processes(mark, settings()->app_exit_grace);
      back([this, id, code = ran ? std::optional(status) : std::nullopt] {
        auto& stage = *get(id)->stage;
        if (stage.game == Stage::Game::LetGo)
          tell_game_exited(stage, GameEnd::LetGo);
        else
          tell_game_exited(stage, GameEnd::Stopped, code);
      });
    }
    // The display is still there for them.
    for (auto undo = parts->undos.rbegin(); undo != parts->undos.rend(); ++undo)
      if (const auto undone = attempt([&] { return apps::run_step(undo->undo); }); !*undone)
        log::warn("session", "a command after the application failed", "session", id, "what",
                  undone->error().message());
    parts->sound.reset();
    std::optional<media::Mode> released;
    if (parts->display) released = parts->display->target().mode;
    parts->display.reset();
    back([this, id, parts, released] {
      if (released) tell_display(*get(id)->stage, Happening::Kind::DisplayReleased, *released);
      if (auto* const journal = settings()->journal)
        for (const auto& undo : parts->undos) journal->forget(undo.id);
      torn_down(id);
    });
  });
}

void ManagerImpl::torn_down(SessionId id) {
  auto* const s = get(id);
  move(*s, Event::TornDown);
  auto callbacks = std::move(s->on_ended);
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(executor_.now() - s->started).count();
  log::info("session", "ended", "session", id, "reason", name(s->end_reason), "frames",
            s->stats->frames_sent.value(), "seconds", seconds);
  EndedSession over{describe(*s), s->end_reason, seconds};
  over.info.codec = s->last_codec;
  over.info.encoder = s->last_encoder;
  over.info.frames_sent += s->past_frames;
  over.info.frames_dropped += s->past_dropped;
  over.info.sent_bytes += s->past_bytes;
  const auto stage = s->stage;
  std::erase(stage->seats, id);
  sessions_.erase(id);
  settle_stage(*stage);
  if (sessions_.empty()) ticker_.reset();
  for (const auto& observer : on_ended_) observer(over);
  expect_launch();  // who has just quit one application often starts another
  for (const auto& callback : callbacks) callback();
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

}  // namespace pf::session
