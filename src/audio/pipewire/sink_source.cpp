#include "audio/pipewire/sink_source.hpp"

#include <algorithm>

#include "audio/pipewire/microphone_node.hpp"

namespace pf::audio::pipewire {

SinkSource::SinkSource(const Request& request)
    : Node("sink", "punktfunk-" + request.session_tag),
      channels_(static_cast<unsigned>(request.speakers)) {}

Result<std::unique_ptr<SinkSource>> SinkSource::open(std::shared_ptr<PrivateDaemon> daemon,
                                                     const std::string& socket,
                                                     std::map<std::string, std::string> environment,
                                                     const Request& request, std::string journal) {
  std::unique_ptr<SinkSource> source(new SinkSource(request));
  source->environment_ = std::move(environment);
  if (!daemon) source->desktop_ = socket;
  source->journal_ = std::move(journal);
  source->environment_["PIPEWIRE_NODE"] = source->node_name();
  if (source->environment_.contains("PULSE_SERVER")) {
    source->environment_["PULSE_SINK"] = source->node_name();
    source->environment_["PULSE_SOURCE"] = microphone_name(source->node_name());
  }
  auto* properties = pw_properties_new(PW_KEY_MEDIA_CLASS, "Audio/Sink", PW_KEY_NODE_DESCRIPTION,
                                       "punktfunk stream", PW_KEY_NODE_ALWAYS_PROCESS, "true",
                                       "session.suspend-timeout-seconds", "0", nullptr);
  // One Opus packet a tick. A desktop's daemon usually rounds down to a power of two, where 240
  // would become 128.
  const unsigned quantum = daemon ? 240 : 256;
  pw_properties_setf(properties, PW_KEY_NODE_LATENCY, "%u/48000", quantum);
  pw_properties_setf(properties, PW_KEY_NODE_FORCE_QUANTUM, "%u", quantum);
  if (auto connected = source->connect(std::move(daemon), socket, "pf-audio", PW_DIRECTION_INPUT,
                                       source->channels_, properties);
      !connected)
    return pass(connected);
  return source;
}

SinkSource::~SinkSource() {
  default_.reset();  // programs go to the next sink while this one still takes what they play
  stop();
  disconnect();
}

Result<> SinkSource::start(SampleSink& sink) {
  sink_.store(&sink);
  return {};
}

void SinkSource::stop() {
  sink_.store(nullptr);
  settle();
}

Result<> SinkSource::follow_desktop() {
  if (default_ || desktop_.empty()) return {};
  if (journal_.empty())
    return fail(Errc::Unavailable, "no folder keeps what is to be restored afterwards");
  auto taken = DefaultSink::take(desktop_, node_name(), journal_);
  if (!taken) return pass(taken);
  default_ = std::move(*taken);
  return {};
}

void SinkSource::process(pw_buffer& buffer) noexcept {
  auto* sink = sink_.load();
  if (sink == nullptr) return;
  const auto& block = buffer.buffer->datas[0];
  const auto offset = std::min(block.chunk->offset, block.maxsize);
  const auto bytes = std::min(block.chunk->size, block.maxsize - offset);
  const void* from = static_cast<const std::uint8_t*>(block.data) + offset;
  const auto whole = bytes / sizeof(float) / channels_ * channels_;
  if (whole > 0) sink->on_samples({static_cast<const float*>(from), whole});
}

}  // namespace pf::audio::pipewire
