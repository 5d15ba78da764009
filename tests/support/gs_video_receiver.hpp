// A model of the client's video receive path (gamestream.md 7): reassembles frames from datagrams
// as the client does, and holds every datagram to the rules. Used by the simulated link and by the
// scripted client. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/aead.hpp"

namespace pf::test {

struct GsVideoFrame {
  std::uint32_t index = 0;      // on the wire, from 1
  std::uint32_t timestamp = 0;  // 90 kHz
  std::uint8_t type = 0;        // gamestream.md 7.3
  std::uint16_t latency = 0;    // 0.1 ms
  std::size_t recovered = 0;    // data packets restored from parity
  Bytes bitstream;
};

class GsVideoReceiver {
 public:
  struct Config {
    std::size_t packet_size = 0;                      // S, as announced
    std::optional<std::array<std::uint8_t, 16>> key;  // when video is encrypted
  };
  struct Stats {
    std::uint64_t datagrams = 0;
    std::uint64_t frames = 0;
    std::uint64_t frames_lost = 0;     // numbers passed over, and frames given up
    std::uint64_t recovered = 0;       // data packets restored from parity
    std::uint64_t stale = 0;           // datagrams of frames or blocks that are over
    std::uint64_t data_packets = 0;    // received
    std::uint64_t parity_packets = 0;  // received
  };

  explicit GsVideoReceiver(const Config& config);

  // Feeds one datagram; the frame that it completed, if any.
  std::optional<GsVideoFrame> feed(ByteSpan datagram);

  const Stats& stats() const { return stats_; }
  // What the host did against the protocol, in words; at most 20 are kept.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Header;
  struct Block {
    std::size_t data = 0;
    std::size_t parity = 0;
    unsigned percentage = 0;
    std::uint16_t first_sequence = 0;
    std::map<std::size_t, Bytes> shards;
  };

  void violated(std::string what);
  bool decrypt(ByteSpan datagram, Bytes& plain, std::uint32_t& clear_index);
  bool check(const Header& header, ByteSpan plain);
  void give_up();
  void start_frame(const Header& header);
  bool restore_block();
  std::optional<GsVideoFrame> finish_frame();

  Config config_;
  std::optional<crypto::Aes128Gcm> cipher_;
  Stats stats_;
  std::vector<std::string> violations_;
  std::set<std::uint64_t> ivs_;

  std::uint32_t frame_ = 0;  // current or last one
  bool in_frame_ = false;
  std::uint32_t timestamp_ = 0;
  std::size_t last_block_ = 0;
  std::size_t block_number_ = 0;
  Block block_;
  std::optional<std::uint16_t> next_block_sequence_;
  std::optional<std::uint32_t> packet_index_;  // streamPacketIndex >> 8 of the last data packet
  std::vector<Bytes> payloads_;
  std::size_t recovered_ = 0;
};

}  // namespace pf::test
