#pragma once

#include "base/result.hpp"

namespace pf::webui {

enum class Errc { BadToken = 1, BadEndpoint };
const char* error_room(Errc);
const char* error_text(Errc);

}  // namespace pf::webui
