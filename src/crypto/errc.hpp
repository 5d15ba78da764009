#pragma once

#include "base/result.hpp"

namespace pf::crypto {

enum class Errc { BadKey = 1, BadCertificate, BadPem, LibraryFailed, FileUnreadable };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::crypto
