// Another mode for a running stream.
#include "session/manager_impl.hpp"

namespace pf::session {
namespace {

constexpr std::uint32_t kLeastSide = 16, kLargestSide = 16'384;
constexpr double kLeastRate = 1, kLargestRate = 1000;
// A display's clock is looked at when pictures come for most of its refreshes, and off their rate.
constexpr double kMostPictures = 0.8;
constexpr auto kWorthCorrecting = std::chrono::microseconds(400);

}  // namespace

bool sensible(const media::Mode& mode) {
  const auto side = [](std::uint32_t pixels) {
    return pixels >= kLeastSide && pixels <= kLargestSide && pixels % 2 == 0;
  };
  return side(mode.width) && side(mode.height) && mode.rate.num != 0 && mode.rate.den != 0 &&
         mode.rate.value() >= kLeastRate && mode.rate.value() <= kLargestRate;
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
  work([this, id = s.id, stream = s.stream, screen = screen(s), options = encode_options(s),
        change = std::move(change)] {
    const auto open = [&]() -> Result<> {
      auto config = stream->video_config();
      config.mode = change.mode;
      auto encoder = encode::open(options, config);
      if (!encoder) return pass(encoder);
      const auto before = screen.target().mode;
      auto started = start_video(id, screen, stream, config, std::move(*encoder));
      if (!started && screen.fit) {
        const std::scoped_lock lock(*screen.use);
        if (auto restored = fit_display(*screen.display, before, id); !restored)
          log::warn("session", "the display does not go back to its mode", "session", id, "what",
                    restored.error().message());
      }
      return started;
    };
    auto result = attempt(open);
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

void ManagerImpl::correct_clock(Session& s, std::int64_t since_ns) {
  if (s.state != State::Live || s.opening || !leads(s) || !s.stage->display) return;
  const auto rate = s.stream->video_config().mode.rate;
  const auto period = media::Mode{2, 2, rate}.frames(1);
  const auto interval =
      picture_interval(*s.stats, since_ns, static_cast<std::size_t>(rate.value() * kMostPictures));
  if (!interval || std::chrono::abs(*interval - period) < kWorthCorrecting) return;
  s.opening = true;
  work([this, id = s.id, screen = screen(s), interval = *interval] {
    const auto done = attempt([&]() -> Result<> {
      const std::scoped_lock lock(*screen.use);
      screen.display->correct_clock(interval);
      return {};
    });
    if (!*done)
      log::warn("session", "the display keeps its clock", "session", id, "what",
                done->error().message());
    back([this, id] {
      auto* session = get(id);
      session->opening = false;
      settled(*session);
      try_open_stream(*session);
      next_change(*session);
    });
  });
}

// The stream ends: nobody changes its mode any more.
void ManagerImpl::refuse_changes(Session& s) {
  if (auto change = std::exchange(s.next_change, std::nullopt))
    back([change = std::move(*change)] { change.done(fail(Errc::NotAllowed)); });
}

}  // namespace pf::session
