// A client that only measures the way to this host: no session, no display, no slot, just filler on
// the path of pictures (punktfunk1.md 3.5, 6.11; punktfunk2.md 4.1 tags 22 and 24).
#include "base/log.hpp"
#include "native/client.hpp"

namespace pf::native {

bool Client::wants_probes_only() const {
  constexpr std::uint8_t kProbeOnly = 0x02;  // the older way to say it
  const auto& details = hello_.details;
  return details.probe_only || (details.delivery && (details.delivery->flags & kProbeOnly) != 0);
}

media::VideoPackets::Config Client::packet_config() const {
  media::VideoPackets::Config packets;
  packets.shard_payload = agreement_.shard_payload;
  packets.max_shard_payload = agreement_.shard_payload;
  packets.max_data_per_block = data_per_block(agreement_.fec_scheme);
  packets.scheme = agreement_.fec_scheme;
  packets.fec_percentage = agreement_.fec_percent;
  // The first public clients hold parity to the announced share; they cannot follow new packet
  // sizes either (punktfunk1.md 6.5 rule 5, 13.1).
  if (hello_.max_shard_payload == 0) packets.parity_limit_percentage = agreement_.fec_percent;
  return packets;
}

media::ProbeBurst::Config Client::burst_config(const media::Keys& keys) const {
  return {packet_config(), keys, numbers_, *clock_, 0, punch_ ? punch_->socket() : deps_.socket,
          video_};
}

Result<> Client::serve_probes() {
  auto secret = keys();
  if (!secret) return pass(secret);
  // Generation 1 says it so late that a session is reserved by now.
  if (const auto session = std::exchange(session_, std::nullopt))
    deps_.sessions.end(*session, session::EndReason::NeverConnected);
  video_->set_gate(&speed_test_gate_);
  const auto who = facts_.fingerprint.value_or(facts_.peer.address());
  speed_test_ = std::make_unique<SpeedTest>(
      deps_.loop, burst_config(*secret), agreement_.probes,
      [this](const wire::ControlMessage& message) { send(message); },
      deps_.last_tests.of(who, deps_.loop.now()));
  phase_ = Phase::Streaming;
  if (carrier_.generation == wire::Generation::V2)
    to_link([link_to = video_](Link& link) { link.attach({nullptr, link_to}); });
  else
    hold_timer_ = release_later();
  log::info("native", "a client measures its way here", "device", name_, "client",
            hello_.details.label);
  return {};
}

}  // namespace pf::native
