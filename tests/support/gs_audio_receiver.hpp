// A model of the client's audio receive path (gamestream.md 8): orders packets, repairs blocks of
// 4+2, decrypts, and holds every datagram to the rules. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/cbc.hpp"

namespace pf::test {

struct GsAudioPacket {
  std::uint16_t sequence = 0;
  bool lost = false;       // to be concealed; opus is then empty
  bool recovered = false;  // restored from parity
  Bytes opus;
};

class GsAudioReceiver {
 public:
  struct Config {
    std::chrono::milliseconds packet_duration{5};
    std::optional<std::array<std::uint8_t, 16>> key;  // when audio is encrypted
    std::uint32_t key_id = 0;
  };
  struct Stats {
    std::uint64_t data_packets = 0;
    std::uint64_t parity_packets = 0;
    std::uint64_t recovered = 0;
    std::uint64_t lost = 0;
  };

  explicit GsAudioReceiver(const Config& config);

  // Feeds one datagram; the packets that can be played now, in order, each exactly once. Begins
  // with the block of the first datagram.
  std::vector<GsAudioPacket> feed(ByteSpan datagram);

  const Stats& stats() const { return stats_; }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  void violated(std::string what);
  bool enter(std::uint16_t base, std::vector<GsAudioPacket>& out);
  void play(std::vector<GsAudioPacket>& out, bool block_is_over);
  void repair();
  std::optional<Bytes> decode(std::uint16_t sequence, const Bytes& payload);

  Config config_;
  std::optional<crypto::Aes128Cbc> cipher_;
  Stats stats_;
  std::vector<std::string> violations_;
  std::optional<std::uint16_t> base_;  // first sequence of the current block
  std::array<Bytes, 6> shards_;        // empty = not received
  std::array<bool, 4> repaired_{};
  std::size_t played_ = 0;  // of the current block
  std::size_t payload_bytes_ = 0;
  std::optional<std::uint32_t> timestamp_zero_;  // timestamp of sequence 0
};

}  // namespace pf::test
