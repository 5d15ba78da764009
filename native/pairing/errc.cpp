#include "native/pairing/errc.hpp"

namespace pf::native::pairing {

const char* error_room(Errc) {
  return "pairing";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::BadMessage:
      return "the pairing message is malformed";
    case Errc::WrongProof:
      return "the PIN was wrong, or somebody is in between";
  }
  return "unknown error";
}

}  // namespace pf::native::pairing
