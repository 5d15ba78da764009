#include "input/wlr/link.hpp"

#include <algorithm>
#include <cstring>

#include "input/injector.hpp"
#include "input/wlr/protocol.hpp"

namespace pf::input::wlr {

Result<std::unique_ptr<Link>> Link::open(const std::string& socket, const std::string& output) {
  std::unique_ptr<Link> link(new Link);
  if (auto problem = link->connect(socket); !problem.empty())
    return fail(Errc::ConnectFailed, std::move(problem));
  if (link->seat_ == nullptr) return fail(Errc::ProtocolMissing, "wl_seat");
  if (link->pointers_ == nullptr) return fail(Errc::ProtocolMissing, kPointerManagerName);
  if (link->keyboards_ == nullptr) return fail(Errc::ProtocolMissing, kKeyboardManagerName);
  const auto* found = link->outputs_.find(output);
  if (found == nullptr) return fail(Errc::ConnectFailed, "no output named " + output);
  link->output_ = found->object;
  return link;
}

Link::~Link() {
  if (pointers_ != nullptr) destroy_pointer_manager(pointers_);
  if (keyboards_ != nullptr) wl_proxy_destroy(keyboards_);  // the protocol has no request for it
  if (seat_ != nullptr) wl_seat_destroy(seat_);
}

void Link::on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                     std::uint32_t version) {
  if (std::strcmp(interface, kPointerManagerName) == 0 && pointers_ == nullptr) {
    pointers_ = static_cast<wl_proxy*>(wl_registry_bind(registry, id, &kPointerManagerInterface,
                                                        std::min(version, kPointerManagerVersion)));
  } else if (std::strcmp(interface, kKeyboardManagerName) == 0 && keyboards_ == nullptr) {
    keyboards_ = static_cast<wl_proxy*>(
        wl_registry_bind(registry, id, &kKeyboardManagerInterface, kKeyboardManagerVersion));
  } else if (std::strcmp(interface, wl_seat_interface.name) == 0 && seat_ == nullptr) {
    seat_ = static_cast<wl_seat*>(wl_registry_bind(registry, id, &wl_seat_interface, 1));
  } else {
    outputs_.on_global(registry, id, interface, version);
  }
}

bool Link::step(int wake_fd, bool want_write, SteadyTime deadline) {
  pollfd items[2] = {{}, {wake_fd, POLLIN, 0}};
  using wayland::Sending;
  return Client::step(items, want_write ? Sending::WakeWhenRoom : Sending::Leave, deadline);
}

}  // namespace pf::input::wlr
