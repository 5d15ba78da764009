// A source without a sound server: its own thread delivers blocks of 5 ms at absolute deadlines.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>

#include "audio/source.hpp"
#include "base/clock.hpp"
#include "base/wake.hpp"

namespace pf::audio {

class PacedSource final : public Source {
 public:
  // Fills `interleaved` with the samples that follow sample frame `first`. No allocation.
  using Fill = void (*)(std::uint64_t first, unsigned channels, std::span<float> interleaved);

  PacedSource(const char* name, Speakers speakers, Fill fill)
      : name_(name), channels_(static_cast<unsigned>(speakers)), fill_(fill) {}
  ~PacedSource() override { stop(); }

  const char* name() const override { return name_; }
  const std::map<std::string, std::string>& environment() const override { return environment_; }
  Result<> start(SampleSink& sink) override;
  void stop() override;

 private:
  void run(const std::stop_token& stopping, SampleSink& sink);

  const char* name_;
  const unsigned channels_;
  const Fill fill_;
  const std::map<std::string, std::string> environment_;  // empty: nothing can play into it
  Wake wake_;
  std::jthread thread_;
};

}  // namespace pf::audio
