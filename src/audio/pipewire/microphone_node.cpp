#include "audio/pipewire/microphone_node.hpp"

#include <algorithm>

namespace pf::audio::pipewire {
namespace {
constexpr unsigned kChannels = 2;
constexpr std::uint32_t kStride = kChannels * sizeof(float);
}  // namespace

std::string microphone_name(const std::string& sink_name) {
  return sink_name + "-microphone";
}

MicrophoneNode::MicrophoneNode(const Request& request)
    : Node("microphone", microphone_name("punktfunk-" + request.session_tag)) {}

Result<std::unique_ptr<MicrophoneNode>> MicrophoneNode::open(std::shared_ptr<PrivateDaemon> daemon,
                                                             const std::string& socket,
                                                             const Request& request) {
  std::unique_ptr<MicrophoneNode> node(new MicrophoneNode(request));
  auto* properties =
      pw_properties_new(PW_KEY_MEDIA_CLASS, "Audio/Source", PW_KEY_NODE_DESCRIPTION,
                        "punktfunk microphone", PW_KEY_NODE_LATENCY, "240/48000", nullptr);
  if (auto connected = node->connect(std::move(daemon), socket, "pf-mic", PW_DIRECTION_OUTPUT,
                                     kChannels, properties);
      !connected)
    return pass(connected);
  return node;
}

MicrophoneNode::~MicrophoneNode() {
  stop();
  disconnect();
}

void MicrophoneNode::stop() {
  feed_.store(nullptr);
  settle();
}

void MicrophoneNode::process(pw_buffer& buffer) noexcept {
  const auto& block = buffer.buffer->datas[0];
  auto frames = block.maxsize / kStride;
  if (buffer.requested > 0)
    frames = static_cast<std::uint32_t>(std::min<std::uint64_t>(frames, buffer.requested));
  const std::span<float> samples(static_cast<float*>(block.data), frames * kChannels);
  if (auto* feed = feed_.load(); feed != nullptr)
    feed->fill(samples);
  else
    std::fill(samples.begin(), samples.end(), 0.0F);
  block.chunk->offset = 0;
  block.chunk->stride = kStride;
  block.chunk->size = frames * kStride;
}

}  // namespace pf::audio::pipewire
