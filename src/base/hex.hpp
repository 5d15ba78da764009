// Hexadecimal text, as the GameStream API and certificates' fingerprints use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace pf {

std::string to_hex(ByteSpan bytes);  // lower case
// Either case. Nothing when the length is odd or a character is not hexadecimal.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace pf
