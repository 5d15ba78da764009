// The pointer of the synthetic display, for those who are told about it: it walks, changes its
// image, and hides, all by the number of the frame.
#pragma once

#include <cstdint>

#include "capture/capture.hpp"

namespace pf::capture::synthetic {

// An arrow for 120 frames, a cross for 60, then hidden for 60; and over again.
enum class PointerLook : std::uint8_t { Hidden = 0, Arrow, Cross };
PointerLook pointer_look(std::uint64_t frame);

// Not for Hidden. The pixels live as long as the program.
PointerImage pointer_image(PointerLook look);

// In frame `frame` of a picture of this size; it keeps off the stamp.
PointerPlace pointer_place(std::uint32_t width, std::uint32_t height, std::uint64_t frame);

// What the pointer covers in that frame; empty while it is hidden.
media::Rect pointer_area(std::uint32_t width, std::uint32_t height, std::uint64_t frame);

}  // namespace pf::capture::synthetic
