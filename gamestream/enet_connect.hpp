// Reads ENet's CONNECT command, so that strangers are turned away before ENet keeps state for them.
// Pure function; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace pf::gamestream {

enum class EnetDatagram : std::uint8_t {
  OfPeer = 1,  // names a peer slot: ENet checks it
  Connect,     // asks for a new one
  Junk,        // neither; drop it
};
// `data`: what the client put into CONNECT (gamestream.md 5.1).
EnetDatagram classify_enet(ByteSpan datagram, std::uint32_t& data) noexcept;

}  // namespace pf::gamestream
