#include "media/mode.hpp"

#include <fmt/format.h>

namespace pf::media {

std::string to_string(const Mode& mode) {
  if (mode.rate.den == 1) return fmt::format("{}x{}@{}", mode.width, mode.height, mode.rate.num);
  return fmt::format("{}x{}@{:.2f}", mode.width, mode.height, mode.rate.value());
}

}  // namespace pf::media
