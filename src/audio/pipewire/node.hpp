// A node of ours in PipeWire's graph, which programs see as a sink or as a source: connecting it,
// its end, and the way of its buffers to whoever has or wants the samples.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "audio/pipewire/connection.hpp"
#include "audio/pipewire/private_daemon.hpp"

namespace pf::audio::pipewire {

class Node {
 public:
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

 protected:
  // `what`: for the log and for errors ("microphone"); static storage.
  Node(const char* what, std::string name) : what_(what), name_(std::move(name)) {}
  ~Node();  // whoever derives has called disconnect()

  // Worker thread. Returns when the daemon knows the node, so that a program started now finds it.
  // `daemon` is kept alive; nullptr when the daemon at `socket` is the desktop's. `properties` are
  // taken over. `thread` names the event thread.
  Result<> connect(std::shared_ptr<PrivateDaemon> daemon, const std::string& socket,
                   const char* thread, pw_direction direction, unsigned channels,
                   pw_properties* properties);
  // No process() after it. Worker thread; idempotent.
  void disconnect();
  // Waits until a process() that may have seen the state before has returned.
  void settle() const;
  // One buffer; real-time thread: must not block, allocate or throw.
  virtual void process(pw_buffer& buffer) noexcept = 0;

  const std::string& node_name() const { return name_; }

 private:
  Result<> wait_until_known();
  static void on_process(void* data) noexcept;
  static void on_state(void* data, pw_stream_state old, pw_stream_state now,
                       const char* error) noexcept;

  const char* const what_;
  const std::string name_;
  std::shared_ptr<PrivateDaemon> daemon_;
  std::unique_ptr<Connection> connection_;
  pw_stream* stream_ = nullptr;
  spa_hook hook_{};
  pw_stream_state state_ = PW_STREAM_STATE_UNCONNECTED;  // under the connection's lock
  std::atomic<bool> in_callback_{false};
};

}  // namespace pf::audio::pipewire
