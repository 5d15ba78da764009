// The microphone uplink (punktfunk1.md 7.3): Opus packets of 10 ms at their times. One thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "audio/opus_encoder.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "probe/sound_file.hpp"

namespace pf::probe {

class Microphone {
 public:
  static constexpr std::chrono::milliseconds kPacket{10};

  // Errc::BadSound: the encoder refused.
  static Result<Microphone> create(std::shared_ptr<Sound> sound);

  void begin(SteadyTime now) { at_ = now; }
  SteadyTime next() const { return at_; }  // SteadyTime::max() before begin() and at the end
  // The packet that is due, if one is; valid until the next call.
  std::optional<ByteSpan> due(SteadyTime now);

 private:
  Microphone(std::shared_ptr<Sound> sound, audio::OpusEncoder encoder);

  std::shared_ptr<Sound> sound_;
  audio::OpusEncoder encoder_;
  std::vector<float> samples_;
  Bytes packet_;
  SteadyTime at_ = SteadyTime::max();
};

}  // namespace pf::probe
