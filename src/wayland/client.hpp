// A private connection to a Wayland compositor, for one purpose.
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/clock.hpp"

struct wl_display;
struct wl_registry;

namespace pf::wayland {

// What one turn of reading does about requests that wait to be sent.
enum class Sending : std::uint8_t {
  Flush = 1,     // sends them, and goes on when the socket has room again
  WakeWhenRoom,  // leaves them to another thread, but returns when the socket has room
  Leave,
};

// One thread at a time; requests may be made by any (libwayland locks).
class Client {
 public:
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  enum class Flushed : std::uint8_t { All = 1, Blocked, Broken };
  Flushed flush();
  // Waits until the compositor has handled everything sent so far. False when it did not by then.
  bool round_trip(SteadyTime deadline);
  // Handles what has arrived, then sleeps until more arrives, one of `items` but the first is
  // ready (their `revents` say which), or the deadline passes. The first item is the connection's:
  // filled in here. SteadyTime::max() = no deadline. False when the connection is broken.
  bool step(std::span<pollfd> items, Sending sending, SteadyTime deadline);

 protected:
  Client() = default;
  virtual ~Client();  // closes; what a derived class has bound is destroyed by then
  // Connects to the socket of this name or path and hears of every global, and of what those bound
  // meanwhile say of themselves: within a few seconds. Empty, or what went wrong.
  std::string connect(const std::string& socket);
  wl_display* display() const { return display_; }

  // Within connect(), round_trip() and step(). Binds what is wanted.
  virtual void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                         std::uint32_t version) = 0;
  virtual void on_global_remove(std::uint32_t) {}

 private:
  wl_display* display_ = nullptr;
  wl_registry* registry_ = nullptr;
};

}  // namespace pf::wayland
