// What making an erasure code can meet.
#pragma once

#include <cstdint>

namespace pf::fec {

enum class Errc : std::uint8_t { BadShape = 1, BadLength, OutOfMemory };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::fec
