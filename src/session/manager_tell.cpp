// What streams, applications and displays do, told to observers.
#include "session/manager_impl.hpp"

namespace pf::session {

void ManagerImpl::tell(const Happening& happening) const {
  for (const auto& observer : on_happening_) observer(happening);
}

Happening ManagerImpl::about(const Stage& stage, Happening::Kind kind) const {
  Happening happening;
  happening.kind = kind;
  if (const auto owner = find(stage.owner)) happening.session = *owner;
  happening.opened_for = stage.id;
  return happening;
}

// Called when its pipeline stands and when its client may get pictures, whichever comes last.
void ManagerImpl::tell_stream_started(SessionId id) {
  auto* const s = get(id);
  if (s == nullptr || s->state == State::Ending || s->streaming || !s->stream ||
      !s->stream->flows())
    return;
  s->streaming = true;
  Happening happening;
  happening.session = describe(*s);
  happening.opened_for = s->stage->id;
  tell(happening);
}

// While its stream is still there.
void ManagerImpl::tell_stream_stopped(Session& s) const {
  if (!std::exchange(s.streaming, false)) return;
  Happening happening;
  happening.kind = Happening::Kind::StreamStopped;
  happening.session = describe(s);
  happening.opened_for = s.stage->id;
  tell(happening);
}

void ManagerImpl::tell_game(Stage& stage, Stage::Game now) const {
  stage.game = now;
  tell(about(stage, now == Stage::Game::Launching ? Happening::Kind::GameLaunching
                                                  : Happening::Kind::GameRunning));
}

void ManagerImpl::tell_game_exited(Stage& stage, GameEnd end, std::optional<int> exit_code) const {
  if (std::exchange(stage.game, Stage::Game::None) == Stage::Game::None) return;
  auto happening = about(stage, Happening::Kind::GameExited);
  happening.end = end;
  happening.exit_code = exit_code;
  tell(happening);
}

void ManagerImpl::tell_display(const Stage& stage, Happening::Kind kind,
                               const media::Mode& mode) const {
  auto happening = about(stage, kind);
  happening.mode = mode;
  tell(happening);
}

}  // namespace pf::session
