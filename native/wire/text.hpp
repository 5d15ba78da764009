// Texts of the wire: UTF-8 without NUL, with a bound in bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace pf::native::wire {

// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL.
bool valid_text(std::string_view text) noexcept;

// The longest prefix of at most `max` bytes that does not cut a character.
std::string_view fit_text(std::string_view text, std::size_t max) noexcept;

}  // namespace pf::native::wire
