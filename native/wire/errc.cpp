#include "native/wire/errc.hpp"

namespace pf::native::wire {

const char* error_room(Errc) {
  return "native/wire";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::UnknownType:
      return "unknown type";
    case Errc::Truncated:
      return "the message ends too early";
    case Errc::BadLength:
      return "the message has a wrong length";
    case Errc::FrameTooLong:
      return "the frame is longer than its type allows";
    case Errc::BadMagic:
      return "the message does not start with its magic";
    case Errc::WireVersion:
      return "the peer speaks another wire version";
    case Errc::BadField:
      return "a field runs past its message";
    case Errc::RepeatedField:
      return "a field is repeated";
    case Errc::MissingField:
      return "a required field is missing";
    case Errc::BadValue:
      return "a value is out of range";
    case Errc::BadText:
      return "a text is too long or not UTF-8";
  }
  return "unknown error";
}

}  // namespace pf::native::wire
