// Turns Opus packets into GameStream audio datagrams: RTP, encryption, 4+2 parity (gamestream.md
// 8.1-8.4). No socket and no clock. One owning thread (the session's audio thread). Nothing
// allocates after create().
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/cbc.hpp"
#include "gamestream/errc.hpp"

namespace pf::gamestream {

class AudioPackets {
 public:
  struct Config {
    std::chrono::milliseconds packet_duration{5};  // packetDuration of ANNOUNCE
    // rikey and rikeyid (the signed decimal value as 32 bits), when audio is encrypted (8.2).
    std::optional<std::array<std::uint8_t, 16>> key;
    std::uint32_t key_id = 0;
  };

  // Errc::BadRequest for a duration outside 1..120 ms, or the cipher's error.
  static Result<AudioPackets> create(const Config& config);

  // The datagrams to send for one Opus packet, in order: one, or three when it completes a block of
  // four. None when the packet is empty or too long for a datagram (counted; no sequence number is
  // used). Valid until the next call.
  std::span<const ByteSpan> next(ByteSpan opus) noexcept;

  std::uint64_t rejected() const { return rejected_; }
  // Blocks sent without parity because their packets differed in length: the encoder must run at a
  // constant rate (8.3).
  std::uint64_t uneven_blocks() const { return uneven_blocks_; }

 private:
  struct Buffers;
  AudioPackets(const Config& config, std::optional<crypto::Aes128Cbc> cipher);

  std::size_t fill(std::uint8_t* payload, ByteSpan opus) noexcept;
  void add_parity(std::size_t payload_bytes) noexcept;

  struct FreeBuffers {
    void operator()(Buffers* buffers) const noexcept;
  };
  std::unique_ptr<Buffers, FreeBuffers> buffers_;
  std::optional<crypto::Aes128Cbc> cipher_;
  std::uint32_t key_id_;
  std::uint32_t duration_ms_;
  std::uint16_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  std::array<std::size_t, 4> block_bytes_{};  // payload lengths of the block so far
  std::array<ByteSpan, 3> out_;
  std::size_t out_count_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t uneven_blocks_ = 0;
};

}  // namespace pf::gamestream
