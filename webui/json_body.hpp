// The body of a writing request as JSON, bounded and strict. Bytes come from a peer that has shown
// a valid token, or from anybody in tests.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "webui/schema.hpp"

namespace pf::webui {

// Unless the route allows more (Route::json_limit).
inline constexpr std::size_t kMaxBodyBytes = 32 * 1024;
inline constexpr int kMaxDepth = 8;

// Fills `out`, or says why not: 413 too long, 400 not JSON, nested too deep or a name twice.
std::optional<Problem> parse_json(std::string_view text, nlohmann::json& out,
                                  std::size_t limit = kMaxBodyBytes);
// Fills `out` with a body that fits `schema`, or says why not: 413 too long, 400 not JSON, nested
// too deep or a name twice, else as check() has it.
std::optional<Problem> parse_body(const Schema& schema, std::string_view text, nlohmann::json& out);

// True for "application/json", with or without charset=utf-8.
bool is_json_content_type(std::string_view value);

}  // namespace pf::webui
