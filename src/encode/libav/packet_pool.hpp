// AVPackets that are lent to access units and come back from whichever thread drops them. The pool
// outlives its encoder as long as a unit is abroad.
#pragma once

#include <atomic>
#include <deque>

extern "C" {
#include <libavcodec/packet.h>
}

namespace pf::encode::libav {

class PacketPool {
 public:
  struct Slot {
    AVPacket* packet = nullptr;
    std::atomic<bool> lent{false};
    PacketPool* pool = nullptr;
  };

  static PacketPool* create();
  // The encoder lets go; the pool goes when the last slot came home.
  void close() noexcept;
  // Encode thread. A free slot with an empty packet; grows (allocates) only while more units are
  // abroad than ever before.
  Slot* take();
  // Any thread: the Release function of media::AccessUnit; `slot` is a Slot*.
  static void give_back(void* slot) noexcept;

 private:
  PacketPool() = default;
  ~PacketPool();
  void unref() noexcept;
  std::deque<Slot> slots_;
  std::atomic<int> references_{1};
};

}  // namespace pf::encode::libav
