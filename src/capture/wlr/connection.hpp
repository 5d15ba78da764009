// A private connection to the compositor with the globals that capture needs.
#pragma once

#include <wayland-client.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "wayland/client.hpp"
#include "wayland/outputs.hpp"

namespace pf::capture::wlr {

// Not thread-safe: made by start(), then used by the capture thread only.
class Connection final : private wayland::Client {
 public:
  // Connects, finds `output` (by name; the only one when the compositor tells no names) and binds
  // the globals. ConnectFailed or ProtocolMissing with what is absent; bounded.
  static Result<std::unique_ptr<Connection>> open(const std::string& socket,
                                                  const std::string& output);
  ~Connection() override;

  wl_output* output() const { return output_ != nullptr ? output_->object : nullptr; }
  wl_shm* shm() const { return shm_; }
  wl_proxy* manager() const { return manager_; }
  bool output_gone() const { return output_gone_; }

  // Handles what has arrived and sends what is queued, then sleeps until more arrives, `wake_fd`
  // becomes readable or `deadline` passes. False when the connection is broken.
  bool step(int wake_fd, SteadyTime deadline);

 private:
  Connection() = default;
  void on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                 std::uint32_t version) override;
  void on_global_remove(std::uint32_t id) override;

  wl_shm* shm_ = nullptr;
  wl_proxy* manager_ = nullptr;
  wayland::Outputs outputs_;
  const wayland::Output* output_ = nullptr;
  bool output_gone_ = false;
};

}  // namespace pf::capture::wlr
