// The Feedback datagram of generation 2 (punktfunk2.md 9.4): what newer clients say by datagram
// instead of LossReport, DeliveryReport, RfiRequest, RequestKeyframe and LinkReport.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace pf::native::wire {

struct Feedback {
  struct Window {
    std::uint32_t number = 0;    // from 1, wrapping; act on each number once
    std::uint32_t loss_ppm = 0;  // shards that parity repaired
    std::uint64_t packets = 0;   // media packets received this session
    bool operator==(const Window&) const = default;
  };
  struct Range {
    std::uint32_t first = 0, last = 0;
    bool operator==(const Range&) const = default;
  };
  struct Ask {
    std::uint16_t number = 0;  // from 1, wrapping; act on each number once
    bool keyframe = false;     // wins over `invalidate`
    std::optional<Range> invalidate;
    bool operator==(const Ask&) const = default;
  };
  struct Nack {
    static constexpr std::size_t kMaxShards = 16;
    std::uint32_t frame = 0;
    std::array<std::uint16_t, kMaxShards> shards{};  // index in the access unit, data first
    std::uint8_t count = 0;
    std::span<const std::uint16_t> wanted() const noexcept { return {shards.data(), count}; }
    bool operator==(const Nack&) const = default;
  };
  struct Completed {
    std::uint32_t newest = 0;
    std::uint16_t before = 0;  // bit i: frame newest − 1 − i was completed too
    bool operator==(const Completed&) const = default;
  };

  std::optional<Window> window;
  std::optional<Ask> ask;
  std::optional<std::uint32_t> link_kbps;  // a level; none = no value in this datagram
  std::uint32_t lost_head = 0, lost_middle = 0, lost_tail = 0;  // shards, by place in the frame
  std::uint32_t dropped_locally = 0;                            // by the client's own queues
  std::optional<Nack> nack;
  std::optional<Completed> completed;
  std::optional<std::uint8_t> shape;  // how frames should be paced, 0 = as the host likes
  bool operator==(const Feedback&) const = default;
};

}  // namespace pf::native::wire
