// What can go wrong in the native front end itself.
#pragma once

namespace pf::native {

enum class Errc { BadMode = 1, NoCodec, ListenFailed };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::native
