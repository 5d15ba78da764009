// Audio capture: interleaved 48 kHz float samples of what a session's programs play.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/layout.hpp"
#include "base/result.hpp"

namespace pf::audio {

enum class Errc { Unavailable = 1, ConnectFailed, Lost, EncoderFailed, DecoderFailed };
const char* error_room(Errc);
const char* error_text(Errc);

// Called from the source's own real-time thread; must not block, allocate or throw.
class SampleSink {
 public:
  // `interleaved` holds a whole number of frames in PCM order FL FR C LFE BL BR SL SR.
  virtual void on_samples(std::span<const float> interleaved) noexcept = 0;

 protected:
  ~SampleSink() = default;
};

class Source {
 public:
  virtual ~Source() = default;           // removes what it created (its null sink); worker thread
  virtual const char* name() const = 0;  // "pipewire", "synthetic"
  // What a program needs in its environment to play into this source (PULSE_SERVER, PULSE_SINK,
  // PIPEWIRE_REMOTE, PIPEWIRE_NODE, …).
  virtual const std::map<std::string, std::string>& environment() const = 0;
  virtual Result<> start(SampleSink& sink) = 0;  // worker thread
  virtual void stop() = 0;                       // worker thread; idempotent; no call after it
  // Worker thread, idempotent. What plays on the machine's own desktop without knowing this source
  // is heard, too, for as long as it lives; nothing where the desktop's sound is out of reach.
  virtual Result<> follow_desktop() { return {}; }
};

struct Options {
  std::string backend = "auto";  // "pipewire", "synthetic", "none" (silence)
  std::string runtime_dir;       // 0700; where a privately started PipeWire keeps its socket
  // 0700, survives a restart: what is to be restored on the desktop. Empty = nothing is changed.
  std::string state_dir;
};

struct Request {
  Speakers speakers = Speakers::Stereo;
  std::string session_tag;  // names the sink: "punktfunk-<tag>"
};

struct Backend {
  const char* name;
  Result<> (*probe)(const Options&);
  Result<std::unique_ptr<Source>> (*open)(const Options&, const Request&);
};
const std::vector<Backend>& backends();
struct ProbeReport {
  std::string name;
  bool usable;
  std::string reason;
};
std::vector<ProbeReport> probe_all(const Options& options);

// Worker thread. With "auto": PipeWire, started privately when no daemon runs; when nothing works a
// silent source that sends real silence (so that the client keeps its clock), with a warning.
Result<std::unique_ptr<Source>> open(const Options& options, const Request& request);

// Worker thread, idempotent, may take seconds: starts what the first open() would otherwise wait
// for (a private PipeWire, when that is what the options lead to) and keeps it until release().
// Failing is no error here: open() meets and reports it.
void prepare(const Options& options);
// Worker thread. Lets go of what prepare() keeps; open sources keep what they need.
void release();
// Worker or start-up thread, before the first session: takes back what a killed run changed on the
// desktop. What cannot be reached yet is taken back by a later prepare().
void restore(const Options& options);

}  // namespace pf::audio
