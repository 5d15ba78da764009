// What a session opens: display and sound at once, then encoder, capture and input of a stream.
#include "session/manager_impl.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

// A stream whose capture or encoder goes more often than this within the time does not run.
constexpr unsigned kMostLosses = 4;
constexpr auto kLossWindow = 30s;

}  // namespace

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

std::string tag_of(SessionId id) {
  return "session-" + std::to_string(id);
}

void ManagerImpl::open_display(const StagePtr& stage, const media::Mode& mode) {
  work([this, stage, request = display::Request{mode, tag_of(stage->id)}] {
    auto opened = attempt([&] { return warm_.open(request); });
    back([this, stage, opened] {
      if (stage->over) {
        if (*opened) work([opened] { opened->value().reset(); });
        return;
      }
      if (!*opened) {
        stage->notes.push_back(opened->error().message());
        log::error("session", "no display", "session", stage->owner, "what",
                   opened->error().message());
        end_all(*stage, EndReason::DisplayFailed);
        return;
      }
      stage->display = std::move(opened->value());
      stage->target = stage->display->target();
      switch (stage->target.kind) {
        case media::DisplayKind::Synthetic:
          stage->display_name = "synthetic";
          break;
        case media::DisplayKind::Wlroots:
          stage->display_name = "virtual";
          break;
        case media::DisplayKind::X11:
          stage->display_name = "x11";
          break;
      }
      tell_display(*stage, Happening::Kind::DisplayCreated, stage->target.mode);
      follow_desktop(*stage);
      start_app(stage);
      for (const auto id : stage->seats) try_open_stream(*get(id));
    });
  });
}

void ManagerImpl::open_sound(const StagePtr& stage, audio::Speakers speakers) {
  stage->sound_done = false;
  stage->speakers = speakers;
  const audio::Request request{speakers, tag_of(stage->id)};
  work([this, stage, request, options = settings()->audio, old = carry(std::move(stage->sound))] {
    old->reset();
    auto opened = attempt([&] { return audio::open(options, request); });
    back([this, stage, request, opened] {
      if (stage->over) {
        if (*opened) work([opened] { opened->value().reset(); });
        return;
      }
      stage->sound_done = true;
      if (*opened) {
        stage->sound = std::make_shared<SoundHub>(std::move(opened->value()), request.speakers);
      } else {
        stage->notes.push_back(opened->error().message());
        log::warn("session", "no sound", "session", stage->owner, "what",
                  opened->error().message());
      }
      follow_desktop(*stage);
      start_app(stage);
      for (const auto id : stage->seats) try_open_stream(*get(id));
    });
  });
}

// Both are there: what already plays on the machine's own desktop is part of the session.
void ManagerImpl::follow_desktop(const Stage& stage) {
  if (!stage.display || !stage.display->desktop() || !stage.sound) return;
  work([id = stage.owner, sound = stage.sound] {
    if (const auto done = attempt([&] { return sound->follow_desktop(); }); !*done)
      log::warn("session", "programs that already run are not heard", "session", id, "what",
                done->error().message());
  });
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
  s->losses = {};
  s->stream = std::make_shared<StreamImpl>(
      config, std::move(video), std::move(audio), std::move(peer), s->launch.lease, s->stats,
      [this, id] { back([this, id] { open_microphone(id); }); },
      [this, id] { back([this, id] { open_clipboard(id); }); },
      [this, id] { back([this, id] { tell_stream_started(id); }); });
  s->stream->set_muted(s->muted);
  s->launch.speakers = config.audio.speakers;
  fit_sound(*s);
  open_encoder(*s);
  return std::shared_ptr<Stream>(s->stream);
}

// Who plays alone gets the speakers it asks for; for others it is mixed.
void ManagerImpl::fit_sound(const Session& s) {
  const auto& stage = s.stage;
  if (stage->speakers == s.launch.speakers || !stage->sound_done || alive_seats(*stage).size() > 1)
    return;
  open_sound(stage, s.launch.speakers);
}

encode::Options ManagerImpl::encode_options(const Session& s) const {
  auto options = settings()->encode;
  options.without.insert(options.without.end(), s.losses.unfit.begin(), s.losses.unfit.end());
  return options;
}

// In parallel with the display, which may still be starting.
void ManagerImpl::open_encoder(Session& s) {
  s.encoder.reset();
  s.encoder_done = false;
  work([this, id = s.id, stream = s.stream, options = encode_options(s)] {
    auto notes = carry(std::vector<std::string>());
    auto opened =
        attempt([&] { return encode::open(options, stream->video_config(), notes.get()); });
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
  const auto& stage = *s.stage;
  if (!stage.display || !stage.sound_done || !s.encoder_done) return;
  if (s.state != State::Starting && s.state != State::Rebuilding) return;
  s.opening = true;
  s.encoder_done = false;
  const bool rebuild = s.state == State::Rebuilding;
  // The display stays valid: end() takes it down only once this task is back (settled).
  work([this, id = s.id, stream = s.stream, encoder = carry(std::move(s.encoder)), rebuild,
        screen = screen(s), hub = stage.sound] {
    auto reason = EndReason::DisplayFailed;
    const auto open = [&]() -> Result<> {
      auto started = start_video(id, screen, stream, stream->video_config(), std::move(*encoder));
      if (!started || rebuild) return started;
      if (hub)
        if (auto sound = stream->start_sound(hub->tap(stream->config().audio.speakers)); !sound)
          log::warn("session", "no sound", "session", id, "what", sound.error().message());
      // A stream without input is still worth watching.
      if (auto input = stream->start_input(screen.target(), settings()->input); !input)
        log::warn("session", "no input", "session", id, "what", input.error().message());
      return {};
    };
    auto result = attempt(open);
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
  // The application listens to the one that has its stage's name.
  const audio::Request request{s->launch.speakers, tag_of(leads(*s) ? s->stage->id : id)};
  work([id, request, options = settings()->audio, stream = s->stream] {
    const auto started = attempt([&]() -> Result<> {
      auto microphone = audio::open_microphone(options, request);
      if (!microphone) return pass(microphone);
      return stream->start_microphone(std::move(*microphone));
    });
    if (*started)
      log::info("session", "microphone", "session", id);
    else
      log::warn("session", "no microphone", "session", id, "what", started->error().message());
  });
}

// The display is there: a client asks for the clipboard while it streams.
void ManagerImpl::open_clipboard(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending || !s->stream) return;
  if (!s->stage->display) return s->stream->start_clipboard(fail(clipboard::Errc::Unavailable));
  work([id, target = s->stage->target, options = settings()->clipboard, stream = s->stream] {
    auto opened = attempt([&] { return clipboard::open(target, options); });
    if (*opened)
      log::info("session", "clipboard", "session", id, "through", opened->value()->name());
    else
      log::warn("session", "no clipboard", "session", id, "what", opened->error().message());
    stream->start_clipboard(std::move(*opened));
  });
}

// Worker thread; the pipeline of the stream, over the display at the config's mode.
Result<> ManagerImpl::start_video(SessionId id, const Screen& screen,
                                  const std::shared_ptr<StreamImpl>& stream,
                                  const encode::Config& config,
                                  std::unique_ptr<encode::Encoder> encoder) {
  if (screen.fit) {
    const std::scoped_lock lock(*screen.use);
    if (auto fitted = fit_display(*screen.display, config.mode, id); !fitted) return fitted;
  }
  auto options = settings()->capture;
  options.pointer = stream->config().pointer;
  auto source = capture::open(screen.target(), options);
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
            media::name(video.codec), "kbps", video.bitrate_kbps, "display", s->stage->display_name,
            "capture", names.capture, "encoder", names.encoder, "audio",
            s->stage->sound ? s->stage->sound->name() : "none", "input", names.input);
  tell_stream_started(id);
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
  if (!s->stage->display || !s->stage->display->alive()) {
    end(id, EndReason::DisplayFailed, {});
    return;
  }
  // Something that works for a moment only is no stream.
  auto& losses = s->losses;
  const auto now = executor_.now();
  if (now - losses.since > kLossWindow) losses = {.since = now, .unfit = losses.unfit};
  ++losses.count;
  if (what == VideoPipeline::Lost::Encoder) {
    const auto encoder = stream->names().encoder;
    if (std::exchange(losses.encoder, encoder) == encoder) losses.unfit.push_back(encoder);
  }
  if (losses.count > kMostLosses) {
    end(id,
        what == VideoPipeline::Lost::Encoder ? EndReason::EncoderFailed : EndReason::DisplayFailed,
        {});
    return;
  }
  if (move(*s, Event::MediaLost)) open_encoder(*s);
}

}  // namespace pf::session
