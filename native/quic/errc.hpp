// What opening an endpoint or using a connection can meet.
#pragma once

#include <cstdint>

namespace pf::native::quic {

enum class Errc : std::uint8_t {
  SocketFailed = 1,  // the UDP port cannot be opened or watched
  BadIdentity,       // certificate or key unusable
  BadOptions,        // an option out of range, an ALPN of the wrong length
  LibraryFailed,     // the QUIC or TLS library refused something it should not
  StreamLimit,       // the peer allows no further stream at the moment
  NoSuchStream,      // closed, never opened, or its sending side is finished
  Backlog,           // the peer takes data too slowly: the queue of the stream is full
  Closed,            // the connection is closing or gone
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::native::quic
