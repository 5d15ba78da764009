// The page at "/api/docs": every route with who may use it, what it takes and what it answers, made
// from the OpenAPI document. No scripts, nothing loaded from anywhere (trust-and-console.md 4.1).
#pragma once

#include <string>
#include <string_view>

namespace pf::webui {

inline constexpr std::string_view kReferencePath = "/api/docs";

// Its style is landing_style_hash()'s.
std::string reference_page(std::string_view version);

}  // namespace pf::webui
