#include "session/stream.hpp"

#include "session/manager.hpp"

namespace pf::session {
namespace {

// Opening devices takes some hundredths of a second; more events than this come from no person.
constexpr std::size_t kEarlyInput = 256;

}  // namespace

StreamImpl::StreamImpl(StreamConfig config, std::unique_ptr<VideoSink> video,
                       std::unique_ptr<AudioSink> audio, std::shared_ptr<PeerControl> peer,
                       trust::LeasePtr lease, std::shared_ptr<Stats> stats,
                       std::function<void()> want_microphone, std::function<void()> want_clipboard,
                       std::function<void()> video_starts)
    : config_(config),
      video_sink_(std::move(video)),
      audio_sink_(std::move(audio)),
      peer_(std::move(peer)),
      lease_(std::move(lease)),
      stats_(std::move(stats)),
      want_microphone_(std::move(want_microphone)),
      want_clipboard_(std::move(want_clipboard)),
      video_starts_(std::move(video_starts)),
      video_config_(config.video) {
  stats_->bitrate_kbps.set(config_.video.bitrate_kbps);
  early_input_.reserve(kEarlyInput);
}

StreamImpl::~StreamImpl() {
  close();
}

Result<> StreamImpl::start_pipeline(const encode::Config& config,
                                    std::unique_ptr<capture::Source> source,
                                    std::unique_ptr<encode::Encoder> encoder,
                                    std::function<void(VideoPipeline::Lost)> lost) {
  const bool new_mode = config.mode != video_config().mode;
  const auto epoch = epoch_ + (new_mode ? 1 : 0);
  auto video =
      std::make_shared<VideoPipeline>(config, std::move(source), std::move(encoder), *video_sink_,
                                      gate_, *stats_, sequence_, epoch, std::move(lost));
  if (auto started = video->start(); !started) return started;
  std::shared_ptr<VideoPipeline> old;
  {
    const std::scoped_lock lock(mutex_);
    old = std::exchange(video_, nullptr);
  }
  // What is asked of the stream from here on until the new one is in place needs no asking: it
  // starts with an IDR, and takes over the bitrate below.
  if (old) old->stop();
  {
    const std::scoped_lock lock(mutex_);
    if (!closed_) {
      const auto kbps = video_config_.bitrate_kbps;
      video_config_ = config;
      video_config_.bitrate_kbps = kbps;
      epoch_ = epoch;
      video_ = std::move(video);
      if (kbps != config.bitrate_kbps) video_->set_bitrate(kbps);
      if (pointer_drawn_) video_->draw_pointer(true);
      if (video_released_) video_->release();
      return {};
    }
  }
  video->stop();
  return fail(Errc::NotAllowed, "closed while opening");
}

Result<> StreamImpl::start_sound(std::shared_ptr<audio::Source> source) {
  auto encoder =
      audio::PacketEncoder::create(config_.audio, config_.audio_format, config_.audio_duration);
  if (!encoder) return pass(encoder);
  auto pipeline =
      std::make_shared<AudioPipeline>(std::move(*encoder), config_.audio.channels(),
                                      config_.audio_duration, *audio_sink_, gate_, *stats_);
  pipeline->start();
  if (auto started = source->start(*pipeline); !started) return started;
  {
    const std::scoped_lock lock(mutex_);
    if (!closed_) {
      audio_ = std::move(pipeline);
      audio_source_ = std::move(source);
      audio_->set_muted(muted_);
      if (audio_released_) audio_->release();
      return {};
    }
  }
  source->stop();
  return fail(Errc::NotAllowed, "closed while opening");
}

Result<> StreamImpl::start_microphone(std::unique_ptr<audio::Microphone> microphone) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || !voice_) return fail(Errc::NotAllowed, "closed while opening");
  microphone_ = std::move(microphone);
  microphone_->start(*voice_);
  return {};
}

Result<> StreamImpl::start_input(const media::DisplayTarget& target,
                                 const input::Options& options) {
  desktop_is_open();
  auto injector = input::open(target, options, *this);
  if (!injector) return pass(injector);
  const std::scoped_lock lock(input_mutex_);
  if (input_closed_) return fail(Errc::NotAllowed, "closed while opening");
  injector_ = std::move(*injector);
  router_ = std::make_unique<input::Router>(*injector_, lease_->grants());
  if (!gate_.open()) router_->close_gate();
  for (const auto& event : early_input_) router_->handle(event);
  early_input_ = {};
  return {};
}

void StreamImpl::close() {
  gate_.shut();
  std::shared_ptr<VideoPipeline> video;
  std::shared_ptr<AudioPipeline> audio;
  std::shared_ptr<audio::Source> source;
  std::unique_ptr<audio::Microphone> microphone;
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(closed_, true)) return;
    microphone = std::move(microphone_);
    video = std::exchange(video_, nullptr);
    audio = std::exchange(audio_, nullptr);
    source = std::exchange(audio_source_, nullptr);
  }
  if (video) video->stop();
  if (source) source->stop();
  if (audio) audio->stop();
  microphone.reset();  // it no longer looks at voice_
  close_clipboard();
  std::unique_ptr<input::Injector> injector;
  {
    const std::scoped_lock lock(input_mutex_);
    input_closed_ = true;
    early_input_ = {};
    if (router_) {
      router_->close_gate();
      router_->release_all();
    }
    injector = std::move(injector_);
    if (router_) {
      const auto counts = router_->counts();
      stats_->input_events.add(counts.accepted);
      stats_->input_refused.add(counts.refused_gamepad + counts.refused_keyboard +
                                counts.refused_pointer);
    }
    router_.reset();
  }
}

void StreamImpl::shut() noexcept {
  gate_.shut();
  const std::scoped_lock lock(input_mutex_);
  if (router_) router_->close_gate();
}

void StreamImpl::set_muted(bool muted) noexcept {
  const std::scoped_lock lock(mutex_);
  if (audio_) audio_->set_muted(muted);
  if (std::exchange(muted_, muted) != muted) peer_->on_muted(muted);
}

void StreamImpl::grants_changed() noexcept {
  clipboard_grant_changed();
  const std::scoped_lock lock(input_mutex_);
  if (router_) router_->grants_changed();
}

encode::Config StreamImpl::video_config() const {
  const std::scoped_lock lock(mutex_);
  return video_config_;
}
bool StreamImpl::flows() const {
  const std::scoped_lock lock(mutex_);
  return video_ && video_released_ && gate_.open();
}
bool StreamImpl::media_lost() const {
  const std::scoped_lock lock(mutex_);
  return video_ && video_->lost();
}

StreamImpl::Names StreamImpl::names() const {
  Names names;
  {
    const std::scoped_lock lock(mutex_);
    if (video_) {
      names.capture = video_->source_name();
      names.encoder = video_->encoder_name();
    }
  }
  const std::scoped_lock lock(input_mutex_);
  if (injector_) names.input = injector_->name();
  return names;
}

input::RouterCounts StreamImpl::input_counts() const {
  const std::scoped_lock lock(input_mutex_);
  return router_ ? router_->counts() : input::RouterCounts{};
}
std::int64_t StreamImpl::last_input_ns() const {
  const std::scoped_lock lock(input_mutex_);
  return router_ ? router_->last_accepted_ns() : 0;
}

void StreamImpl::start_video() noexcept {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(video_released_, true) || closed_) return;
  if (video_) video_->release();
  video_starts_();
}
void StreamImpl::start_audio() noexcept {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(audio_released_, true)) return;
  if (audio_) audio_->release();
}
void StreamImpl::request_idr() noexcept {
  const std::scoped_lock lock(mutex_);
  if (video_) video_->request_idr();
}
void StreamImpl::call_sink() noexcept {
  const std::scoped_lock lock(mutex_);
  if (video_) video_->call_sink();
}
void StreamImpl::set_bitrate(std::uint32_t kbps) noexcept {
  const std::scoped_lock lock(mutex_);
  video_config_.bitrate_kbps = kbps;
  stats_->bitrate_kbps.set(kbps);
  if (video_) video_->set_bitrate(kbps);
}
void StreamImpl::invalidate(std::uint32_t first, std::uint32_t last) noexcept {
  const std::scoped_lock lock(mutex_);
  if (video_) video_->invalidate(first, last);
}
void StreamImpl::microphone(std::uint32_t seq, ByteSpan opus) noexcept {
  if (!gate_.open() || voice_failed_) return;
  if ((lease_->grants().load(std::memory_order_acquire) & trust::grant::kMicrophone) == 0) {
    stats_->microphone_refused.add();
    return;
  }
  if (!voice_) {
    auto made = audio::VoiceBuffer::create();
    voice_failed_ = !made;
    if (!made) return;
    {
      const std::scoped_lock lock(mutex_);
      voice_ = std::move(*made);
    }
    want_microphone_();
  }
  stats_->microphone_packets.add();
  voice_->push(seq, opus, steady_now_ns());
}
void StreamImpl::input(const input::Event& event) noexcept {
  const std::scoped_lock lock(input_mutex_);
  if (router_) {
    router_->handle(onto_display(event, sequence_.display, sequence_.picture));
  } else if (!input_closed_ && gate_.open() && early_input_.size() < kEarlyInput) {
    early_input_.push_back(event);
  }
}
void StreamImpl::draw_pointer(bool in_picture) noexcept {
  const std::scoped_lock lock(mutex_);
  pointer_drawn_ = in_picture;
  if (video_) video_->draw_pointer(in_picture);
}
void StreamImpl::report(const PeerFigures& figures) noexcept {
  if (figures.loss_ppm) stats_->loss_ppm.set(*figures.loss_ppm);
  if (figures.rtt_us) stats_->rtt_us.set(*figures.rtt_us);
  if (figures.fec_percent) stats_->fec_percent.set(*figures.fec_percent);
}
void StreamImpl::on_feedback(const input::FeedbackEvent& event) noexcept {
  if (gate_.open()) peer_->on_feedback(event);
}

}  // namespace pf::session
