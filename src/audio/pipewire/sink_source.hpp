// A session's own sink in PipeWire's graph: a stream of ours that programs see as a loudspeaker.
// What they play arrives in our callback, without a null sink and a monitor in between.
#pragma once

#include <atomic>
#include <memory>

#include "audio/pipewire/connection.hpp"
#include "audio/pipewire/private_daemon.hpp"
#include "audio/source.hpp"

namespace pf::audio::pipewire {

class SinkSource final : public Source {
 public:
  // Worker thread. `daemon` is kept alive; nullptr when the daemon at `socket` is the desktop's.
  static Result<std::unique_ptr<SinkSource>> open(std::shared_ptr<PrivateDaemon> daemon,
                                                  const std::string& socket,
                                                  std::map<std::string, std::string> environment,
                                                  const Request& request);
  ~SinkSource() override;

  const char* name() const override { return "pipewire"; }
  const std::map<std::string, std::string>& environment() const override { return environment_; }
  Result<> start(SampleSink& sink) override;
  void stop() override;

 private:
  SinkSource() = default;
  Result<> connect(const Request& request);
  static void on_process(void* data) noexcept;
  static void on_state(void* data, pw_stream_state old, pw_stream_state now,
                       const char* error) noexcept;

  std::shared_ptr<PrivateDaemon> daemon_;
  std::map<std::string, std::string> environment_;
  std::string sink_name_;
  unsigned channels_ = 2;
  std::unique_ptr<Connection> connection_;
  pw_stream* stream_ = nullptr;
  spa_hook hook_{};
  pw_stream_state state_ = PW_STREAM_STATE_UNCONNECTED;  // under the connection's lock
  std::atomic<SampleSink*> sink_{nullptr};
  std::atomic<bool> in_callback_{false};
};

}  // namespace pf::audio::pipewire
