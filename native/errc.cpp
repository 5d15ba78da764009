#include "native/errc.hpp"

namespace pf::native {

const char* error_room(Errc) {
  return "native";
}

const char* error_text(Errc code) {
  switch (code) {
    case Errc::BadMode:
      return "this host cannot make that picture";
    case Errc::NoCodec:
      return "no video codec in common";
    case Errc::ListenFailed:
      return "the port cannot be opened";
  }
  return "unknown";
}

}  // namespace pf::native
