// A private connection to the compositor with the globals that injection needs.
#pragma once

#include <wayland-client.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "wayland/client.hpp"
#include "wayland/outputs.hpp"

namespace pf::input::wlr {

// Requests may be made by any thread (libwayland locks); step() is for one thread only.
class Link final : private wayland::Client {
 public:
  // Connects, finds `output` (by name; the only one when the compositor tells no names) and binds
  // the globals. ConnectFailed or ProtocolMissing with what is absent; bounded.
  static Result<std::unique_ptr<Link>> open(const std::string& socket, const std::string& output);
  ~Link() override;

  wl_seat* seat() const { return seat_; }
  wl_output* output() const { return output_; }
  wl_proxy* pointer_manager() const { return pointers_; }
  wl_proxy* keyboard_manager() const { return keyboards_; }

  using Client::flush;
  using Client::Flushed;
  using Client::round_trip;
  // Sleeps until something arrives, `wake_fd` becomes readable, the deadline passes or, with
  // `want_write`, there is room to send; handles what arrived. False when the link is broken.
  bool step(int wake_fd, bool want_write, SteadyTime deadline);

 private:
  Link() = default;
  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version) override;

  wl_seat* seat_ = nullptr;
  wl_proxy* pointers_ = nullptr;
  wl_proxy* keyboards_ = nullptr;
  wayland::Outputs outputs_;
  wl_output* output_ = nullptr;
};

}  // namespace pf::input::wlr
