#include "audio/pipewire/connection.hpp"

#include <cerrno>
#include <mutex>

#include "audio/source.hpp"

namespace pf::audio::pipewire {

Result<std::unique_ptr<Connection>> Connection::open(const std::string& socket, const char* name) {
  static std::once_flag once;
  std::call_once(once, [] { pw_init(nullptr, nullptr); });
  std::unique_ptr<Connection> c(new Connection());
  c->loop_ = pw_thread_loop_new(name, nullptr);
  if (c->loop_ == nullptr) return fail_errno(errno, "PipeWire event thread");
  c->context_ = pw_context_new(pw_thread_loop_get_loop(c->loop_), nullptr, 0);
  if (c->context_ == nullptr) return fail_errno(errno, "PipeWire context");
  if (pw_thread_loop_start(c->loop_) < 0) return fail_errno(errno, "PipeWire event thread");
  const Lock lock(*c);
  c->core_ = pw_context_connect(
      c->context_,
      pw_properties_new(PW_KEY_REMOTE_NAME, socket.c_str(), PW_KEY_APP_NAME, "punktfunk", nullptr),
      0);
  if (c->core_ == nullptr)
    return fail(Errc::ConnectFailed, socket + ": " + std::generic_category().message(errno));
  return c;
}

void Connection::stop() {
  if (loop_ != nullptr) pw_thread_loop_stop(loop_);
}

Connection::~Connection() {
  stop();
  if (core_ != nullptr) pw_core_disconnect(core_);
  if (context_ != nullptr) pw_context_destroy(context_);
  if (loop_ != nullptr) pw_thread_loop_destroy(loop_);
}

}  // namespace pf::audio::pipewire
