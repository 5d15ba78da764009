// Reads ENet's datagrams before ENet does: CONNECT, so that strangers are turned away before it
// keeps state for them; acknowledgements, whose round trips it only gives smoothed over seconds;
// and messages, by which a client is known that comes from elsewhere. Pure functions; any thread.
#pragma once

#include <array>
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

// What the newest acknowledgement at the head of a peer's datagram echoes.
struct EnetEcho {
  std::uint16_t peer = 0;     // the slot that the datagram names
  std::uint16_t sent_ms = 0;  // ENet's clock when what is acknowledged was sent
};
std::optional<EnetEcho> read_enet_echo(ByteSpan datagram) noexcept;

// The slot that a peer's datagram names, and the messages that it carries whole, as many as fit;
// what follows something malformed is left out.
struct EnetMessages {
  static constexpr std::size_t kMost = 8;
  std::uint16_t peer = 0;
  std::size_t count = 0;
  std::array<ByteSpan, kMost> all{};
};
EnetMessages read_enet_messages(ByteSpan datagram) noexcept;

}  // namespace pf::gamestream
