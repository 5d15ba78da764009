// The small queue of datagrams that wait for the congestion window: when it is full the oldest fall
// out, because late input and audio are worth nothing (punktfunk2.md 2.3). Internal; pf-quic.
#pragma once

#include <cstddef>
#include <deque>

#include "base/bytes.hpp"

namespace pf::native::quic {

class DatagramQueue {
 public:
  explicit DatagramQueue(std::size_t limit_bytes) : limit_(limit_bytes) {}

  bool empty() const { return queue_.empty(); }
  bool fits(std::size_t bytes) const { return queue_.empty() || total_ + bytes <= limit_; }
  const Bytes& front() const { return queue_.front(); }
  void pop() {
    total_ -= queue_.front().size();
    queue_.pop_front();
  }
  // Returns how many old ones fell out. One that is larger than the whole queue is kept alone.
  std::size_t push(ByteSpan bytes) {
    std::size_t dropped = 0;
    for (; !fits(bytes.size()); ++dropped) pop();
    queue_.emplace_back(bytes.begin(), bytes.end());
    total_ += bytes.size();
    return dropped;
  }

 private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::deque<Bytes> queue_;
};

}  // namespace pf::native::quic
