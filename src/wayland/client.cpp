#include "wayland/client.hpp"

#include <wayland-client.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace pf::wayland {
namespace {

constexpr std::chrono::seconds kConnectLimit{5};

}  // namespace

std::string Client::connect(const std::string& socket) {
  display_ = wl_display_connect(socket.c_str());
  if (display_ == nullptr) return socket + ": " + std::strerror(errno);
  static const wl_registry_listener listener = {
      [](void* self, wl_registry* registry, std::uint32_t id, const char* interface,
         std::uint32_t version) {
        static_cast<Client*>(self)->on_global(registry, id, interface, version);
      },
      [](void* self, wl_registry*, std::uint32_t id) {
        static_cast<Client*>(self)->on_global_remove(id);
      }};
  registry_ = wl_display_get_registry(display_);
  if (registry_ == nullptr) return socket + ": out of memory";
  wl_registry_add_listener(registry_, &listener, this);
  const auto deadline = steady_now() + kConnectLimit;
  // Once for the list of globals, once for the events of those bound on the way.
  if (!round_trip(deadline) || !round_trip(deadline))
    return socket + ": the compositor does not answer";
  return {};
}

Client::~Client() {
  if (display_ == nullptr) return;
  if (registry_ != nullptr) wl_registry_destroy(registry_);
  wl_display_flush(display_);
  wl_display_disconnect(display_);
}

Client::Flushed Client::flush() {
  if (wl_display_flush(display_) >= 0) return Flushed::All;
  return errno == EAGAIN ? Flushed::Blocked : Flushed::Broken;
}

bool Client::round_trip(SteadyTime deadline) {
  bool done = false;
  static const wl_callback_listener listener = {
      [](void* flag, wl_callback*, std::uint32_t) { *static_cast<bool*>(flag) = true; }};
  wl_callback* callback = wl_display_sync(display_);
  if (callback == nullptr) return false;
  wl_callback_add_listener(callback, &listener, &done);
  bool alive = true;
  pollfd item{};
  while (alive && !done && steady_now() < deadline)
    alive = step({&item, 1}, Sending::Flush, deadline);
  wl_callback_destroy(callback);
  return done;
}

bool Client::step(std::span<pollfd> items, Sending sending, SteadyTime deadline) {
  while (wl_display_prepare_read(display_) != 0)
    if (wl_display_dispatch_pending(display_) < 0) return false;
  const bool blocked = sending == Sending::WakeWhenRoom ||
                       (sending == Sending::Flush && flush() == Flushed::Blocked);
  items[0] = {wl_display_get_fd(display_), static_cast<short>(blocked ? POLLIN | POLLOUT : POLLIN),
              0};
  const auto left = std::max<std::int64_t>(0, to_ns(deadline) - steady_now_ns());
  const timespec limit{static_cast<time_t>(left / 1'000'000'000),
                       static_cast<long>(left % 1'000'000'000)};
  const int count = ::ppoll(items.data(), items.size(),
                            deadline == SteadyTime::max() ? nullptr : &limit, nullptr);
  if (count > 0 && (items[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    if (wl_display_read_events(display_) < 0) return false;
  } else {
    wl_display_cancel_read(display_);
  }
  return wl_display_dispatch_pending(display_) >= 0;
}

}  // namespace pf::wayland
