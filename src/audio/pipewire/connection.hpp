// One connection to a PipeWire daemon with its own event thread.
#pragma once

#include <pipewire/pipewire.h>

#include <memory>
#include <string>

#include "base/result.hpp"

namespace pf::audio::pipewire {

class Connection {
 public:
  // Worker thread. `socket` is absolute. `name` names the thread and the client.
  static Result<std::unique_ptr<Connection>> open(const std::string& socket, const char* name);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  pw_core* core() const { return core_; }
  pw_thread_loop* loop() const { return loop_; }
  // Stops the event thread; no callback runs afterwards. Not from that thread.
  void stop();

  // Holds the event thread still; needed around every libpipewire call from elsewhere.
  class Lock {
   public:
    explicit Lock(const Connection& c) : loop_(c.loop_) { pw_thread_loop_lock(loop_); }
    ~Lock() { pw_thread_loop_unlock(loop_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    pw_thread_loop* loop_;
  };

 private:
  Connection() = default;
  pw_thread_loop* loop_ = nullptr;
  pw_context* context_ = nullptr;
  pw_core* core_ = nullptr;
};

}  // namespace pf::audio::pipewire
