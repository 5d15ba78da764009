#include "gamestream/enet_connect.hpp"

#include <enet/enet.h>

namespace pf::gamestream {

EnetDatagram classify_enet(ByteSpan datagram, std::uint32_t& data) noexcept {
  ByteReader reader(datagram);
  const auto header = reader.be<std::uint16_t>();
  if (!reader.ok()) return EnetDatagram::Junk;
  constexpr unsigned kPeerMask = ENET_PROTOCOL_MAXIMUM_PEER_ID;
  if ((header & kPeerMask) != kPeerMask) return EnetDatagram::OfPeer;

  // A datagram of no peer can only carry CONNECT, alone and uncompressed.
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_COMPRESSED}) != 0) return EnetDatagram::Junk;
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_SENT_TIME}) != 0) reader.skip(2);
  const auto command = reader.rest();
  if (command.size() < sizeof(ENetProtocolConnect)) return EnetDatagram::Junk;
  if ((command[0] & ENET_PROTOCOL_COMMAND_MASK) != ENET_PROTOCOL_COMMAND_CONNECT)
    return EnetDatagram::Junk;
  data = load_be<std::uint32_t>(command.data() + offsetof(ENetProtocolConnect, data));
  return EnetDatagram::Connect;
}

std::optional<EnetEcho> read_enet_echo(ByteSpan datagram) noexcept {
  ByteReader reader(datagram);
  const auto header = reader.be<std::uint16_t>();
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_COMPRESSED}) != 0) return std::nullopt;
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_SENT_TIME}) != 0) reader.skip(2);
  if (!reader.ok()) return std::nullopt;
  EnetEcho echo{static_cast<std::uint16_t>(header & ENET_PROTOCOL_MAXIMUM_PEER_ID)};
  bool any = false;
  for (auto rest = reader.rest(); rest.size() >= sizeof(ENetProtocolAcknowledge);
       rest = rest.subspan(sizeof(ENetProtocolAcknowledge))) {
    if ((rest[0] & ENET_PROTOCOL_COMMAND_MASK) != ENET_PROTOCOL_COMMAND_ACKNOWLEDGE) break;
    echo.sent_ms =
        load_be<std::uint16_t>(rest.data() + offsetof(ENetProtocolAcknowledge, receivedSentTime));
    any = true;
  }
  return any ? std::optional(echo) : std::nullopt;
}

}  // namespace pf::gamestream
