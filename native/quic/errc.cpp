#include "native/quic/errc.hpp"

namespace pf::native::quic {

const char* error_room(Errc) {
  return "quic";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::SocketFailed:
      return "the UDP port cannot be used";
    case Errc::BadIdentity:
      return "the certificate or its key cannot be used";
    case Errc::BadOptions:
      return "an option is out of range";
    case Errc::LibraryFailed:
      return "the QUIC library failed";
    case Errc::StreamLimit:
      return "the peer allows no further stream now";
    case Errc::NoSuchStream:
      return "no such stream";
    case Errc::Backlog:
      return "the peer takes data too slowly";
    case Errc::Closed:
      return "the connection is closed";
  }
  return "unknown QUIC error";
}

}  // namespace pf::native::quic
