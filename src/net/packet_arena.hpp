// The packets of one block in wire form, side by side, so that one system call can send many and
// parity, headers and encryption all work in place.
//
//   slot i:  | cipher header | wire header | payload | tag |   slot i+1: ...
//            base(i)         wire(i)       payload(i)          base(i) + stride
//
// One allocation when it is made; never replaced on the media path. Owned by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "net/errc.hpp"

namespace pf::net {

struct SlotLayout {
  std::size_t cipher_header_bytes = 0;  // in clear before the protected part
  std::size_t wire_header_bytes = 0;
  std::size_t payload_bytes = 0;
  std::size_t tag_bytes = 0;  // behind the protected part

  // What error correction covers.
  std::size_t shard_bytes() const { return wire_header_bytes + payload_bytes; }
  // What goes on the wire. Also the stride: segmentation offload wants packets without gaps.
  std::size_t packet_bytes() const { return cipher_header_bytes + shard_bytes() + tag_bytes; }
};

class PacketArena {
 public:
  // Errc::OutOfMemory when the memory is not to be had, when it would exceed 1 GiB or be empty. The
  // memory is zeroed and so already backed.
  static Result<PacketArena> create(const SlotLayout& layout, std::size_t slots);

  const SlotLayout& layout() const { return layout_; }
  std::size_t slots() const { return slots_; }
  std::size_t stride() const { return layout_.packet_bytes(); }

  // i < slots().
  std::uint8_t* base(std::size_t i) const { return memory_.get() + i * stride(); }
  std::uint8_t* wire(std::size_t i) const { return base(i) + layout_.cipher_header_bytes; }
  std::uint8_t* payload(std::size_t i) const { return wire(i) + layout_.wire_header_bytes; }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const noexcept;
  };
  PacketArena(const SlotLayout& layout, std::size_t slots, std::uint8_t* memory)
      : layout_(layout), slots_(slots), memory_(memory) {}

  SlotLayout layout_;
  std::size_t slots_;
  std::unique_ptr<std::uint8_t[], Free> memory_;
};

}  // namespace pf::net
