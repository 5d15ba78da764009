#include "session/picture_area.hpp"

#include <algorithm>

#include "encode/picture.hpp"

namespace pf::session {
namespace {

float along(float at, std::uint32_t picture, std::uint32_t from, std::uint32_t length) noexcept {
  const auto pixels = at * static_cast<float>(picture) - static_cast<float>(from);
  return std::clamp(pixels / static_cast<float>(length), 0.0F, 1.0F);
}

}  // namespace

input::Event onto_display(const input::Event& event, const PictureSize& display,
                          const PictureSize& picture) noexcept {
  const auto width = picture.width(), height = picture.height();
  if (display.width() == 0 || width == 0 ||
      std::uint64_t{display.width()} * height == std::uint64_t{display.height()} * width)
    return event;
  const auto area = encode::fit(display.width(), display.height(), width, height);
  auto moved = event;
  const auto place = [&](auto& where) {
    where.x = along(where.x, width, area.x, area.width);
    where.y = along(where.y, height, area.y, area.height);
  };
  if (auto* const pointer = std::get_if<input::PointerPosition>(&moved)) place(*pointer);
  if (auto* const touch = std::get_if<input::Touch>(&moved)) place(*touch);
  if (auto* const pen = std::get_if<input::Pen>(&moved)) place(*pen);
  return moved;
}

}  // namespace pf::session
