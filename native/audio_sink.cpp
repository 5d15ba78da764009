#include "native/audio_sink.hpp"

#include <algorithm>

namespace pf::native {

void NativeAudioSink::send(const session::AudioPacket& packet) noexcept {
  if (!config_.link->open()) return;
  wire::AudioFrame frame;
  frame.pts_ns = config_.clock.at(packet.captured_ns).wire_ns;
  // What was captured before this session's clock began is old, and would all carry one time.
  if (frame.pts_ns <= last_pts_ns_) return;
  last_pts_ns_ = frame.pts_ns;
  frame.seq = seq_++;
  // An empty packet is silence to the client, and costs next to nothing.
  if (!packet.silent || config_.pcm) frame.payload = packet.bytes;

  std::array<std::uint8_t, 2 * kMaxPacket> datagram{};
  const auto room = std::min(config_.port->max_datagram_bytes(), datagram.size());
  std::size_t bytes = 0;
  if (config_.redundant) {
    frame.form = wire::Tag::AudioRedundant;
    frame.previous = ByteSpan(previous_.data(), previous_bytes_);
    bytes = wire::encode_audio(config_.generation, frame, MutableByteSpan(datagram.data(), room));
    previous_bytes_ = frame.payload.size() <= previous_.size() ? frame.payload.size() : 0;
    std::copy_n(frame.payload.begin(), previous_bytes_, previous_.begin());
  }
  if (bytes == 0) {  // not agreed on, or too large for one datagram
    frame.form = config_.pcm ? wire::Tag::AudioPcm : wire::Tag::Audio;
    frame.previous = {};
    bytes = wire::encode_audio(config_.generation, frame, MutableByteSpan(datagram.data(), room));
  }
  if (bytes != 0) config_.port->push(ByteSpan(datagram.data(), bytes));
}

void TimingSender::on_frame_sent(const media::FrameTiming& timing) noexcept {
  std::array<std::uint8_t, 64> datagram{};
  wire::HostTiming body;
  body.pts_ns = timing.pts_ns;
  body.host_us = timing.total_us;
  body.stages = wire::HostTiming::Stages{timing.queue_us, timing.encode_us, timing.pace_us};
  const auto bytes = wire::encode_host_timing(generation_, body, datagram);
  if (bytes != 0) port_->push(ByteSpan(datagram.data(), bytes));
}

}  // namespace pf::native
