// One frame from access unit to finished datagrams, and on to the kernel.
#include <fmt/format.h>

#include <memory>

#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "gamestream/video_packets.hpp"
#include "net/udp_socket.hpp"

namespace pf::bench {
namespace {

struct Rate {
  const char* name;
  std::size_t frame_bytes;
};
// At 60 frames a second.
constexpr Rate kRates[] = {{"20 Mb/s", 41'667}, {"150 Mb/s", 312'500}, {"500 Mb/s", 1'041'667}};

struct Setup {
  explicit Setup(bool encrypted, std::size_t bytes) : bitstream(bytes, 0x5A) {
    gamestream::VideoPackets::Config config;
    config.packet_size = encrypted ? 1360 : 1392;
    config.min_parity = 2;
    if (encrypted) config.key.emplace();
    auto made = gamestream::VideoPackets::create(config);
    PF_ASSERT(made.has_value());
    packets.emplace(std::move(*made));
    unit = media::AccessUnit(bitstream, nullptr, nullptr);
    auto open_host = net::UdpSocket::open({});
    auto open_client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
    PF_ASSERT(open_host && open_client);
    host.emplace(std::move(*open_host));
    // Never read: the kernel drops what its buffer does not hold, which costs the sender the same.
    client.emplace(std::move(*open_client));
  }

  void run(net::BatchMode mode, bool send) {
    net::Route route{.to = client->local(), .from = {}, .mode = mode};
    static_cast<void>(packets->begin(unit, 1, 2));
    for (auto block = packets->next_block(); block.count != 0; block = packets->next_block())
      if (send) static_cast<void>(host->send_batch(block, route));
  }

  Bytes bitstream;
  media::AccessUnit unit;
  std::optional<gamestream::VideoPackets> packets;
  std::optional<net::UdpSocket> host;
  std::optional<net::UdpSocket> client;
};

void print(const std::vector<Variant>& variants, const std::vector<Timing>& timings,
           std::size_t packets) {
  for (std::size_t v = 0; v < variants.size(); ++v)
    fmt::print("  {:<36} {:9.1f} us ({:.1f}..{:.1f}), {:7.1f} ns a packet\n", variants[v].name,
               timings[v].median * 1e6, timings[v].low * 1e6, timings[v].high * 1e6,
               timings[v].median * 1e9 / static_cast<double>(packets));
}

}  // namespace

void frames(const Effort& effort) {
  for (const auto& rate : kRates) {
    const auto plain = std::make_shared<Setup>(false, rate.frame_bytes);
    const auto sealed = std::make_shared<Setup>(true, rate.frame_bytes);
    const std::vector<Variant> variants = {
        {"packetise + FEC", [=] { plain->run(net::BatchMode::Segmentation, false); }},
        {"packetise + FEC + seal", [=] { sealed->run(net::BatchMode::Segmentation, false); }},
        {"packetise + FEC + send", [=] { plain->run(net::BatchMode::Segmentation, true); }},
        {"packetise + FEC + seal + send",
         [=] { sealed->run(net::BatchMode::Segmentation, true); }}};
    const auto timings = measure(variants, effort.rounds, effort.round_seconds);
    fmt::print("frame of {} B ({} at 60 Hz, {} packets): median (10th..90th percentile)\n",
               rate.frame_bytes, rate.name, sealed->packets->frame_packets());
    print(variants, timings, sealed->packets->frame_packets());
  }
}

void sending(const Effort& effort) {
  constexpr std::size_t kPackets = 230;
  constexpr std::size_t kBytes = 1408;
  auto host = net::UdpSocket::open({});
  auto client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
  PF_ASSERT(host && client);
  const Bytes memory(kPackets * kBytes);
  std::vector<net::Route> routes;
  for (const auto mode :
       {net::BatchMode::Segmentation, net::BatchMode::Multiple, net::BatchMode::Single})
    routes.push_back({.to = client->local(), .from = {}, .mode = mode});
  const auto send = [&](net::Route& route) {
    static_cast<void>(host->send_batch({memory.data(), kBytes, kBytes, kPackets}, route));
  };
  const std::vector<Variant> variants = {{"segmentation offload", [&] { send(routes[0]); }},
                                         {"sendmmsg", [&] { send(routes[1]); }},
                                         {"sendto", [&] { send(routes[2]); }}};
  const auto timings = measure(variants, effort.rounds, effort.round_seconds);
  fmt::print("send {} x {} B over loopback: median (10th..90th percentile)\n", kPackets, kBytes);
  print(variants, timings, kPackets);
  if (routes[0].mode != net::BatchMode::Segmentation)
    fmt::print("  segmentation offload was refused here and fell back\n");
}

}  // namespace pf::bench
