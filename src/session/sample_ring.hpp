// Interleaved samples from the audio source's real-time thread to the session's audio thread: one
// producer, one consumer, no locks, no allocation after construction. Overrun drops the oldest
// samples.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

namespace pf::session {

class SampleRing {
 public:
  // `channels` per frame; holds `frames` frames.
  SampleRing(std::size_t channels, std::size_t frames)
      : channels_(channels), frames_(frames), data_(channels * frames) {}

  // Producer; a whole number of frames. Frames that do not fit are dropped and counted: the
  // consumer alone moves the read position, so it is the newest that go, and the consumer then
  // skips ahead.
  void push(std::span<const float> interleaved) noexcept {
    const auto count = interleaved.size() / channels_;
    const auto written = written_.load(std::memory_order_relaxed);
    const auto room =
        frames_ - static_cast<std::size_t>(written - read_.load(std::memory_order_acquire));
    const auto take = std::min(count, room);
    for (std::size_t i = 0; i < take; ++i) {
      const auto slot = static_cast<std::size_t>((written + i) % frames_) * channels_;
      std::copy_n(interleaved.data() + i * channels_, channels_, data_.data() + slot);
    }
    written_.store(written + take, std::memory_order_release);
    if (take < count) overruns_.fetch_add(1, std::memory_order_relaxed);
  }

  // Consumer. Frames ready to be taken.
  std::size_t available() const noexcept {
    return static_cast<std::size_t>(written_.load(std::memory_order_acquire) -
                                    read_.load(std::memory_order_relaxed));
  }
  // Consumer. False (and nothing taken) when fewer frames than `out` holds are ready.
  bool pop(std::span<float> out) noexcept {
    const auto count = out.size() / channels_;
    if (available() < count) return false;
    const auto read = read_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i) {
      const auto slot = static_cast<std::size_t>((read + i) % frames_) * channels_;
      std::copy_n(data_.data() + slot, channels_, out.data() + i * channels_);
    }
    read_.store(read + count, std::memory_order_release);
    return true;
  }
  // Consumer. Forgets the oldest frames so that `keep` remain.
  void skip_to(std::size_t keep) noexcept {
    if (const auto ready = available(); ready > keep)
      read_.fetch_add(ready - keep, std::memory_order_acq_rel);
  }
  std::uint64_t overruns() const noexcept { return overruns_.load(std::memory_order_relaxed); }

 private:
  const std::size_t channels_;
  const std::size_t frames_;
  std::vector<float> data_;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> read_{0};
  std::atomic<std::uint64_t> overruns_{0};
};

}  // namespace pf::session
