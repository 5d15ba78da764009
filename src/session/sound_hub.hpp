// One source of sound, heard by every stream that shares a picture. Runs while anybody listens.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "audio/source.hpp"

namespace pf::session {

class SoundHub final : public std::enable_shared_from_this<SoundHub>, private audio::SampleSink {
 public:
  // `speakers`: what the source delivers.
  SoundHub(std::unique_ptr<audio::Source> source, audio::Speakers speakers);
  ~SoundHub();  // worker thread; nobody listens any more

  const char* name() const { return source_->name(); }
  const std::map<std::string, std::string>& environment() const { return source_->environment(); }
  // Worker thread; as of the source.
  Result<> follow_desktop() { return source_->follow_desktop(); }
  // For one stream: delivers the channels of `speakers`, mixed down or with silent ones added.
  // Keeps the hub.
  std::shared_ptr<audio::Source> tap(audio::Speakers speakers);

 private:
  class Tap;
  // The source's thread looks at each place without a lock; who leaves waits until it is not busy.
  struct Place {
    std::atomic<Tap*> tap{nullptr};
    std::atomic<bool> busy{false};
  };

  void on_samples(std::span<const float> interleaved) noexcept override;
  Result<> add(Tap& tap);
  void remove(Tap& tap);
  static void clear(Place& place);

  const std::unique_ptr<audio::Source> source_;
  const audio::Speakers speakers_;
  std::array<Place, 32> places_;
  std::mutex mutex_;  // of those who come and leave
  unsigned listening_ = 0;
};

}  // namespace pf::session
