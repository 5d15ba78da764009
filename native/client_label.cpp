#include "native/client_label.hpp"

namespace pf::native {

trust::ClientInfo client_info(std::string_view label) {
  const auto space = label.rfind(' ');
  if (space == std::string_view::npos) return {std::string(label), {}};
  const auto last = label.substr(space + 1);
  const bool version = !last.empty() && last.front() >= '0' && last.front() <= '9';
  if (!version) return {std::string(label), {}};
  return {std::string(label.substr(0, space)), std::string(last)};
}

}  // namespace pf::native
