// The page at "/": what this host is and how to pair from its command line. No scripts, nothing
// loaded from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace pf::webui {

struct LandingFacts {
  std::string_view host_name;
  std::string_view fingerprint;  // 64 hex digits
  std::string_view version;
};
std::string landing_page(const LandingFacts& facts);

// The CSP source that allows the page's inline style: "sha256-…".
const std::string& landing_style_hash();

// The style itself, for other pages of this kind.
std::string_view landing_style();

std::string escape_html(std::string_view text);

}  // namespace pf::webui
