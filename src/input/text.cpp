#include "input/text.hpp"

namespace pf::input {

char32_t next_code_point(std::string_view& text) {
  while (!text.empty()) {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xE0) == 0xC0 ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 0;
    if (length == 0 || length > text.size()) {
      text.remove_prefix(1);
      continue;
    }
    constexpr std::uint8_t lead_bits[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t value = lead & lead_bits[length];
    bool good = true;
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      good = good && (byte & 0xC0) == 0x80;
      value = (value << 6) | (byte & 0x3FU);
    }
    constexpr char32_t smallest[5] = {0, 1, 0x80, 0x800, 0x10000};
    good = good && value >= smallest[length] && value <= 0x10FFFF &&
           (value < 0xD800 || value > 0xDFFF);
    text.remove_prefix(good ? length : 1);
    if (good) return value;
  }
  return 0;
}

std::uint32_t keysym_of(char32_t code_point) {
  switch (code_point) {
    case U'\n':
    case U'\r':
      return 0xFF0D;
    case U'\t':
      return 0xFF09;
    case U'\b':
      return 0xFF08;
    case 0x1B:
      return 0xFF1B;
    default:
      break;
  }
  const auto value = static_cast<std::uint32_t>(code_point);
  if (value < 0x20 || (value >= 0x7F && value < 0xA0)) return 0;
  return value <= 0xFF ? value : 0x01000000U + value;
}

}  // namespace pf::input
