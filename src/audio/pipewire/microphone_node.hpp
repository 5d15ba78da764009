// A session's microphone in PipeWire's graph: a stream of ours that programs see as a source.
#pragma once

#include <atomic>
#include <memory>

#include "audio/microphone.hpp"
#include "audio/pipewire/node.hpp"

namespace pf::audio::pipewire {

// What a program asks for to record from the microphone of the session with this sink.
std::string microphone_name(const std::string& sink_name);

class MicrophoneNode final : public Microphone, private Node {
 public:
  // Worker thread. `daemon` is kept alive; nullptr when the daemon at `socket` is the desktop's.
  static Result<std::unique_ptr<MicrophoneNode>> open(std::shared_ptr<PrivateDaemon> daemon,
                                                      const std::string& socket,
                                                      const Request& request);
  ~MicrophoneNode() override;

  const char* name() const override { return "pipewire"; }
  void start(SampleFeed& feed) override { feed_.store(&feed); }
  void stop() override;

 private:
  explicit MicrophoneNode(const Request& request);
  void process(pw_buffer& buffer) noexcept override;

  std::atomic<SampleFeed*> feed_{nullptr};
};

}  // namespace pf::audio::pipewire
