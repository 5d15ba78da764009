#include "native/media/receiver.hpp"

#include "native/media/packet_v1.hpp"
#include "native/media/packet_v2.hpp"

namespace pf::native::media {
namespace {

Reassembler::Config reassembly(const Receiver::Config& config) {
  Reassembler::Config made;
  made.generation = config.keys.generation();
  made.limits = config.limits;
  made.clock_origin_ns = config.clock_origin_ns;
  return made;
}

}  // namespace

struct Receiver::Impl {
  Impl(const Config& config, PacketOpener o)
      : generation(config.keys.generation()),
        limits(config.limits),
        opener(std::move(o)),
        video(reassembly(config)),
        probe(reassembly(config)) {}

  Generation generation;
  PacketLimits limits;
  PacketOpener opener;
  Reassembler video, probe;
  Stats stats;
};

Receiver::Receiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

Result<Receiver> Receiver::create(const Config& config) {
  const auto& limits = config.limits;
  if (limits.max_data_per_block == 0 || limits.min_shard_payload == 0 ||
      limits.max_frame_bytes == 0)
    return fail(Errc::BadConfig, "limits of the receiver");
  auto opener = PacketOpener::create(config.keys);
  if (!opener) return pass(opener);
  return Receiver(std::make_unique<Impl>(config, std::move(*opener)));
}

std::optional<ReceivedFrame> Receiver::feed(MutableByteSpan datagram) {
  auto& s = *impl_;
  ++s.stats.datagrams;
  s.stats.bytes += datagram.size();
  OpenedPacket packet;
  switch (s.opener.open(datagram, packet)) {
    case OpenStatus::Opened:
      break;
    case OpenStatus::Malformed:
      ++s.stats.malformed;
      return std::nullopt;
    case OpenStatus::Forged:
      ++s.stats.forged;
      return std::nullopt;
    case OpenStatus::Replayed:
      ++s.stats.replayed;
      return std::nullopt;
  }
  Shard shard;
  PacketCheck check;
  if (s.generation == Generation::V1) {
    HeaderV1 header;
    check = check_v1(packet.plain, s.limits, header, shard);
  } else {
    HeaderV2 header;
    check = check_v2(packet.plain, packet.stream, s.limits, header, shard);
  }
  ++s.stats.rejected[static_cast<std::size_t>(check)];
  if (check != PacketCheck::Good) return std::nullopt;
  if (shard.stream == Stream::Probe) {
    ++s.stats.probe_packets;
    s.probe.feed(shard);
    return std::nullopt;
  }
  return s.video.feed(shard);
}

const Receiver::Stats& Receiver::stats() const {
  return impl_->stats;
}
const Reassembler& Receiver::video() const {
  return impl_->video;
}
const Reassembler& Receiver::probe() const {
  return impl_->probe;
}

}  // namespace pf::native::media
