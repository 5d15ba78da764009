#include "net/errc.hpp"

namespace pf::net {

const char* error_room(Errc) {
  return "net";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::BadAddress:
      return "not an IP address";
    case Errc::OpenFailed:
      return "the socket cannot be opened";
    case Errc::BindFailed:
      return "the address or port cannot be used";
    case Errc::OutOfMemory:
      return "not enough memory for packets";
  }
  return "unknown network error";
}

}  // namespace pf::net
