#include "audio/pipewire/node.hpp"

#include <time.h>

#include <array>
#include <cerrno>
#include <thread>

#include "audio/pipewire/channels.hpp"
#include "audio/source.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"

namespace pf::audio::pipewire {
namespace {
constexpr auto kConnectLimit = std::chrono::seconds(3);
constexpr auto kLookAgain = std::chrono::milliseconds(100);
}  // namespace

Node::~Node() = default;

Result<> Node::connect(std::shared_ptr<PrivateDaemon> daemon, const std::string& socket,
                       const char* thread, pw_direction direction, unsigned channels,
                       pw_properties* properties) {
  daemon_ = std::move(daemon);
  auto connection = Connection::open(socket, thread);
  if (!connection) {
    pw_properties_free(properties);
    return pass(connection);
  }
  connection_ = std::move(*connection);
  const Connection::Lock lock(*connection_);
  pw_properties_set(properties, PW_KEY_NODE_NAME, name_.c_str());
  pw_properties_set(properties, PW_KEY_NODE_VIRTUAL, "true");
  pw_properties_setf(properties, PW_KEY_AUDIO_CHANNELS, "%u", channels);
  pw_properties_set(properties, "audio.position", positions(channels));
  stream_ = pw_stream_new(connection_->core(), name_.c_str(), properties);
  if (stream_ == nullptr) return fail_errno(errno, "PipeWire stream");
  static const pw_stream_events events = [] {
    pw_stream_events e{};
    e.version = PW_VERSION_STREAM_EVENTS;
    e.state_changed = &Node::on_state;
    e.process = &Node::on_process;
    return e;
  }();
  pw_stream_add_listener(stream_, &hook_, &events, this);
  std::array<std::uint8_t, 1024> memory{};
  const spa_pod* parameters[] = {stream_format(memory, channels)};
  constexpr auto kFlags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (const int result = pw_stream_connect(stream_, direction, PW_ID_ANY,
                                           static_cast<pw_stream_flags>(kFlags), parameters, 1);
      result < 0)
    return fail(Errc::ConnectFailed, std::generic_category().message(-result));
  return wait_until_known();
}

// Under the connection's lock.
Result<> Node::wait_until_known() {
  const auto deadline = steady_now() + kConnectLimit;
  while (state_ == PW_STREAM_STATE_UNCONNECTED || state_ == PW_STREAM_STATE_CONNECTING) {
    timespec soon{};
    pw_thread_loop_get_time(connection_->loop(), &soon,
                            std::chrono::nanoseconds(kLookAgain).count());
    const bool waited = pw_thread_loop_timed_wait_full(connection_->loop(), &soon) == 0;
    if (waited) continue;
    if (daemon_ && !daemon_->alive()) return fail(Errc::Lost, "the private PipeWire ended");
    if (steady_now() > deadline)
      return fail(Errc::ConnectFailed, std::string("PipeWire did not accept the ") + what_);
  }
  if (state_ == PW_STREAM_STATE_ERROR)
    return fail(Errc::ConnectFailed, std::string("PipeWire refused the ") + what_);
  return {};
}

void Node::disconnect() {
  if (stream_ == nullptr) return;
  const Connection::Lock lock(*connection_);
  // The real-time thread reads the pointer until the library has taken the node off its loop.
  pw_stream_destroy(stream_);
  stream_ = nullptr;
}

void Node::settle() const {
  // The callback is short; once it is seen outside, it can only find the state after.
  while (in_callback_.load()) std::this_thread::yield();
}

void Node::on_state(void* data, pw_stream_state, pw_stream_state now, const char* error) noexcept {
  auto& self = *static_cast<Node*>(data);
  self.state_ = now;
  if (now == PW_STREAM_STATE_ERROR) {
    try {
      log::warn("audio", "a node of the session was lost", "what", self.what_, "node", self.name_,
                "reason", error != nullptr ? error : "unknown");
    } catch (...) {  // the caller is C
    }
  }
  pw_thread_loop_signal(self.connection_->loop(), false);
}

void Node::on_process(void* data) noexcept {
  static thread_local bool raised = false;
  if (!raised) {
    raised = true;
    raise_this_thread();
  }
  auto& self = *static_cast<Node*>(data);
  auto* buffer = pw_stream_dequeue_buffer(self.stream_);
  if (buffer == nullptr) return;
  self.in_callback_.store(true);
  if (buffer->buffer->n_datas > 0) {
    const auto& block = buffer->buffer->datas[0];
    if (block.data != nullptr && block.chunk != nullptr) self.process(*buffer);
  }
  self.in_callback_.store(false);
  pw_stream_queue_buffer(self.stream_, buffer);
}

}  // namespace pf::audio::pipewire
