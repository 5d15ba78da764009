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

EnetMessages read_enet_messages(ByteSpan datagram) noexcept {
  EnetMessages found;
  ByteReader reader(datagram);
  const auto header = reader.be<std::uint16_t>();
  found.peer = static_cast<std::uint16_t>(header & ENET_PROTOCOL_MAXIMUM_PEER_ID);
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_COMPRESSED}) != 0) return found;
  if ((header & unsigned{ENET_PROTOCOL_HEADER_FLAG_SENT_TIME}) != 0) reader.skip(2);
  while (reader.ok() && found.count < EnetMessages::kMost) {
    const auto rest = reader.rest();
    if (rest.empty()) return found;
    const auto command = static_cast<enet_uint8>(rest[0] & ENET_PROTOCOL_COMMAND_MASK);
    const auto size = enet_protocol_command_size(command);
    if (size == 0 || rest.size() < size) return found;
    reader = ByteReader(rest.subspan(size));
    // Of these the length of the message is the last field; fragments are not what clients send.
    if (command != ENET_PROTOCOL_COMMAND_SEND_RELIABLE &&
        command != ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE &&
        command != ENET_PROTOCOL_COMMAND_SEND_UNSEQUENCED)
      continue;
    const auto message = reader.take(load_be<std::uint16_t>(rest.data() + size - 2));
    if (reader.ok()) found.all[found.count++] = message;
  }
  return found;
}

}  // namespace pf::gamestream
