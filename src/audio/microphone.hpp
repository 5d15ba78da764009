// The other way round: a client's voice as a microphone that a session's programs can record from.
#pragma once

#include <memory>
#include <span>

#include "audio/source.hpp"
#include "base/result.hpp"

namespace pf::audio {

// Whoever has the samples. Called from the microphone's own real-time thread; must fill all of
// `stereo` (interleaved, 48 kHz, a whole number of frames) and must not block, allocate or throw.
class SampleFeed {
 public:
  virtual void fill(std::span<float> stereo) noexcept = 0;

 protected:
  ~SampleFeed() = default;
};

// Visible to programs from its making to its end. While nobody records, it asks for no samples.
class Microphone {
 public:
  virtual ~Microphone() = default;  // stop(); worker thread
  virtual const char* name() const = 0;
  virtual void start(SampleFeed& feed) = 0;  // worker thread
  virtual void stop() = 0;                   // worker thread; idempotent; no call after it
};

// Worker thread. At the sound server that open() leads to with the same options; the session's
// programs find it by the environment that its Source gave them. Unavailable where there is none
// (no PipeWire, "none").
Result<std::unique_ptr<Microphone>> open_microphone(const Options& options, const Request& request);

}  // namespace pf::audio
