// What a stream has to send and what the peer has not acknowledged yet. The QUIC library keeps
// pointers into it until the acknowledgement, so bytes never move once appended (quic-notes 2.7).
// Internal to this room; pf-quic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include "base/bytes.hpp"

namespace pf::native::quic {

class SendBuffer {
 public:
  void append(ByteSpan bytes);

  // The next unsent bytes in up to parts.size() pieces; returns how many pieces were filled.
  std::size_t unsent(std::span<ByteSpan> parts) const;
  std::uint64_t unsent_bytes() const { return end_ - sent_; }
  void mark_sent(std::uint64_t bytes);
  // Everything before this stream offset was received: its memory is released.
  void acknowledge(std::uint64_t offset);
  // Unsent and unacknowledged bytes.
  std::size_t backlog() const { return static_cast<std::size_t>(end_ - acked_); }

 private:
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t capacity;
    std::size_t used;
  };
  std::deque<Chunk> chunks_;  // the first begins at stream offset base_
  std::uint64_t base_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace pf::native::quic
