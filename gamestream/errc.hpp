// The one error enum of the GameStream front end.
#pragma once

#include "base/result.hpp"

namespace pf::gamestream {

enum class Errc {
  BadRequest = 1,  // malformed, or a value that the protocol does not allow
  Unsupported,     // well formed, but this host does not offer it
  Refused,         // the encryption policy asks for more than the client agreed to
  UnknownClient,   // no waiting launch belongs to the peer
  ListenFailed,    // a port could not be opened
  CryptoFailed,
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::gamestream
