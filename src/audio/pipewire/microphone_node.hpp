// A session's microphone in PipeWire's graph: a stream of ours that programs see as a source.
#pragma once

#include <atomic>
#include <memory>

#include "audio/microphone.hpp"
#include "audio/pipewire/connection.hpp"
#include "audio/pipewire/private_daemon.hpp"

namespace pf::audio::pipewire {

// What a program asks for to record from the microphone of the session with this sink.
std::string microphone_name(const std::string& sink_name);

class MicrophoneNode final : public Microphone {
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
  MicrophoneNode() = default;
  Result<> connect();
  static void on_process(void* data) noexcept;
  static void on_state(void* data, pw_stream_state old, pw_stream_state now,
                       const char* error) noexcept;

  std::shared_ptr<PrivateDaemon> daemon_;
  std::string name_;
  std::unique_ptr<Connection> connection_;
  pw_stream* stream_ = nullptr;
  spa_hook hook_{};
  pw_stream_state state_ = PW_STREAM_STATE_UNCONNECTED;  // under the connection's lock
  std::atomic<SampleFeed*> feed_{nullptr};
  std::atomic<bool> in_callback_{false};
};

}  // namespace pf::audio::pipewire
