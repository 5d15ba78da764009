// A private connection to the compositor with the globals that injection needs.
#pragma once

#include <wayland-client.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pf::input::wlr {

// Requests may be made by any thread (libwayland locks); step() is for one thread only.
class Link {
 public:
  // Connects, finds `output` (by name; the only one when the compositor tells no names) and binds
  // the globals. ConnectFailed or ProtocolMissing with what is absent; bounded.
  static Result<std::unique_ptr<Link>> open(const std::string& socket, const std::string& output);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  wl_seat* seat() const { return seat_; }
  wl_output* output() const { return output_; }
  wl_proxy* pointer_manager() const { return pointers_; }
  wl_proxy* keyboard_manager() const { return keyboards_; }

  enum class Flushed { All = 1, Blocked, Broken };
  Flushed flush();
  // Waits until the compositor has handled everything sent so far.
  bool roundtrip(SteadyTime deadline);
  // Sleeps until something arrives, `wake_fd` becomes readable, the deadline passes or, with
  // `want_write`, there is room to send; handles what arrived. False when the link is broken.
  bool step(int wake_fd, bool want_write, SteadyTime deadline);

 private:
  struct Output {
    wl_output* object = nullptr;
    std::string name;
  };
  static constexpr std::size_t kMaxOutputs = 16;

  Link() = default;
  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version);

  wl_display* display_ = nullptr;
  wl_registry* registry_ = nullptr;
  wl_seat* seat_ = nullptr;
  wl_proxy* pointers_ = nullptr;
  wl_proxy* keyboards_ = nullptr;
  std::array<Output, kMaxOutputs> outputs_;
  std::size_t output_count_ = 0;
  wl_output* output_ = nullptr;
};

}  // namespace pf::input::wlr
