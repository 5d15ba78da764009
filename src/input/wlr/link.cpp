#include "input/wlr/link.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "input/injector.hpp"
#include "input/wlr/protocol.hpp"

namespace pf::input::wlr {
namespace {

constexpr std::chrono::seconds kConnectLimit{5};
constexpr std::uint32_t kOutputVersion = 4;  // the first that tells its name

}  // namespace

Result<std::unique_ptr<Link>> Link::open(const std::string& socket, const std::string& output) {
  std::unique_ptr<Link> link(new Link);
  link->display_ = wl_display_connect(socket.c_str());
  if (link->display_ == nullptr)
    return fail(Errc::ConnectFailed, socket + ": " + std::strerror(errno));
  static const wl_registry_listener listener = {
      [](void* self, wl_registry* registry, std::uint32_t id, const char* interface,
         std::uint32_t version) {
        static_cast<Link*>(self)->on_global(registry, id, interface, version);
      },
      [](void*, wl_registry*, std::uint32_t) {}};
  link->registry_ = wl_display_get_registry(link->display_);
  wl_registry_add_listener(link->registry_, &listener, link.get());
  const auto deadline = steady_now() + kConnectLimit;
  // Once for the list of globals, once for the events of the outputs bound on the way.
  if (!link->roundtrip(deadline) || !link->roundtrip(deadline))
    return fail(Errc::ConnectFailed, socket + ": the compositor does not answer");
  if (link->seat_ == nullptr) return fail(Errc::ProtocolMissing, "wl_seat");
  if (link->pointers_ == nullptr) return fail(Errc::ProtocolMissing, kPointerManagerName);
  if (link->keyboards_ == nullptr) return fail(Errc::ProtocolMissing, kKeyboardManagerName);
  for (std::size_t i = 0; i < link->output_count_; ++i) {
    const auto& candidate = link->outputs_[i];
    if (candidate.name == output || (candidate.name.empty() && link->output_count_ == 1))
      link->output_ = candidate.object;
  }
  if (link->output_ == nullptr) return fail(Errc::ConnectFailed, "no output named " + output);
  return link;
}

Link::~Link() {
  if (display_ == nullptr) return;
  for (std::size_t i = 0; i < output_count_; ++i) wl_output_destroy(outputs_[i].object);
  if (pointers_ != nullptr) destroy_pointer_manager(pointers_);
  if (keyboards_ != nullptr) wl_proxy_destroy(keyboards_);  // the protocol has no request for it
  if (seat_ != nullptr) wl_seat_destroy(seat_);
  if (registry_ != nullptr) wl_registry_destroy(registry_);
  wl_display_flush(display_);
  wl_display_disconnect(display_);
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
  } else if (std::strcmp(interface, wl_output_interface.name) == 0 &&
             output_count_ < outputs_.size()) {
    static const wl_output_listener listener = {
        [](void*, wl_output*, std::int32_t, std::int32_t, std::int32_t, std::int32_t, std::int32_t,
           const char*, const char*, std::int32_t) {},
        [](void*, wl_output*, std::uint32_t, std::int32_t, std::int32_t, std::int32_t) {},
        [](void*, wl_output*) {},
        [](void*, wl_output*, std::int32_t) {},
        [](void* self, wl_output*, const char* name) { static_cast<Output*>(self)->name = name; },
        [](void*, wl_output*, const char*) {}};
    auto& slot = outputs_[output_count_++];
    slot.object = static_cast<wl_output*>(
        wl_registry_bind(registry, id, &wl_output_interface, std::min(version, kOutputVersion)));
    wl_output_add_listener(slot.object, &listener, &slot);
  }
}

Link::Flushed Link::flush() {
  if (wl_display_flush(display_) >= 0) return Flushed::All;
  return errno == EAGAIN ? Flushed::Blocked : Flushed::Broken;
}

bool Link::roundtrip(SteadyTime deadline) {
  bool done = false;
  static const wl_callback_listener listener = {
      [](void* flag, wl_callback*, std::uint32_t) { *static_cast<bool*>(flag) = true; }};
  wl_callback* callback = wl_display_sync(display_);
  wl_callback_add_listener(callback, &listener, &done);
  bool alive = true;
  while (alive && !done && steady_now() < deadline) {
    const auto flushed = flush();
    alive = flushed != Flushed::Broken && step(-1, flushed == Flushed::Blocked, deadline);
  }
  wl_callback_destroy(callback);
  return done;
}

bool Link::step(int wake_fd, bool want_write, SteadyTime deadline) {
  while (wl_display_prepare_read(display_) != 0)
    if (wl_display_dispatch_pending(display_) < 0) return false;
  pollfd items[2] = {
      {wl_display_get_fd(display_), static_cast<short>(want_write ? POLLIN | POLLOUT : POLLIN), 0},
      {wake_fd, POLLIN, 0}};
  const auto left = std::max<std::int64_t>(0, to_ns(deadline) - steady_now_ns());
  const timespec limit{static_cast<time_t>(left / 1'000'000'000),
                       static_cast<long>(left % 1'000'000'000)};
  const int count = ::ppoll(items, 2, deadline == SteadyTime::max() ? nullptr : &limit, nullptr);
  if (count > 0 && (items[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    if (wl_display_read_events(display_) < 0) return false;
  } else {
    wl_display_cancel_read(display_);
  }
  return wl_display_dispatch_pending(display_) >= 0;
}

}  // namespace pf::input::wlr
