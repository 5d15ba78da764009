// What opening a socket or reading an address can meet.
#pragma once

#include <cstdint>

namespace pf::net {

enum class Errc : std::uint8_t { BadAddress = 1, OpenFailed, BindFailed, OutOfMemory };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::net
