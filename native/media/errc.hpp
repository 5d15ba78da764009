// The one error enum of this room.
#pragma once

#include "base/result.hpp"

namespace pf::native::media {

enum class Errc {
  BadConfig = 1,  // a size, share or key outside what the protocol allows
  CryptoFailed,   // the cipher library failed
  OutOfMemory,
};
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::native::media
