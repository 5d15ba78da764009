#include "native/quic/send_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "base/result.hpp"

namespace pf::native::quic {
namespace {

// Small messages share a chunk; large writes do not become one large block.
constexpr std::size_t kSmallestChunk = 2 * 1024;
constexpr std::size_t kLargestChunk = 64 * 1024;

}  // namespace

void SendBuffer::append(ByteSpan bytes) {
  end_ += bytes.size();
  while (!bytes.empty()) {
    if (chunks_.empty() || chunks_.back().used == chunks_.back().capacity) {
      const auto capacity = std::clamp(bytes.size(), kSmallestChunk, kLargestChunk);
      chunks_.push_back({std::make_unique<std::uint8_t[]>(capacity), capacity, 0});
    }
    auto& chunk = chunks_.back();
    const auto count = std::min(bytes.size(), chunk.capacity - chunk.used);
    std::memcpy(chunk.bytes.get() + chunk.used, bytes.data(), count);
    chunk.used += count;
    bytes = bytes.subspan(count);
  }
}

std::size_t SendBuffer::unsent(std::span<ByteSpan> parts) const {
  std::size_t filled = 0;
  std::uint64_t start = base_;
  for (const auto& chunk : chunks_) {
    if (filled == parts.size()) break;
    const std::uint64_t stop = start + chunk.used;
    if (sent_ < stop) {
      const auto skip = static_cast<std::size_t>(sent_ > start ? sent_ - start : 0);
      parts[filled++] = ByteSpan(chunk.bytes.get() + skip, chunk.used - skip);
    }
    start = stop;
  }
  return filled;
}

void SendBuffer::mark_sent(std::uint64_t bytes) {
  PF_ASSERT(bytes <= unsent_bytes());
  sent_ += bytes;
}

void SendBuffer::acknowledge(std::uint64_t offset) {
  acked_ = std::max(acked_, std::min(offset, sent_));
  // Not the last one while it has room: the next message may still go there.
  while (!chunks_.empty() && base_ + chunks_.front().used <= acked_ &&
         (chunks_.size() > 1 || chunks_.front().used == chunks_.front().capacity)) {
    base_ += chunks_.front().used;
    chunks_.pop_front();
  }
}

}  // namespace pf::native::quic
