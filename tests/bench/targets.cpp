// The product's bars, each as a ratio measured in one run: round by round against what hosts of
// this kind usually do (usual_path.hpp), the median with the 10th and 90th percentile.
#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <optional>
#include <random>

#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "bench/usual_path.hpp"
#include "crypto/aead.hpp"
#include "crypto/aead_libraries.hpp"
#include "fec/rs16.hpp"
#include "fec/rs8.hpp"
#include "gamestream/video_packets.hpp"

namespace pf::bench {
namespace {

void row(const char* what, const Spread& times, double bar) {
  fmt::print("  {:<66} {:7.2f} x ({:.2f}..{:.2f}), bar {:.1f}: {}\n", what, times.median, times.low,
             times.high, bar, times.median >= bar ? "met" : "MISSED");
}

// The same frame by both ways; what leaves goes to a socket that nobody reads.
struct Paths {
  explicit Paths(std::size_t bytes) : bitstream(bytes, 0x5A), usual(1360, 20, true) {
    gamestream::VideoPackets::Config config;
    config.packet_size = 1360;
    config.min_parity = 2;
    config.key.emplace();
    auto made = gamestream::VideoPackets::create(config);
    auto open_host = net::UdpSocket::open({});
    auto open_client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
    PF_ASSERT(made && open_host && open_client);
    packets.emplace(std::move(*made));
    host.emplace(std::move(*open_host));
    client.emplace(std::move(*open_client));
    unit = media::AccessUnit(bitstream, nullptr, nullptr);
    route.to = client->local();
  }
  void ours(bool send) {
    static_cast<void>(packets->begin(unit, 1, 2));
    for (auto block = packets->next_block(); block.count != 0; block = packets->next_block())
      if (send) static_cast<void>(host->send_batch(block, route));
  }
  void theirs(bool send) { usual.frame(bitstream, send ? &*host : nullptr, route); }

  Bytes bitstream;
  media::AccessUnit unit;
  UsualPath usual;
  std::optional<gamestream::VideoPackets> packets;
  std::optional<net::UdpSocket> host, client;
  net::Route route;
};

void frames(const Effort& effort, std::size_t bytes, const char* with, double bar_with,
            const char* without, double bar_without) {
  const auto paths = std::make_shared<Paths>(bytes);
  const auto t = measure({{"", [=] { paths->theirs(true); }},
                          {"", [=] { paths->ours(true); }},
                          {"", [=] { paths->theirs(false); }},
                          {"", [=] { paths->ours(false); }}},
                         effort.rounds, effort.round_seconds);
  row(with, ratio(t[0], t[1]), bar_with);
  if (without != nullptr) row(without, ratio(t[2], t[3]), bar_without);
}

void parity_ratios(const Effort& effort) {
  constexpr unsigned kData = 200, kParity = 40;
  const auto rate = [&](std::size_t bytes, TableKernel table, fec::Kernel kernel) {
    const auto memory = std::make_shared<Bytes>((kData + kParity) * bytes);
    std::mt19937 random(1);
    for (auto& b : *memory) b = static_cast<std::uint8_t>(random());
    std::uint8_t* data = memory->data();
    std::uint8_t* out = data + kData * bytes;
    const fec::Rs8Plan plan(kData, kParity, kernel);
    const auto t = measure({{"",
                             [=] {
                               static_cast<void>(memory);
                               table_parity(table, data, out, bytes, bytes, kData, kParity);
                             }},
                            {"", [=] { plan.encode(data, out, bytes, bytes); }}},
                           effort.rounds, effort.round_seconds);
    return ratio(t[0], t[1]);
  };
  row("GF(2^8) parity 200+40 x 1408 B, best kernels",  // the widest table kernel here
      rate(1408, best_table_kernel(), fec::best_kernel()), 18);
  row("GF(2^8) parity 200+40 x 1376 B, best kernels",
      rate(1376, best_table_kernel(), fec::best_kernel()), 18);
  for (const auto kernel : fec::available_kernels())
    if (kernel == fec::Kernel::Avx2 && has_table_kernel(TableKernel::Avx2))
      row("GF(2^8) parity 200+40 x 1408 B, AVX2 without GFNI both",
          rate(1408, TableKernel::Avx2, kernel), 6.5);
}

// Forty data shards of two hundred from all that is left; without the inversion of a matrix that
// the usual way needs on top.
void repair(const Effort& effort) {
  constexpr unsigned kData = 200, kParity = 40;
  constexpr std::size_t kBytes = 1408;
  const auto memory = std::make_shared<Bytes>((kData + kParity) * kBytes, 3);
  std::vector<std::uint8_t*> shards;
  for (unsigned i = 0; i < kData + kParity; ++i) shards.push_back(memory->data() + i * kBytes);
  std::vector<std::uint8_t> present(kData + kParity, 1);
  for (unsigned i = 0; i < kParity; ++i) present[i * kData / kParity] = 0;
  const fec::Rs8Plan plan(kData, kParity);
  const auto t =
      measure({{"",
                [=] {
                  table_parity(best_table_kernel(), memory->data(), memory->data() + kData * kBytes,
                               kBytes, kBytes, kData, kParity);
                }},
               {"", [=] { static_cast<void>(plan.reconstruct(shards, present, kBytes)); }}},
              effort.rounds, effort.round_seconds);
  row("repair 200+40, 40 lost", ratio(t[0], t[1]), 8);
}

void seal(const Effort& effort) {
  constexpr std::size_t kBytes = 1408, kCount = 46, kStride = kBytes + 28;
  const auto run = [&](const char* library) {
    const auto memory = std::make_shared<Bytes>(kCount * kStride);
    const auto cipher = std::make_shared<crypto::Aead>(
        std::move(*crypto::Aead::create(crypto::AeadKind::Aes128Gcm, Bytes(16, 1), library)));
    return Variant{library, [=] {
                     crypto::SealBatch batch;
                     batch.packets = memory->data();
                     batch.nonces = memory->data();
                     batch.stride = batch.nonce_stride = kStride;
                     batch.count = kCount;
                     batch.text_offset = 12;
                     batch.text_bytes = kBytes;
                     batch.tag_offset = 12 + kBytes;
                     static_cast<void>(cipher->seal(batch));
                   }};
  };
  const auto t = measure({run("openssl"), run(crypto::best_aead_library())}, effort.rounds,
                         effort.round_seconds);
  row(fmt::format("sealing 1.4 KB, {} against OpenSSL", crypto::best_aead_library()).c_str(),
      ratio(t[0], t[1]), 4.5);
}

void large_frames() {
  for (const std::size_t packets : {848UL, 900UL, 1000UL}) {
    const auto cut = gamestream::fec_frame(packets, 20);
    const auto block = gamestream::fec_block(cut, 0, 20, 2);
    fmt::print("  {:<66} {} % in {} blocks\n",
               fmt::format("frame of {} data packets: parity kept", packets), block.percentage,
               cut.blocks);
  }
}

void parity16_rates(const Effort& effort, std::size_t most) {
  for (const std::size_t k : {50UL, 200UL, 1000UL, 2000UL}) {
    if (k > most) continue;
    constexpr std::size_t kBytes = 1408;
    const std::size_t m = k / 10;
    const auto memory = std::make_shared<Bytes>((k + m) * kBytes, 3);
    const auto code =
        std::make_shared<fec::Rs16Encoder>(fec::Rs16Encoder::create({k, m, kBytes}).value());
    const auto t =
        measure({{"",
                  [=] {
                    static_cast<void>(code->encode(memory->data(), kBytes, k,
                                                   memory->data() + k * kBytes, kBytes, m, kBytes));
                  }}},
                effort.rounds, effort.round_seconds);
    const double gigabytes = static_cast<double>(k * kBytes) / 1e9;
    fmt::print("  {:<66} {:7.2f} GB/s ({:.2f}..{:.2f}), bar 4..14\n",
               fmt::format("GF(2^16) parity {}+{}, one core, data", k, m), gigabytes / t[0].median,
               gigabytes / t[0].high, gigabytes / t[0].low);
  }
}

}  // namespace

void targets(const Effort& effort) {
  fmt::print(
      "against the usual way, processor time, encrypted, 20 % parity: median "
      "(10th..90th percentile)\n");
  frames(effort, 41'667, "packetise+FEC+seal+send, 20 Mb/s at 60 Hz", 3, nullptr, 0);
  frames(effort, 312'500, "packetise+FEC+seal+send, 150 Mb/s at 60 Hz", 4.5,
         "packetise+FEC+seal alone, 150 Mb/s at 60 Hz", 6.5);
  frames(effort, 1'041'667, "packetise+FEC+seal+send, 500 Mb/s at 60 Hz", 4.5,
         "packetise+FEC+seal alone, 500 Mb/s at 60 Hz", 6.5);
  parity_ratios(effort);
  repair(effort);
  seal(effort);
  large_frames();
  // A quick run only shows that it runs, perhaps without optimisation.
  parity16_rates(effort, effort.rounds < 10 ? 200 : 65'535);
}

}  // namespace pf::bench
