// The control half of the client's thread: ENet, envelopes, the way to IPv6 hosts.
#include <arpa/inet.h>

#include "support/gs_client_engine.hpp"

namespace pf::test::gs {
namespace {

constexpr std::size_t kChannels = 48;  // gamestream.md 5.1

}  // namespace

void GsStream::Engine::connect(const StreamPlan& plan) {
  plan_ = plan;
  random_.seed(plan.seed);
  store_be(legacy_iv_.data(), plan.rikeyid);
  const auto key = [&](bool encrypted) {
    return encrypted ? std::optional(plan.key) : std::nullopt;
  };
  video_receiver_ = std::make_unique<GsVideoReceiver>(
      GsVideoReceiver::Config{plan.packet_size, key(plan.video_encrypted)});
  audio_receiver_ = std::make_unique<GsAudioReceiver>(
      GsAudioReceiver::Config{plan.audio_duration, key(plan.audio_encrypted), plan.rikeyid});
  opus_.emplace(plan.channels, plan.opus_streams, plan.opus_coupled, plan.opus_mapping);

  ENetAddress to{};
  to.host = htonl(INADDR_LOOPBACK);
  to.port = plan.control_port;
  if (Address{plan.host, 0}.is_v6()) {
    relay_in_ = open_udp({"127.0.0.1", 0});
    relay_out_ = open_udp({"::1", 0});
    RawAddress local;
    local.size = sizeof local.storage;
    ::getsockname(relay_in_.get(), local.get(), &local.size);
    to.port = local.port();
  }
  enet_ = enet_host_create(nullptr, 1, kChannels, 0, 0);
  PF_ASSERT(enet_ != nullptr);
  peer_ = enet_host_connect(enet_, &to, kChannels, plan.connect_data);
  PF_ASSERT(peer_ != nullptr);
  enet_peer_timeout(peer_, 2, 10'000, 10'000);
}

void GsStream::Engine::read_relay() {
  if (!relay_in_) return;
  Datagram datagram;
  const auto out = raw({plan_.host, plan_.control_port});
  while (receive(relay_in_.get(), datagram)) {
    relay_peer_ = datagram.from;
    ::sendto(relay_out_.get(), datagram.bytes.data(), datagram.bytes.size(), 0, out.get(),
             out.size);
  }
  while (receive(relay_out_.get(), datagram))
    ::sendto(relay_in_.get(), datagram.bytes.data(), datagram.bytes.size(), 0, relay_peer_.get(),
             relay_peer_.size);
}

void GsStream::Engine::service_control() {
  if (enet_ == nullptr) return;
  ENetEvent event{};
  while (enet_ != nullptr && enet_host_service(enet_, &event, 0) > 0) {
    switch (event.type) {
      case ENET_EVENT_TYPE_CONNECT: {
        connected_ = true;
        next_media_ping_ = {};
        send_control(
            plan_.scheme == IvScheme::Legacy ? control_type::kStartA : control_type::kRequestIdr,
            Bytes(2), 1, true);
        send_control(control_type::kStartB, Bytes(1), 0, true);
        change([](StreamState& s) { s.control_connected = true; });
        break;
      }
      case ENET_EVENT_TYPE_RECEIVE: {
        on_control({event.packet->data, event.packet->dataLength});
        enet_packet_destroy(event.packet);
        break;
      }
      case ENET_EVENT_TYPE_DISCONNECT:
        connected_ = false;
        peer_ = nullptr;
        change([](StreamState& s) { s.control_closed = true; });
        break;
      case ENET_EVENT_TYPE_NONE:
        break;
    }
  }
}

void GsStream::Engine::on_control(ByteSpan wire) {
  auto message = open_control(plan_.key, plan_.scheme, true, wire);
  if (!message) return violated(message.error().message());
  const bool legacy = plan_.scheme == IvScheme::Legacy;
  if (!legacy && message->sequence != received_sequence_)
    violated("control sequence " + std::to_string(message->sequence) + " instead of " +
             std::to_string(received_sequence_));
  received_sequence_ = message->sequence + 1;
  if (legacy && message->type == control_type::kLegacyTermination) {
    if (message->payload.size() != 2) return violated("termination without a reason");
    change([&](StreamState& s) {
      s.termination = load_le<std::uint16_t>(message->payload.data());
      s.termination_ns = steady_now_ns();
    });
    return close_control();
  }
  if (message->type != control_type::kTermination) {
    change([&](StreamState& s) { s.messages.push_back(std::move(*message)); });
    return;
  }
  if (message->payload.size() != 4) return violated("termination without a reason");
  change([&](StreamState& s) {
    s.termination = load_be<std::uint32_t>(message->payload.data());
    s.termination_ns = steady_now_ns();
  });
  close_control();
}

// The client tears the connection down on receipt of a termination (gamestream.md 5.4).
void GsStream::Engine::close_control() {
  connected_ = false;
  if (peer_ != nullptr) enet_peer_disconnect_now(peer_, 0);
  peer_ = nullptr;
  change([](StreamState& s) { s.control_closed = true; });
}

void GsStream::Engine::send_control(std::uint16_t type, ByteSpan payload, std::uint8_t channel,
                                    bool reliable) {
  if (!connected_) return;
  if (plan_.scheme == IvScheme::Legacy) return send_legacy(type, payload);
  send_packet(seal_control(plan_.key, plan_.scheme, false, sent_sequence_++, type, payload),
              channel, reliable);
}

// gamestream.md 5.5; these clients use one channel.
void GsStream::Engine::send_legacy(std::uint16_t type, ByteSpan payload) {
  Bytes wire;
  ByteWriter(wire).le(type);
  const auto body = type == control_type::kInput ? seal_legacy_input(plan_.key, legacy_iv_, payload)
                                                 : Bytes(payload.begin(), payload.end());
  wire.insert(wire.end(), body.begin(), body.end());
  send_packet(wire, 0, true);
}

void GsStream::Engine::send_packet(ByteSpan bytes, std::uint8_t channel, bool reliable) {
  if (peer_ == nullptr) return;
  auto* packet = enet_packet_create(bytes.data(), bytes.size(),
                                    reliable ? std::uint32_t{ENET_PACKET_FLAG_RELIABLE} : 0U);
  // Peers with fewer channels get everything on the first (gamestream.md 5.1).
  if (enet_peer_send(peer_, channel < peer_->channelCount ? channel : std::uint8_t{0}, packet) < 0)
    enet_packet_destroy(packet);
  enet_host_flush(enet_);
}

void GsStream::Engine::request_idr() {
  if (plan_.scheme != IvScheme::Legacy)
    return send_control(control_type::kRequestIdr, Bytes(2), 1, true);
  // They know no other way: the last 32 frames are named as lost.
  Bytes range;
  ByteWriter(range)
      .le(std::uint64_t{last_frame_ < 32 ? 0 : last_frame_ - 32})
      .le(std::uint64_t{last_frame_})
      .le(std::uint64_t{0});
  send_legacy(control_type::kInvalidate, range);
}

void GsStream::Engine::say_goodbye() {
  if (peer_ != nullptr) enet_peer_disconnect_later(peer_, 0);
}

}  // namespace pf::test::gs
