#include "audio/pipewire/sink_source.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <thread>

#include "audio/pipewire/channels.hpp"
#include "audio/pipewire/microphone_node.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"

namespace pf::audio::pipewire {
namespace {
constexpr auto kConnectLimit = std::chrono::seconds(3);
constexpr auto kLookAgain = std::chrono::milliseconds(100);
}  // namespace

Result<std::unique_ptr<SinkSource>> SinkSource::open(std::shared_ptr<PrivateDaemon> daemon,
                                                     const std::string& socket,
                                                     std::map<std::string, std::string> environment,
                                                     const Request& request) {
  std::unique_ptr<SinkSource> source(new SinkSource());
  source->daemon_ = std::move(daemon);
  source->environment_ = std::move(environment);
  source->sink_name_ = "punktfunk-" + request.session_tag;
  source->environment_["PIPEWIRE_NODE"] = source->sink_name_;
  if (source->environment_.contains("PULSE_SERVER")) {
    source->environment_["PULSE_SINK"] = source->sink_name_;
    source->environment_["PULSE_SOURCE"] = microphone_name(source->sink_name_);
  }
  source->channels_ = static_cast<unsigned>(request.speakers);
  auto connection = Connection::open(socket, "pf-audio");
  if (!connection) return pass(connection);
  source->connection_ = std::move(*connection);
  if (auto connected = source->connect(request); !connected) return pass(connected);
  return source;
}

Result<> SinkSource::connect(const Request&) {
  const Connection::Lock lock(*connection_);
  auto* properties = pw_properties_new(
      PW_KEY_MEDIA_CLASS, "Audio/Sink", PW_KEY_NODE_NAME, sink_name_.c_str(),
      PW_KEY_NODE_DESCRIPTION, "punktfunk stream", PW_KEY_NODE_VIRTUAL, "true", PW_KEY_NODE_LATENCY,
      "240/48000", PW_KEY_NODE_FORCE_QUANTUM, "240", PW_KEY_NODE_ALWAYS_PROCESS, "true",
      "session.suspend-timeout-seconds", "0", nullptr);
  // One Opus packet a tick. A desktop's daemon usually rounds down to a power of two, where 240
  // would become 128.
  const unsigned quantum = daemon_ ? 240 : 256;
  pw_properties_setf(properties, PW_KEY_NODE_LATENCY, "%u/48000", quantum);
  pw_properties_setf(properties, PW_KEY_NODE_FORCE_QUANTUM, "%u", quantum);
  pw_properties_setf(properties, PW_KEY_AUDIO_CHANNELS, "%u", channels_);
  pw_properties_setf(properties, "audio.position", "%s", positions(channels_));
  stream_ = pw_stream_new(connection_->core(), sink_name_.c_str(), properties);
  if (stream_ == nullptr) return fail_errno(errno, "PipeWire stream");
  static const pw_stream_events events = [] {
    pw_stream_events e{};
    e.version = PW_VERSION_STREAM_EVENTS;
    e.state_changed = &SinkSource::on_state;
    e.process = &SinkSource::on_process;
    return e;
  }();
  pw_stream_add_listener(stream_, &hook_, &events, this);
  std::array<std::uint8_t, 1024> memory{};
  const spa_pod* parameters[] = {stream_format(memory, channels_)};
  constexpr auto kFlags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (const int result = pw_stream_connect(stream_, PW_DIRECTION_INPUT, PW_ID_ANY,
                                           static_cast<pw_stream_flags>(kFlags), parameters, 1);
      result < 0)
    return fail(Errc::ConnectFailed, std::generic_category().message(-result));
  // Until the daemon knows the sink, so that a program started now finds it.
  const auto deadline = steady_now() + kConnectLimit;
  while (state_ == PW_STREAM_STATE_UNCONNECTED || state_ == PW_STREAM_STATE_CONNECTING) {
    timespec soon{};
    pw_thread_loop_get_time(connection_->loop(), &soon,
                            std::chrono::nanoseconds(kLookAgain).count());
    const bool waited = pw_thread_loop_timed_wait_full(connection_->loop(), &soon) == 0;
    if (waited) continue;
    if (daemon_ && !daemon_->alive()) return fail(Errc::Lost, "the private PipeWire ended");
    if (steady_now() > deadline)
      return fail(Errc::ConnectFailed, "PipeWire did not accept the session's sink");
  }
  if (state_ == PW_STREAM_STATE_ERROR)
    return fail(Errc::ConnectFailed, "PipeWire refused the session's sink");
  return {};
}

SinkSource::~SinkSource() {
  stop();
  if (stream_ == nullptr) return;
  const Connection::Lock lock(*connection_);
  pw_stream_destroy(stream_);
}

Result<> SinkSource::start(SampleSink& sink) {
  sink_.store(&sink);
  return {};
}

void SinkSource::stop() {
  sink_.store(nullptr);
  // The callback is short; once it is seen outside, it can only find no sink.
  while (in_callback_.load()) std::this_thread::yield();
}

void SinkSource::on_state(void* data, pw_stream_state, pw_stream_state now,
                          const char* error) noexcept {
  auto& self = *static_cast<SinkSource*>(data);
  self.state_ = now;
  if (now == PW_STREAM_STATE_ERROR) {
    try {
      log::warn("audio", "the session's sink was lost", "sink", self.sink_name_, "reason",
                error != nullptr ? error : "unknown");
    } catch (...) {  // the caller is C
    }
  }
  pw_thread_loop_signal(self.connection_->loop(), false);
}

void SinkSource::on_process(void* data) noexcept {
  static thread_local bool raised = false;
  if (!raised) {
    raised = true;
    raise_this_thread();
  }
  auto& self = *static_cast<SinkSource*>(data);
  auto* buffer = pw_stream_dequeue_buffer(self.stream_);
  if (buffer == nullptr) return;
  self.in_callback_.store(true);
  if (auto* sink = self.sink_.load(); sink != nullptr && buffer->buffer->n_datas > 0) {
    const auto& block = buffer->buffer->datas[0];
    if (block.data != nullptr && block.chunk != nullptr) {
      const auto offset = std::min(block.chunk->offset, block.maxsize);
      const auto bytes = std::min(block.chunk->size, block.maxsize - offset);
      const void* from = static_cast<const std::uint8_t*>(block.data) + offset;
      const auto whole = bytes / sizeof(float) / self.channels_ * self.channels_;
      if (whole > 0) sink->on_samples({static_cast<const float*>(from), whole});
    }
  }
  self.in_callback_.store(false);
  pw_stream_queue_buffer(self.stream_, buffer);
}

}  // namespace pf::audio::pipewire
