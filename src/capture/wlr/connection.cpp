#include "capture/wlr/connection.hpp"

#include <algorithm>
#include <cstring>

#include "capture/capture.hpp"
#include "capture/wlr/protocol.hpp"

namespace pf::capture::wlr {

Result<std::unique_ptr<Connection>> Connection::open(const std::string& socket,
                                                     const std::string& output) {
  std::unique_ptr<Connection> link(new Connection);
  if (auto problem = link->connect(socket); !problem.empty())
    return fail(Errc::ConnectFailed, std::move(problem));
  if (link->manager_ == nullptr) return fail(Errc::ProtocolMissing, kManagerName);
  if (link->shm_ == nullptr) return fail(Errc::ProtocolMissing, "wl_shm");
  link->output_ = link->outputs_.find(output);
  if (link->output_ == nullptr) return fail(Errc::ConnectFailed, "no output named " + output);
  return link;
}

Connection::~Connection() {
  if (manager_ != nullptr) destroy_manager(manager_);
  if (shm_ != nullptr) wl_shm_destroy(shm_);
}

void Connection::on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                           std::uint32_t version) {
  if (std::strcmp(interface, kManagerName) == 0 && version >= 2 && manager_ == nullptr) {
    manager_ = static_cast<wl_proxy*>(
        wl_registry_bind(registry, id, &kManagerInterface, std::min(version, kManagerVersion)));
  } else if (std::strcmp(interface, wl_shm_interface.name) == 0 && shm_ == nullptr) {
    shm_ = static_cast<wl_shm*>(wl_registry_bind(registry, id, &wl_shm_interface, 1));
  } else {
    outputs_.on_global(registry, id, interface, version);
  }
}

void Connection::on_global_remove(std::uint32_t id) {
  if (output_ != nullptr && output_->global == id) output_gone_ = true;
}

bool Connection::step(int wake_fd, SteadyTime deadline) {
  pollfd items[2] = {{}, {wake_fd, POLLIN, 0}};
  return Client::step(items, wayland::Sending::Flush, deadline);
}

}  // namespace pf::capture::wlr
