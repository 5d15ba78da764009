// One encoded frame (one access unit or AV1 temporal unit) from the encoder to a front end.
// Move-only; the bytes belong to the encoder's packet until the unit is dropped.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "media/colour.hpp"

namespace pf::media {

enum class FrameType : std::uint8_t {
  Predicted = 1,
  Idr,
  IntraRefreshPoint,  // a decoder that joined a wave ago is whole again
  AfterInvalidation,  // predicted, but only from frames outside the invalidated range
};

// CLOCK_MONOTONIC nanoseconds; 0 = did not happen.
struct Timeline {
  std::int64_t captured_ns =
      0;  // picture complete at the source (a repeat keeps the repeat's time)
  std::int64_t submitted_ns = 0;     // handed to the encoder
  std::int64_t encoded_ns = 0;       // bytes available
  std::int64_t first_packet_ns = 0;  // first packet handed to the kernel
  std::int64_t last_packet_ns = 0;
};

class AccessUnit {
 public:
  using Release = void (*)(void* owner) noexcept;
  AccessUnit() = default;
  AccessUnit(std::span<const std::uint8_t> data, void* owner, Release release)
      : data_(data), owner_(owner), release_(release) {}
  AccessUnit(AccessUnit&& o) noexcept { *this = std::move(o); }
  AccessUnit& operator=(AccessUnit&& o) noexcept {
    if (this == &o) return *this;
    drop();
    data_ = std::exchange(o.data_, {});
    owner_ = std::exchange(o.owner_, nullptr);
    release_ = std::exchange(o.release_, nullptr);
    type = o.type;
    codec = o.codec;
    repeat = o.repeat;
    index = o.index;
    epoch = o.epoch;
    recovery_anchor = o.recovery_anchor;
    timeline = o.timeline;
    return *this;
  }
  ~AccessUnit() { drop(); }

  // H.264/HEVC: Annex B, starting with a start code; parameter sets in band on every IDR.
  std::span<const std::uint8_t> bytes() const { return data_; }

  FrameType type = FrameType::Predicted;
  Codec codec = Codec::H264;
  bool repeat = false;      // the source had nothing new: the last picture was coded again
  std::uint32_t index = 0;  // from 1 in each stream, +1 per unit that is handed to the front end
  // Counts the modes of a stream from 1; the first unit of an epoch is an IDR of the new size.
  std::uint32_t epoch = 0;
  // Answers a loss that the client reported: this picture (an IDR or AfterInvalidation) refers to
  // nothing that was lost, so a decoder that has it is whole again.
  bool recovery_anchor = false;
  Timeline timeline;

 private:
  void drop() noexcept {
    if (release_ != nullptr) std::exchange(release_, nullptr)(owner_);
    owner_ = nullptr;
    data_ = {};
  }
  std::span<const std::uint8_t> data_;
  void* owner_ = nullptr;
  Release release_ = nullptr;
};

}  // namespace pf::media
