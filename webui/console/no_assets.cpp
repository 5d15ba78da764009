#include "webui/console_assets.hpp"

namespace pf::webui {

std::span<const Asset> console_assets() {
  return {};
}
std::string_view console_csp() {
  return "default-src 'none'; frame-ancestors 'none'";
}

}  // namespace pf::webui
