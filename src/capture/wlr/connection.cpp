#include "capture/wlr/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "capture/capture.hpp"
#include "capture/wlr/protocol.hpp"

namespace pf::capture::wlr {
namespace {

constexpr std::chrono::seconds kConnectLimit{5};
constexpr std::uint32_t kOutputVersion = 4;  // the first that tells its name

timespec until(SteadyTime deadline) {
  const auto left = std::max<std::int64_t>(0, to_ns(deadline) - steady_now_ns());
  return {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& socket,
                                                     const std::string& output) {
  std::unique_ptr<Connection> link(new Connection);
  link->display_ = wl_display_connect(socket.c_str());
  if (link->display_ == nullptr)
    return fail(Errc::ConnectFailed, socket + ": " + std::strerror(errno));
  static const wl_registry_listener listener = {
      [](void* self, wl_registry* registry, std::uint32_t id, const char* interface,
         std::uint32_t version) {
        static_cast<Connection*>(self)->on_global(registry, id, interface, version);
      },
      [](void* self, wl_registry*, std::uint32_t id) {
        static_cast<Connection*>(self)->on_global_remove(id);
      }};
  link->registry_ = wl_display_get_registry(link->display_);
  wl_registry_add_listener(link->registry_, &listener, link.get());
  const auto deadline = steady_now() + kConnectLimit;
  // Once for the list of globals, once for the events of the outputs bound on the way.
  if (!link->roundtrip(deadline) || !link->roundtrip(deadline))
    return fail(Errc::ConnectFailed, socket + ": the compositor does not answer");
  if (link->manager_ == nullptr) return fail(Errc::ProtocolMissing, kManagerName);
  if (link->shm_ == nullptr) return fail(Errc::ProtocolMissing, "wl_shm");
  for (std::size_t i = 0; i < link->output_count_; ++i) {
    auto& candidate = link->outputs_[i];
    if (candidate.name == output || (candidate.name.empty() && link->output_count_ == 1))
      link->output_ = &candidate;
  }
  if (link->output_ == nullptr) return fail(Errc::ConnectFailed, "no output named " + output);
  return link;
}

Connection::~Connection() {
  if (display_ == nullptr) return;
  for (std::size_t i = 0; i < output_count_; ++i) wl_output_destroy(outputs_[i].object);
  if (manager_ != nullptr) destroy_manager(manager_);
  if (shm_ != nullptr) wl_shm_destroy(shm_);
  if (registry_ != nullptr) wl_registry_destroy(registry_);
  wl_display_disconnect(display_);
}

void Connection::on_global(wl_registry* registry, std::uint32_t id, const char* interface,
                           std::uint32_t version) {
  if (std::strcmp(interface, kManagerName) == 0 && version >= 2 && manager_ == nullptr) {
    manager_ = static_cast<wl_proxy*>(
        wl_registry_bind(registry, id, &kManagerInterface, std::min(version, kManagerVersion)));
  } else if (std::strcmp(interface, wl_shm_interface.name) == 0 && shm_ == nullptr) {
    shm_ = static_cast<wl_shm*>(wl_registry_bind(registry, id, &wl_shm_interface, 1));
  } else if (std::strcmp(interface, wl_output_interface.name) == 0 &&
             output_count_ < outputs_.size()) {
    static const wl_output_listener listener = {
        [](void*, wl_output*, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
           const char*, const char*, std::int32_t) {},
        [](void* self, wl_output*, std::uint32_t flags, std::int32_t, std::int32_t,
           std::int32_t refresh) {
          if ((flags & WL_OUTPUT_MODE_CURRENT) != 0 && refresh > 0)
            static_cast<Output*>(self)->refresh = static_cast<std::uint32_t>(refresh);
        },
        [](void*, wl_output*) {},
        [](void*, wl_output*, std::int32_t) {},
        [](void* self, wl_output*, const char* name) { static_cast<Output*>(self)->name = name; },
        [](void*, wl_output*, const char*) {}};
    auto& slot = outputs_[output_count_++];
    slot.global = id;
    slot.object = static_cast<wl_output*>(
        wl_registry_bind(registry, id, &wl_output_interface, std::min(version, kOutputVersion)));
    wl_output_add_listener(slot.object, &listener, &slot);
  }
}

void Connection::on_global_remove(std::uint32_t id) {
  if (output_ != nullptr && output_->global == id) output_gone_ = true;
}

bool Connection::roundtrip(SteadyTime deadline) {
  bool done = false;
  static const wl_callback_listener listener = {
      [](void* flag, wl_callback*, std::uint32_t) { *static_cast<bool*>(flag) = true; }};
  wl_callback* callback = wl_display_sync(display_);
  wl_callback_add_listener(callback, &listener, &done);
  bool alive = true;
  while (alive && !done && steady_now() < deadline) alive = step(-1, deadline);
  wl_callback_destroy(callback);
  return done;
}

bool Connection::step(int wake_fd, SteadyTime deadline) {
  while (wl_display_prepare_read(display_) != 0)
    if (wl_display_dispatch_pending(display_) < 0) return false;
  const bool blocked = wl_display_flush(display_) < 0 && errno == EAGAIN;
  pollfd items[2] = {
      {wl_display_get_fd(display_), static_cast<short>(blocked ? POLLIN | POLLOUT : POLLIN), 0},
      {wake_fd, POLLIN, 0}};
  const auto limit = until(deadline);
  const int count = ::ppoll(items, 2, deadline == SteadyTime::max() ? nullptr : &limit, nullptr);
  if (count > 0 && (items[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    if (wl_display_read_events(display_) < 0) return false;
  } else {
    wl_display_cancel_read(display_);
  }
  return wl_display_dispatch_pending(display_) >= 0;
}

}  // namespace pf::capture::wlr
