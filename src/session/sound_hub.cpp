#include "session/sound_hub.hpp"

#include <algorithm>
#include <thread>

#include "session/manager.hpp"

namespace pf::session {
namespace {

constexpr std::size_t kMostChannels = 8;
constexpr std::size_t kChunkFrames = 256;
constexpr float kHalfPower = 0.7071F;

// PCM order: FL FR C LFE BL BR SL SR.
enum Channel : std::size_t { FL, FR, C, LFE, BL, BR, SL, SR };

// Gain of each source channel (second index) in each delivered one.
using Gains = std::array<std::array<float, kMostChannels>, kMostChannels>;

Gains gains(audio::Speakers from, audio::Speakers to) {
  Gains g{};
  const auto channels = std::min(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
  for (std::size_t i = 0; i < channels; ++i) g[i][i] = 1;
  if (to == audio::Speakers::Stereo && from != audio::Speakers::Stereo) {
    // Centre and surround at half power, as for any surround track; the bass channel is left out.
    g[FL][C] = g[FR][C] = g[FL][BL] = g[FR][BR] = kHalfPower;
    if (from == audio::Speakers::Surround71) g[FL][SL] = g[FR][SR] = kHalfPower;
  } else if (from == audio::Speakers::Surround71 && to == audio::Speakers::Surround51) {
    g[BL][BL] = g[BR][BR] = g[BL][SL] = g[BR][SR] = kHalfPower;
  }
  return g;
}

}  // namespace

class SoundHub::Tap final : public audio::Source {
 public:
  Tap(std::shared_ptr<SoundHub> hub, audio::Speakers to)
      : hub_(std::move(hub)),
        from_(static_cast<std::size_t>(hub_->speakers_)),
        to_(static_cast<std::size_t>(to)),
        gains_(gains(hub_->speakers_, to)) {}
  ~Tap() override { stop(); }

  const char* name() const override { return hub_->name(); }
  const std::map<std::string, std::string>& environment() const override {
    return hub_->environment();
  }
  Result<> start(audio::SampleSink& sink) override {
    sink_ = &sink;
    auto added = hub_->add(*this);
    started_ = added.has_value();
    return added;
  }
  void stop() override {
    if (std::exchange(started_, false)) hub_->remove(*this);
  }

  void deliver(std::span<const float> interleaved) noexcept {
    if (from_ == to_) return sink_->on_samples(interleaved);
    while (!interleaved.empty()) {
      const auto frames = std::min(interleaved.size() / from_, kChunkFrames);
      if (frames == 0) return;
      for (std::size_t i = 0; i < frames; ++i) mix(&interleaved[i * from_], &mixed_[i * to_]);
      sink_->on_samples(std::span(mixed_).first(frames * to_));
      interleaved = interleaved.subspan(frames * from_);
    }
  }

 private:
  void mix(const float* in, float* out) const noexcept {
    for (std::size_t o = 0; o < to_; ++o) {
      float sum = 0;
      for (std::size_t i = 0; i < from_; ++i) sum += gains_[o][i] * in[i];
      out[o] = std::clamp(sum, -1.0F, 1.0F);
    }
  }

  const std::shared_ptr<SoundHub> hub_;
  const std::size_t from_, to_;
  const Gains gains_;
  audio::SampleSink* sink_ = nullptr;
  bool started_ = false;
  std::array<float, kChunkFrames * kMostChannels> mixed_{};
};

SoundHub::SoundHub(std::unique_ptr<audio::Source> source, audio::Speakers speakers)
    : source_(std::move(source)), speakers_(speakers) {}

SoundHub::~SoundHub() {
  source_->stop();
}

std::shared_ptr<audio::Source> SoundHub::tap(audio::Speakers speakers) {
  return std::make_shared<Tap>(shared_from_this(), speakers);
}

// A store to `tap` and a load of `busy` here meet a store to `busy` and a load of `tap` there: all
// of them in one order, so that one side always sees the other.
void SoundHub::on_samples(std::span<const float> interleaved) noexcept {
  for (auto& place : places_) {
    place.busy.store(true);
    if (auto* const tap = place.tap.load()) tap->deliver(interleaved);
    place.busy.store(false);
  }
}

Result<> SoundHub::add(Tap& tap) {
  const std::scoped_lock lock(mutex_);
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [](const Place& p) { return p.tap.load() == nullptr; });
  if (place == places_.end()) return fail(Errc::LimitReached, "listeners of one source of sound");
  place->tap.store(&tap);
  if (listening_ == 0) {
    if (auto started = source_->start(*this); !started) {
      clear(*place);  // it may have delivered before it failed
      return started;
    }
  }
  ++listening_;
  return {};
}

// When it returns, nobody is called there any more.
void SoundHub::clear(Place& place) {
  place.tap.store(nullptr);
  while (place.busy.load()) std::this_thread::yield();
}

void SoundHub::remove(Tap& tap) {
  const std::scoped_lock lock(mutex_);
  for (auto& place : places_) {
    if (place.tap.load() != &tap) continue;
    clear(place);
  }
  if (--listening_ == 0) source_->stop();
}

}  // namespace pf::session
