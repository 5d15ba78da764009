#include "native/wire/text.hpp"

#include <cstdint>

namespace pf::native::wire {
namespace {

// Bytes of the character at the front, 0 when it is malformed.
std::size_t character(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto first = at(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xC2   ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  if ((first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F)) return 0;
  if ((first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F)) return 0;
  return size;
}

}  // namespace

bool valid_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto size = character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string_view fit_text(std::string_view text, std::size_t max) noexcept {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<std::uint8_t>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

}  // namespace pf::native::wire
