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
