// Shorthands of this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "base/hex.hpp"
#include "native/media/receiver.hpp"
#include "native/media/video_packets.hpp"

namespace pf::native::media::test {

inline Bytes counting(std::size_t size, std::uint8_t first = 0) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

inline Bytes random_bytes(std::size_t size, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  Bytes bytes(size);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return bytes;
}

// The keys of the notes' vectors.
inline Keys keys(Generation generation, Suite suite) {
  if (generation == Generation::V2) return *Keys::v2(suite, counting(32));
  return *Keys::v1(suite, counting(key_bytes(suite)), {'p', 'k', 'f', '1'});
}

inline VideoPackets packets(const VideoPackets::Config& config, const Keys& with,
                            std::shared_ptr<PacketNumbers> numbers = {}) {
  if (!numbers) numbers = std::make_shared<PacketNumbers>();
  auto made = VideoPackets::create(config, *PacketSealer::create(with), std::move(numbers));
  PF_ASSERT(made.has_value());
  return std::move(*made);
}

// All datagrams of one unit, in order.
inline std::vector<Bytes> build(VideoPackets& packets, ByteSpan bytes, const FrameInfo& info) {
  std::vector<Bytes> out;
  if (packets.begin(bytes, info) != VideoPackets::Status::Ready) return out;
  for (auto run = packets.next_run(); run.count != 0; run = packets.next_run())
    for (std::size_t i = 0; i < run.count; ++i)
      out.emplace_back(run.base + i * run.stride, run.base + i * run.stride + run.packet_bytes);
  return out;
}

// Header and shard of a sealed datagram, by an opener of its own.
inline Bytes open_one(const Keys& with, Bytes datagram) {
  auto opener = PacketOpener::create(with);
  OpenedPacket packet;
  if (!opener || opener->open(datagram, packet) != OpenStatus::Opened) return {};
  return {packet.plain.begin(), packet.plain.end()};
}

struct GenerationAndSuite {
  Generation generation;
  Suite suite;
};
inline const GenerationAndSuite kAll[] = {{Generation::V1, Suite::Aes128Gcm},
                                          {Generation::V1, Suite::ChaCha20Poly1305},
                                          {Generation::V2, Suite::Aes128Gcm},
                                          {Generation::V2, Suite::ChaCha20Poly1305}};
inline std::string name_of(const GenerationAndSuite& c) {
  return std::string(c.generation == Generation::V1 ? "v1_" : "v2_") +
         (c.suite == Suite::Aes128Gcm ? "aes" : "chacha");
}

}  // namespace pf::native::media::test
