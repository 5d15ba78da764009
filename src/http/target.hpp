// The request target (RFC 9112 3.2, origin form only) as path and query. Pure; no network.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.hpp"

namespace pf::http {

inline constexpr std::size_t kMaxQueryFields = 128;

struct Target {
  std::string path;  // percent-decoded, starts with '/'
  Fields query;      // percent-decoded, in order, duplicates kept; "a" and "a=" both give {"a", ""}
};

// Nothing when `raw` is not usable: it does not start with '/', a percent escape is not two
// hexadecimal digits, it holds (plainly or escaped) a control character or NUL, a plain character
// that a target may not hold (space, '#', '"', '<', '>', '\\', '^', '`', '{', '|', '}', bytes above
// 0x7E), or more than kMaxQueryFields fields. '+' means a space in the query and itself in the
// path. Escaped bytes above 0x7F are kept as they are; they need not be UTF-8.
std::optional<Target> parse_target(std::string_view raw);

// The escape rules alone. `plus_is_space`: as in queries.
std::optional<std::string> percent_decode(std::string_view raw, bool plus_is_space);

}  // namespace pf::http
