#include "audio/pipewire/microphone_node.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <thread>

#include "audio/pipewire/channels.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"

namespace pf::audio::pipewire {
namespace {
constexpr auto kConnectLimit = std::chrono::seconds(3);
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr unsigned kChannels = 2;
constexpr std::uint32_t kStride = kChannels * sizeof(float);
}  // namespace

std::string microphone_name(const std::string& sink_name) {
  return sink_name + "-microphone";
}

Result<std::unique_ptr<MicrophoneNode>> MicrophoneNode::open(std::shared_ptr<PrivateDaemon> daemon,
                                                             const std::string& socket,
                                                             const Request& request) {
  std::unique_ptr<MicrophoneNode> node(new MicrophoneNode());
  node->daemon_ = std::move(daemon);
  node->name_ = microphone_name("punktfunk-" + request.session_tag);
  auto connection = Connection::open(socket, "pf-mic");
  if (!connection) return pass(connection);
  node->connection_ = std::move(*connection);
  if (auto connected = node->connect(); !connected) return pass(connected);
  return node;
}

Result<> MicrophoneNode::connect() {
  const Connection::Lock lock(*connection_);
  auto* properties = pw_properties_new(
      PW_KEY_MEDIA_CLASS, "Audio/Source", PW_KEY_NODE_NAME, name_.c_str(), PW_KEY_NODE_DESCRIPTION,
      "punktfunk microphone", PW_KEY_NODE_VIRTUAL, "true", PW_KEY_NODE_LATENCY, "240/48000",
      "audio.position", positions(kChannels), nullptr);
  pw_properties_setf(properties, PW_KEY_AUDIO_CHANNELS, "%u", kChannels);
  stream_ = pw_stream_new(connection_->core(), name_.c_str(), properties);
  if (stream_ == nullptr) return fail_errno(errno, "PipeWire stream");
  static const pw_stream_events events = [] {
    pw_stream_events e{};
    e.version = PW_VERSION_STREAM_EVENTS;
    e.state_changed = &MicrophoneNode::on_state;
    e.process = &MicrophoneNode::on_process;
    return e;
  }();
  pw_stream_add_listener(stream_, &hook_, &events, this);
  std::array<std::uint8_t, 1024> memory{};
  const spa_pod* parameters[] = {stream_format(memory, kChannels)};
  constexpr auto kFlags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (const int result = pw_stream_connect(stream_, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                                           static_cast<pw_stream_flags>(kFlags), parameters, 1);
      result < 0)
    return fail(Errc::ConnectFailed, std::generic_category().message(-result));
  const auto deadline = steady_now() + kConnectLimit;
  while (state_ == PW_STREAM_STATE_UNCONNECTED || state_ == PW_STREAM_STATE_CONNECTING) {
    timespec soon{};
    pw_thread_loop_get_time(connection_->loop(), &soon,
                            std::chrono::nanoseconds(kLookAgain).count());
    const bool waited = pw_thread_loop_timed_wait_full(connection_->loop(), &soon) == 0;
    if (waited) continue;
    if (daemon_ && !daemon_->alive()) return fail(Errc::Lost, "the private PipeWire ended");
    if (steady_now() > deadline)
      return fail(Errc::ConnectFailed, "PipeWire did not accept the microphone");
  }
  if (state_ == PW_STREAM_STATE_ERROR)
    return fail(Errc::ConnectFailed, "PipeWire refused the microphone");
  return {};
}

MicrophoneNode::~MicrophoneNode() {
  stop();
  if (stream_ == nullptr) return;
  const Connection::Lock lock(*connection_);
  pw_stream_destroy(stream_);
}

void MicrophoneNode::stop() {
  feed_.store(nullptr);
  // The callback is short; once it is seen outside, it can only find no feed.
  while (in_callback_.load()) std::this_thread::yield();
}

void MicrophoneNode::on_state(void* data, pw_stream_state, pw_stream_state now,
                              const char* error) noexcept {
  auto& self = *static_cast<MicrophoneNode*>(data);
  self.state_ = now;
  if (now == PW_STREAM_STATE_ERROR) {
    try {
      log::warn("audio", "the session's microphone was lost", "microphone", self.name_, "reason",
                error != nullptr ? error : "unknown");
    } catch (...) {  // the caller is C
    }
  }
  pw_thread_loop_signal(self.connection_->loop(), false);
}

void MicrophoneNode::on_process(void* data) noexcept {
  static thread_local bool raised = false;
  if (!raised) {
    raised = true;
    raise_this_thread();
  }
  auto& self = *static_cast<MicrophoneNode*>(data);
  auto* buffer = pw_stream_dequeue_buffer(self.stream_);
  if (buffer == nullptr) return;
  self.in_callback_.store(true);
  if (buffer->buffer->n_datas > 0) {
    const auto& block = buffer->buffer->datas[0];
    if (block.data != nullptr && block.chunk != nullptr) {
      auto frames = block.maxsize / kStride;
      if (buffer->requested > 0)
        frames = static_cast<std::uint32_t>(std::min<std::uint64_t>(frames, buffer->requested));
      const std::span<float> samples(static_cast<float*>(block.data), frames * kChannels);
      if (auto* feed = self.feed_.load(); feed != nullptr)
        feed->fill(samples);
      else
        std::fill(samples.begin(), samples.end(), 0.0F);
      block.chunk->offset = 0;
      block.chunk->stride = kStride;
      block.chunk->size = frames * kStride;
    }
  }
  self.in_callback_.store(false);
  pw_stream_queue_buffer(self.stream_, buffer);
}

}  // namespace pf::audio::pipewire
