// Writes one datagram into a caller's bytes. Internal to the datagram encoders.
#pragma once

#include <algorithm>

#include "native/wire/datagram.hpp"

namespace pf::native::wire {

// The kind of generation 2 that carries a tag; Tag::Feedback has none and is not asked for.
constexpr std::uint8_t kind_of(Tag tag) noexcept {
  switch (tag) {
    case Tag::Feedback:
      return datagram_kind::kFeedback;
    case Tag::Input:
    case Tag::RichInput:
      return datagram_kind::kInput;
    case Tag::Rumble:
      return datagram_kind::kRumble;
    case Tag::PadOutput:
      return datagram_kind::kPadOutput;
    case Tag::Hdr:
      return datagram_kind::kHdr;
    case Tag::HostTiming:
      return datagram_kind::kHostTiming;
    case Tag::Cursor:
      return datagram_kind::kCursor;
    case Tag::Audio:
    case Tag::Microphone:
    case Tag::PadAudio:
    case Tag::AudioRedundant:
    case Tag::AudioPcm:
      return datagram_kind::kAudio;
  }
  return datagram_kind::kMedia;
}

class DatagramWriter {
 public:
  DatagramWriter(Generation generation, Tag tag, MutableByteSpan out) noexcept : out_(out) {
    if (generation == Generation::V2) le(kind_of(tag));
    le(static_cast<std::uint8_t>(tag));
  }
  template <class T>
  DatagramWriter& le(T value) noexcept {
    if (fits(sizeof(T))) {
      store_le(out_.data() + size_, value);
      size_ += sizeof(T);
    }
    return *this;
  }
  DatagramWriter& u8(std::uint8_t value) noexcept { return le(value); }
  DatagramWriter& bytes(ByteSpan bytes) noexcept {
    if (fits(bytes.size())) {
      std::copy(bytes.begin(), bytes.end(), out_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += bytes.size();
    }
    return *this;
  }
  // Bytes written, 0 when not everything fitted.
  std::size_t size() const noexcept { return full_ ? 0 : size_; }

 private:
  bool fits(std::size_t count) noexcept {
    full_ = full_ || count > out_.size() - size_;
    return !full_;
  }
  MutableByteSpan out_;
  std::size_t size_ = 0;
  bool full_ = false;
};

}  // namespace pf::native::wire
