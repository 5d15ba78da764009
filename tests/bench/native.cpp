// One native session's sending path over loopback: packetise, FEC, seal, send; both generations.
#include <fmt/format.h>

#include <memory>

#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "bench/native_kinds.hpp"
#include "native/media/video_packets.hpp"
#include "net/udp_socket.hpp"

namespace pf::bench {
namespace {

namespace nm = pf::native::media;

struct Stage {
  const char* name;
  unsigned fec_percentage;
  bool send;
};
constexpr Stage kStages[] = {{"packetise + seal", 0, false},
                             {"packetise + FEC + seal", 10, false},
                             {"packetise + FEC + seal + send", 10, true}};

struct Session {
  Session(const NativeKind& kind, unsigned fec_percentage, std::size_t bytes) : unit(bytes, 0x5A) {
    auto sealer = nm::PacketSealer::create(keys_of(kind));
    PF_ASSERT(sealer.has_value());
    nm::VideoPackets::Config config;
    config.fec_percentage = fec_percentage;
    auto made =
        nm::VideoPackets::create(config, std::move(*sealer), std::make_shared<nm::PacketNumbers>());
    auto open_host = net::UdpSocket::open({});
    auto open_client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
    PF_ASSERT(made && open_host && open_client);
    packets.emplace(std::move(*made));
    host.emplace(std::move(*open_host));
    // Never read: the kernel drops what its buffer does not hold, which costs the sender the same.
    client.emplace(std::move(*open_client));
    route.to = client->local();
  }

  void frame(bool send) {
    static_cast<void>(packets->begin(unit, {}));
    for (auto run = packets->next_run(); run.count != 0; run = packets->next_run())
      if (send) static_cast<void>(host->send_batch(run, route));
  }

  Bytes unit;
  std::optional<nm::VideoPackets> packets;
  std::optional<net::UdpSocket> host;
  std::optional<net::UdpSocket> client;
  net::Route route;
};

void frame_size(const Effort& effort, std::size_t bytes) {
  std::vector<Variant> variants;
  std::vector<std::shared_ptr<Session>> sessions;
  for (const auto& kind : kNativeKinds) {
    for (const auto& stage : kStages) {
      auto session = std::make_shared<Session>(kind, stage.fec_percentage, bytes);
      variants.push_back({fmt::format("{}: {}", kind.name, stage.name),
                          [session, &stage] { session->frame(stage.send); }});
      sessions.push_back(std::move(session));
    }
  }
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  fmt::print(
      "native frame of {} B, {} packets with 10 % parity, one thread: median "
      "(10th..90th percentile)\n",
      bytes, sessions[1]->packets->frame_packets());
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const auto& packets = *sessions[v]->packets;
    const double bits =
        8.0 * static_cast<double>(packets.frame_packets() * packets.datagram_bytes());
    fmt::print("  {:<54} {:8.1f} us ({:.1f}..{:.1f}), {:6.1f} ns a packet, {:5.2f} Gb/s\n",
               variants[v].name, timings[v].median * 1e6, timings[v].low * 1e6,
               timings[v].high * 1e6,
               timings[v].median * 1e9 / static_cast<double>(packets.frame_packets()),
               bits / timings[v].median / 1e9);
  }
}

}  // namespace

void native(const Effort& effort) {
  for (const std::size_t bytes : {41'667UL, 200'000UL, 1'041'667UL}) frame_size(effort, bytes);
}

}  // namespace pf::bench
