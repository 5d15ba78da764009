#include "apps/art.hpp"

#include <algorithm>
#include <array>

namespace pf::apps {
namespace {

constexpr std::array<std::uint8_t, 8> kPngSignature{0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
constexpr std::array<std::uint8_t, 4> kPngHeader{'I', 'H', 'D', 'R'};
constexpr std::array<std::uint8_t, 4> kPngEnd{'I', 'E', 'N', 'D'};

std::uint32_t big16(ByteSpan at) {
  return static_cast<std::uint32_t>(at[0]) << 8 | at[1];
}
std::uint32_t big32(ByteSpan at) {
  return big16(at) << 16 | big16(at.subspan(2));
}

bool has(ByteSpan bytes, std::size_t at, ByteSpan what) {
  return bytes.size() >= at + what.size() &&
         std::equal(what.begin(), what.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

std::optional<PictureFacts> sized(const char* type, std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0 || width > Art::kLargestSide || height > Art::kLargestSide)
    return std::nullopt;
  return PictureFacts{type, width, height};
}

std::optional<PictureFacts> png(ByteSpan bytes) {
  constexpr std::size_t kFirstChunk = 8, kData = 16, kLeast = 33 + 12;
  if (bytes.size() < kLeast || big32(bytes.subspan(kFirstChunk)) != 13 ||
      !has(bytes, kFirstChunk + 4, kPngHeader))
    return std::nullopt;
  // The last chunk is empty and has its own checksum: a file that was cut off lacks it.
  if (!has(bytes, bytes.size() - 8, kPngEnd)) return std::nullopt;
  return sized("image/png", big32(bytes.subspan(kData)), big32(bytes.subspan(kData + 4)));
}

// A start of frame, but not the tables and the arithmetic conditioning that lie among them.
bool starts_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<PictureFacts> jpeg(ByteSpan bytes) {
  if (!has(bytes, bytes.size() - 2, std::array<std::uint8_t, 2>{0xFF, 0xD9})) return std::nullopt;
  std::size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (bytes[at] != 0xFF) return std::nullopt;
    const auto marker = bytes[at + 1];
    if (marker == 0xFF) {  // fill
      ++at;
      continue;
    }
    const auto length = big16(bytes.subspan(at + 2));
    if (length < 2 || at + 2 + length > bytes.size()) return std::nullopt;
    if (starts_frame(marker)) {
      if (length < 8) return std::nullopt;
      return sized("image/jpeg", big16(bytes.subspan(at + 7)), big16(bytes.subspan(at + 5)));
    }
    if (marker == 0xDA || marker == 0xD9) return std::nullopt;  // data without a frame
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PictureFacts> picture_facts(ByteSpan bytes) {
  if (bytes.size() > Art::kLargest) return std::nullopt;
  if (has(bytes, 0, kPngSignature)) return png(bytes);
  if (has(bytes, 0, std::array<std::uint8_t, 3>{0xFF, 0xD8, 0xFF})) return jpeg(bytes);
  return std::nullopt;
}

}  // namespace pf::apps
