// What can be wrong with a peer's control bytes.
#pragma once

#include "base/result.hpp"

namespace pf::native::wire {

enum class Errc {
  UnknownType = 1,  // of a message or stream: skip it
  Truncated,        // ends before its fixed part does
  BadLength,        // longer than the message may be
  FrameTooLong,     // over the bound of its type: fatal for the stream
  BadMagic,
  WireVersion,    // generation 1: a version this host does not speak
  BadField,       // a varint or field that runs past the body
  RepeatedField,  // a field that may stand once only
  MissingField,
  BadValue,
  BadText,  // not UTF-8, or longer than allowed
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::native::wire
