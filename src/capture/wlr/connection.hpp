// A private connection to the compositor with the globals that capture needs.
#pragma once

#include <wayland-client.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf::capture::wlr {

// Not thread-safe: made by start(), then used by the capture thread only.
class Connection {
 public:
  // Connects, finds `output` (by name; the first one when the compositor tells no names) and binds
  // the globals. ConnectFailed or ProtocolMissing with what is absent; bounded.
  static Result<std::unique_ptr<Connection>> open(const std::string& socket,
                                                  const std::string& output);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  wl_output* output() const { return output_ != nullptr ? output_->object : nullptr; }
  wl_shm* shm() const { return shm_; }
  wl_proxy* manager() const { return manager_; }
  bool output_gone() const { return output_gone_; }
  // Of the output's current mode; 0 while the compositor has not told.
  std::uint32_t refresh_millihertz() const { return output_ != nullptr ? output_->refresh : 0; }

  // Handles what has arrived and sends what is queued, then sleeps until more arrives, `wake_fd`
  // becomes readable or `deadline` passes. False when the connection is broken.
  bool step(int wake_fd, SteadyTime deadline);

 private:
  struct Output {
    wl_output* object = nullptr;
    std::uint32_t global = 0;
    std::uint32_t refresh = 0;  // millihertz
    std::string name;
  };
  static constexpr std::size_t kMaxOutputs = 16;

  Connection() = default;
  bool roundtrip(SteadyTime deadline);
  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version);
  void on_global_remove(std::uint32_t id);

  wl_display* display_ = nullptr;
  wl_registry* registry_ = nullptr;
  wl_shm* shm_ = nullptr;
  wl_proxy* manager_ = nullptr;
  std::array<Output, kMaxOutputs> outputs_;
  std::size_t output_count_ = 0;
  Output* output_ = nullptr;
  bool output_gone_ = false;
};

}  // namespace pf::capture::wlr
