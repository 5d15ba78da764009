// Cuts access units into native media packets of either generation: headers, parity, sealing
// (punktfunk1.md 6.2-6.6, punktfunk2.md 6, 7). No socket and no clock. One owning thread. Nothing
// allocates, locks or logs after create().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/media/blocks.hpp"
#include "native/media/clock.hpp"
#include "native/media/errc.hpp"
#include "native/media/sealer.hpp"
#include "net/udp_socket.hpp"

namespace pf::native::media {

// What goes onto every packet of one unit.
struct FrameInfo {
  MediaTime time;                        // of capture
  std::uint32_t flags = flag::kPicture;  // user flags; Probe packetisers add kProbe themselves
  std::uint8_t epoch = 0;                // V2
};

class VideoPackets {
 public:
  struct Config {
    Stream stream = Stream::Video;
    std::size_t shard_payload = 1408;       // P, even
    std::size_t max_shard_payload = 0;      // what set_shard_payload() may ask for; 0 = P
    std::size_t max_data_per_block = 4096;  // D of Welcome or ServerHello
    FecScheme scheme = FecScheme::Gf16;
    unsigned fec_percentage = 10;  // 0..90
    // K + M <= D + ceil(D * this / 100). 90; toward the first public clients the percentage of
    // Welcome (punktfunk1.md 6.5 rule 5).
    unsigned parity_limit_percentage = kMaxFecPercentage;
    std::size_t max_frame_bytes = std::size_t{8} << 20;  // larger units are refused
    // The packet memory: at least one block with its parity whatever this says. Frames that do not
    // fit are built and sent in several parts.
    std::size_t arena_bytes = std::size_t{8} << 20;
    std::uint32_t first_frame = 0;
    // Of the arena: as many of the newest packets stay, for resend(). 0 = none; V2 only.
    std::size_t resend_bytes = 0;
  };
  static constexpr std::size_t kMostResent = 16;  // in one call

  // `numbers`: shared by everything that seals with this session's key. Errc::BadConfig,
  // OutOfMemory.
  static Result<VideoPackets> create(const Config& config, PacketSealer sealer,
                                     std::shared_ptr<PacketNumbers> numbers);
  VideoPackets(VideoPackets&&) noexcept;
  VideoPackets& operator=(VideoPackets&&) noexcept;
  ~VideoPackets();

  enum class Status : std::uint8_t {
    Ready = 1,  // next_run() gives the frame
    TooLarge,   // more than max_frame_bytes: nothing is sent, no frame index used
  };
  // Starts a unit. `bytes` must stay until the last next_run(). A unit of which next_run() gave
  // nothing uses no frame index; one that was fetched in part has used its own.
  Status begin(ByteSpan bytes, const FrameInfo& info) noexcept;

  // The next packets, sealed, in the order in which they must leave: data of all blocks, then
  // parity of all blocks (of each part, where a frame is built in parts). At most one segmentation
  // batch: 64 packets, 65,507 bytes. Count 0: the frame is complete (or failed()). Valid until the
  // next call.
  net::PacketRun next_run() noexcept;

  // Shards of a frame that was sent before, by their place in the unit (data of all blocks first,
  // then parity: punktfunk2.md 9.4 tag 13), each sealed anew under a fresh packet number. Shards
  // that are no longer kept or never were sent are left out, and so is what exceeds kMostResent.
  // Between units only. Valid until the next call.
  net::PacketRun resend(std::uint32_t frame, std::span<const std::uint16_t> shards) noexcept;

  // From the next unit on. Values above 90 count as 90.
  void set_fec_percentage(unsigned percentage) noexcept;
  // From the next unit on. False for an odd size, one above max_shard_payload or below 512.
  bool set_shard_payload(std::size_t bytes) noexcept;

  // What begin() found: for the pacer.
  std::size_t frame_packets() const;
  std::size_t datagram_bytes() const;
  // The index of the frame in progress, or of the next one.
  std::uint32_t frame_index() const;
  std::size_t shard_payload() const;
  // The cipher library failed and a frame was cut short. Never seen in practice.
  bool failed() const;

 private:
  struct Impl;
  explicit VideoPackets(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native::media
