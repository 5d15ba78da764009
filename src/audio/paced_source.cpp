#include "audio/paced_source.hpp"

#include <array>

#include "base/thread.hpp"

namespace pf::audio {
namespace {
constexpr std::size_t kBlockFrames = 240;
constexpr auto kBlock = std::chrono::milliseconds(5);
constexpr unsigned kMostChannels = 8;
// After a stall (a suspended machine) the clock starts anew instead of catching up.
constexpr auto kGiveUp = std::chrono::milliseconds(500);
}  // namespace

Result<> PacedSource::start(SampleSink& sink) {
  stop();
  thread_ = std::jthread([this, &sink](const std::stop_token& stopping) { run(stopping, sink); });
  return {};
}

void PacedSource::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.signal();
  thread_.join();
}

void PacedSource::run(const std::stop_token& stopping, SampleSink& sink) {
  name_this_thread("pf-tone");
  std::array<float, kBlockFrames * kMostChannels> block{};
  const auto samples = std::span<float>(block).first(kBlockFrames * channels_);
  std::uint64_t position = 0;
  for (auto due = steady_now(); !stopping.stop_requested(); due += kBlock) {
    while (!stopping.stop_requested() && steady_now() < due) wake_.wait_until(due);
    if (stopping.stop_requested()) return;
    if (steady_now() - due > kGiveUp) due = steady_now();
    fill_(position, channels_, samples);
    sink.on_samples(samples);
    position += kBlockFrames;
  }
}

}  // namespace pf::audio
