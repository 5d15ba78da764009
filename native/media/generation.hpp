// What the media packets of punktfunk/1 and punktfunk/2 have in common, and their sizes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "native/wire/constants.hpp"

namespace pf::native::media {

using wire::FecScheme;
using wire::Generation;

// Two streams with frame counters of their own share one space of packet numbers.
enum class Stream : std::uint8_t {
  Video = 0,
  Probe = 1,  // filler of a speed test (punktfunk1.md 6.11, punktfunk2.md 6.4)
};

struct PacketSizes {
  std::size_t clear;   // in clear before the protected part; also the additional data
  std::size_t header;  // protected
  std::size_t tag;     // behind the protected part
  constexpr std::size_t overhead() const { return clear + header + tag; }
};
inline constexpr PacketSizes kSizesV1{8, 40, 16};  // seq | header shard | tag, punktfunk1.md 6
inline constexpr PacketSizes kSizesV2{5, 25, 16};  // tag seq | header shard | tag, punktfunk2.md 6
constexpr const PacketSizes& sizes(Generation g) {
  return g == Generation::V1 ? kSizesV1 : kSizesV2;
}

// user_flags of punktfunk1.md 6.4; punktfunk2.md 6.1 carries the low 15 bits.
namespace flag {
inline constexpr std::uint32_t kPicture = 0x001;
inline constexpr std::uint32_t kKey = 0x004;  // an IDR is kPicture | kKey
inline constexpr std::uint32_t kProbe = 0x008;
inline constexpr std::uint32_t kRecoveryPoint = 0x010;
inline constexpr std::uint32_t kRecoveryAnchor = 0x020;
inline constexpr std::uint32_t kSliceStream = 0x080;
inline constexpr std::uint32_t kRepeat = 0x100;
}  // namespace flag

// The packet numbers of one direction of one session: every packet, video and probe, takes a fresh
// one, whichever thread sends it. A number is never used twice for a key, so this object lives as
// long as the keys do. Any thread.
class PacketNumbers {
 public:
  explicit PacketNumbers(std::uint64_t first = 0) : next_(first) {}
  // The first of `count` numbers that now belong to the caller.
  std::uint64_t take(std::size_t count) noexcept {
    return next_.fetch_add(count, std::memory_order_relaxed);
  }
  std::uint64_t next() const noexcept { return next_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> next_;
};

}  // namespace pf::native::media
