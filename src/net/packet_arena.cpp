#include "net/packet_arena.hpp"

#include <cstring>
#include <new>

namespace pf::net {
namespace {

// A cache line: with the usual packet sizes every slot then begins on one.
constexpr std::align_val_t kAlignment{64};

}  // namespace

void PacketArena::Free::operator()(std::uint8_t* p) const noexcept {
  ::operator delete(p, kAlignment);
}

Result<PacketArena> PacketArena::create(const SlotLayout& layout, std::size_t slots) {
  const std::size_t bytes = layout.packet_bytes() * slots;
  void* memory = ::operator new(bytes, kAlignment, std::nothrow);
  if (memory == nullptr) return fail(Errc::OutOfMemory);
  std::memset(memory, 0, bytes);
  return PacketArena(layout, slots, static_cast<std::uint8_t*>(memory));
}

}  // namespace pf::net
