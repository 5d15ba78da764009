// What can go wrong in a pairing ceremony.
#pragma once

#include "base/result.hpp"

namespace pf::native::pairing {

enum class Errc { BadMessage = 1, WrongProof };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::native::pairing
