#include "input/vk_to_evdev.hpp"
#include "native/wire/input_decode.hpp"

namespace pf::native::wire {

std::uint16_t evdev_key(std::uint32_t vk) noexcept {
  switch (vk) {  // punktfunk1.md 7.5, where it differs from GameStream's table
    case 0x15:
      return KEY_HANGEUL;
    case 0x19:
      return KEY_HANJA;
    case 0x6C:
      return KEY_KPENTER;
    case 0xE1:
      return KEY_YEN;
    case 0xF2:
      return KEY_KATAKANAHIRAGANA;
    case 0xF3:
      return KEY_ZENKAKUHANKAKU;
    default:
      return vk < 0x100 ? input::vk_to_evdev(static_cast<std::uint8_t>(vk)) : std::uint16_t{0};
  }
}

}  // namespace pf::native::wire
