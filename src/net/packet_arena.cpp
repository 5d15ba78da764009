#include "net/packet_arena.hpp"

#include <cstdlib>
#include <cstring>

namespace pf::net {
namespace {

// A cache line: with the usual packet sizes every slot then begins on one.
constexpr std::size_t kAlignment = 64;
// Far beyond any session's need: larger requests are a mistake, and the product cannot overflow.
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

}  // namespace

void PacketArena::Free::operator()(std::uint8_t* p) const noexcept {
  std::free(p);
}

Result<PacketArena> PacketArena::create(const SlotLayout& layout, std::size_t slots) {
  if (slots == 0 || layout.packet_bytes() == 0 || layout.packet_bytes() > kMaxBytes / slots)
    return fail(Errc::OutOfMemory);
  const std::size_t bytes = layout.packet_bytes() * slots;
  // aligned_alloc wants a multiple of the alignment.
  void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (memory == nullptr) return fail(Errc::OutOfMemory);
  std::memset(memory, 0, bytes);
  return PacketArena(layout, slots, static_cast<std::uint8_t*>(memory));
}

}  // namespace pf::net
