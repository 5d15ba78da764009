// A session's own sink in PipeWire's graph: a stream of ours that programs see as a loudspeaker.
// What they play arrives in our callback, without a null sink and a monitor in between.
#pragma once

#include <atomic>
#include <memory>

#include "audio/pipewire/default_sink.hpp"
#include "audio/pipewire/node.hpp"
#include "audio/source.hpp"

namespace pf::audio::pipewire {

class SinkSource final : public Source, private Node {
 public:
  // Worker thread. `daemon` is kept alive; nullptr when the daemon at `socket` is the desktop's.
  // `journal`: for follow_desktop().
  static Result<std::unique_ptr<SinkSource>> open(std::shared_ptr<PrivateDaemon> daemon,
                                                  const std::string& socket,
                                                  std::map<std::string, std::string> environment,
                                                  const Request& request, std::string journal);
  ~SinkSource() override;

  const char* name() const override { return "pipewire"; }
  const std::map<std::string, std::string>& environment() const override { return environment_; }
  Result<> start(SampleSink& sink) override;
  void stop() override;
  Result<> follow_desktop() override;

 private:
  explicit SinkSource(const Request& request);
  void process(pw_buffer& buffer) noexcept override;

  std::map<std::string, std::string> environment_;
  std::string desktop_;  // its socket; empty: the daemon is our own
  std::string journal_;
  std::unique_ptr<DefaultSink> default_;
  const unsigned channels_;
  std::atomic<SampleSink*> sink_{nullptr};
};

}  // namespace pf::audio::pipewire
