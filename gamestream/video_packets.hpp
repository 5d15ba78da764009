// Cuts frames into GameStream video datagrams: headers, parity, encryption (gamestream.md 7.2-7.6).
// No socket and no clock. One owning thread (the session's send thread). Nothing allocates, locks
// or logs after create().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "gamestream/errc.hpp"
#include "media/access_unit.hpp"
#include "net/packet_arena.hpp"
#include "net/udp_socket.hpp"

namespace pf::gamestream {

// How a frame is cut into FEC blocks (7.4). Pure functions of numbers.
struct FecFrame {
  std::size_t data_packets = 0;       // of the whole frame
  std::size_t blocks = 0;             // 1..4
  std::size_t packets_per_block = 0;  // data packets of every block but the last
};
struct FecBlock {
  std::size_t data = 0;     // k
  std::size_t parity = 0;   // m
  unsigned percentage = 0;  // as announced; the client derives m = ceil(k * percentage / 100)
};
inline constexpr std::size_t kMaxFecBlocks = 4;
inline constexpr std::size_t kMaxBlockShards = 1023;  // what the 10-bit fields can say

// data_packets: 1..max_blocks*1023. percentage: 0..255. max_blocks: 1..4.
FecFrame fec_frame(std::size_t data_packets, unsigned percentage,
                   std::size_t max_blocks = kMaxFecBlocks);
// block < frame.blocks. Where the blocks cannot hold the wanted share, parity gets what is left of
// 255 shards; a block without room for any parity is sent with percentage 0.
FecBlock fec_block(const FecFrame& frame, std::size_t block, unsigned percentage,
                   unsigned min_parity);

class VideoPackets {
 public:
  struct Config {
    std::size_t packet_size = 0;                         // S: packetSize of ANNOUNCE, used exactly
    unsigned fec_percentage = 20;                        // 0..255
    unsigned min_parity = 0;                             // minRequiredFecPackets of ANNOUNCE
    std::size_t max_frame_bytes = std::size_t{4} << 20;  // larger frames are refused
    std::size_t max_blocks = kMaxFecBlocks;              // 1: a client from before April 2021
    // rikey, when video encryption was negotiated (7.6). The IV counter must never go back for one
    // key: a stream that goes on with the same key starts from the old stream's next_iv().
    std::optional<std::array<std::uint8_t, 16>> key;
    std::uint64_t first_iv = 0;
  };

  // Errc::BadRequest for a packet size or a share outside the protocol's range, CryptoFailed, or
  // the arena's error.
  static Result<VideoPackets> create(const Config& config);

  enum class Status : std::uint8_t {
    Ready = 1,  // next_block() gives the frame
    Empty,      // no bytes: nothing is sent, no frame number used
    TooLarge,   // more than max_frame_bytes or max_blocks: the same
  };
  // Starts a frame. `latency`: capture to now in 0.1 ms, 0 = unknown (7.3). `timestamp`: 90 kHz.
  // `unit`'s bytes must stay until the last next_block(). A frame that was begun but not fetched to
  // its end counts as sent (its number is used up).
  Status begin(const media::AccessUnit& unit, std::uint32_t latency,
               std::uint32_t timestamp) noexcept;

  // The datagrams of the next FEC block, data then parity, ready to be sent in this order; count 0
  // when the frame is complete. Valid until the next call of next_block() or begin().
  net::PacketRun next_block() noexcept;

  // From the next frame on. 0..255.
  void set_fec_percentage(unsigned percentage) noexcept;

  // What begin() found: for the pacer.
  std::size_t frame_packets() const { return frame_packets_; }
  std::size_t datagram_bytes() const { return arena_.layout().packet_bytes(); }
  // The number of the current frame on the wire, from 1; what the client's reports refer to.
  std::uint32_t frame_index() const { return frame_index_; }
  std::uint64_t next_iv() const { return next_iv_; }
  // The cipher library failed and a frame was cut short. Never seen in practice.
  bool failed() const { return failed_; }

 private:
  VideoPackets(const Config& config, net::PacketArena arena, std::optional<crypto::Aead> cipher);

  std::size_t payload_bytes() const { return arena_.layout().payload_bytes; }
  void write_data(std::size_t slot, std::size_t packet) noexcept;
  void write_header(std::size_t slot, const FecBlock& block, std::uint8_t flags) noexcept;
  void write_parity_header(std::size_t slot, const FecBlock& block) noexcept;
  bool seal(std::size_t count) noexcept;

  Config config_;
  net::PacketArena arena_;
  std::optional<crypto::Aead> cipher_;
  std::uint32_t counter_ = 0;  // datagrams sent: RTP sequence and streamPacketIndex
  std::uint64_t next_iv_;
  bool failed_ = false;

  // The frame in progress.
  std::span<const std::uint8_t> bytes_;
  std::array<std::uint8_t, 8> frame_header_{};
  FecFrame frame_;
  unsigned percentage_ = 0;
  std::uint32_t frame_index_ = 0;
  std::uint32_t timestamp_ = 0;
  std::size_t next_block_ = 0;
  std::size_t next_packet_ = 0;
  std::size_t frame_packets_ = 0;
};

}  // namespace pf::gamestream
