// Box art without files: a palette picture (one row colour per gradient step), drawn and packed
// here.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "gamestream/applist.hpp"

namespace pf::gamestream {
namespace {

constexpr std::uint32_t kWidth = 600;
constexpr std::uint32_t kHeight = 800;
constexpr std::uint32_t kSteps = 200;  // palette entries of the gradient
constexpr std::uint8_t kInk = 255;     // palette entry of the letters
constexpr std::uint8_t kShade = 254;   // of the bar below them
constexpr std::uint32_t kCell = 6;     // a letter is 5 wide and 7 high, with one column of air
constexpr std::uint32_t kLetterHeight = 7;
constexpr std::uint32_t kScale = 8;
constexpr std::size_t kPerLine = kWidth / (kCell * kScale);
constexpr std::size_t kMaxLines = 6;

// Each letter is seven rows of five bits, from the top; the highest bit is the left column.
using Glyph = std::array<std::uint8_t, kLetterHeight>;
constexpr std::array<Glyph, 26> kLetters = {{
    {14, 17, 17, 31, 17, 17, 17}, {30, 17, 17, 30, 17, 17, 30}, {14, 17, 16, 16, 16, 17, 14},
    {30, 17, 17, 17, 17, 17, 30}, {31, 16, 16, 30, 16, 16, 31}, {31, 16, 16, 30, 16, 16, 16},
    {14, 17, 16, 23, 17, 17, 15}, {17, 17, 17, 31, 17, 17, 17}, {14, 4, 4, 4, 4, 4, 14},
    {7, 2, 2, 2, 2, 18, 12},      {17, 18, 20, 24, 20, 18, 17}, {16, 16, 16, 16, 16, 16, 31},
    {17, 27, 21, 21, 17, 17, 17}, {17, 25, 21, 19, 17, 17, 17}, {14, 17, 17, 17, 17, 17, 14},
    {30, 17, 17, 30, 16, 16, 16}, {14, 17, 17, 17, 21, 18, 13}, {30, 17, 17, 30, 20, 18, 17},
    {15, 16, 16, 14, 1, 1, 30},   {31, 4, 4, 4, 4, 4, 4},       {17, 17, 17, 17, 17, 17, 14},
    {17, 17, 17, 17, 17, 10, 4},  {17, 17, 17, 21, 21, 21, 10}, {17, 17, 10, 4, 10, 17, 17},
    {17, 17, 10, 4, 4, 4, 4},     {31, 1, 2, 4, 8, 16, 31},
}};
constexpr std::array<Glyph, 10> kDigits = {{
    {14, 17, 19, 21, 25, 17, 14},
    {4, 12, 4, 4, 4, 4, 14},
    {14, 17, 1, 6, 8, 16, 31},
    {30, 1, 1, 14, 1, 1, 30},
    {2, 6, 10, 18, 31, 2, 2},
    {31, 16, 30, 1, 1, 17, 14},
    {14, 16, 30, 17, 17, 17, 14},
    {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 1, 14},
}};

Glyph glyph(char c) {
  if (c >= 'a' && c <= 'z') return kLetters[static_cast<std::size_t>(c - 'a')];
  if (c >= 'A' && c <= 'Z') return kLetters[static_cast<std::size_t>(c - 'A')];
  if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
  switch (c) {
    case '-':
      return {0, 0, 0, 31, 0, 0, 0};
    case ':':
      return {0, 4, 4, 0, 4, 4, 0};
    case '.':
    case ',':
      return {0, 0, 0, 0, 0, 4, 4};
    case '!':
      return {4, 4, 4, 4, 4, 0, 4};
    case '\'':
      return {4, 4, 0, 0, 0, 0, 0};
    case '&':
      return {8, 20, 8, 21, 18, 18, 13};
    case ' ':
      return {};
    default:
      return {0, 14, 14, 14, 14, 14, 0};
  }
}

// Words on lines of kPerLine characters; a UTF-8 character beyond ASCII counts as one.
std::vector<std::string> lines_of(std::string_view title) {
  std::string plain;
  for (const char c : title) {
    const auto u = static_cast<unsigned char>(c);
    if ((u & 0xC0) == 0x80) continue;
    plain += u < 0x20 ? ' ' : u < 0x80 ? c : '*';
  }
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = std::min(plain.find(' ', at), plain.size());
    auto word = plain.substr(at, end - at);
    at = end + 1;
    while (!word.empty()) {
      if (!line.empty() && line.size() + 1 + word.size() > kPerLine) {
        lines.push_back(std::exchange(line, {}));
      }
      const auto part = word.substr(0, kPerLine);
      word.erase(0, part.size());
      line += (line.empty() ? "" : " ") + part;
      if (!word.empty()) lines.push_back(std::exchange(line, {}));
    }
  }
  if (!line.empty()) lines.push_back(line);
  if (lines.size() > kMaxLines) lines.resize(kMaxLines);
  return lines;
}

class Picture {
 public:
  Picture() : pixels_(std::size_t{kStride} * kHeight) {
    for (std::uint32_t y = 0; y < kHeight; ++y)
      fill(0, y, kWidth, 1, static_cast<std::uint8_t>(y * kSteps / kHeight));
  }
  void fill(std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height,
            std::uint8_t colour) {
    for (std::uint32_t row = y; row < y + height; ++row)
      std::fill_n(pixels_.begin() + static_cast<std::ptrdiff_t>(row * kStride + 1 + x), width,
                  colour);
  }
  void text(std::uint32_t x, std::uint32_t y, std::string_view line) {
    for (const char c : line) {
      const auto rows = glyph(c);
      for (std::uint32_t row = 0; row < kLetterHeight; ++row)
        for (std::uint32_t column = 0; column < 5; ++column)
          if ((rows[row] >> (4 - column) & 1) != 0)
            fill(x + column * kScale, y + row * kScale, kScale, kScale, kInk);
      x += kCell * kScale;
    }
  }
  ByteSpan rows() const { return pixels_; }

 private:
  static constexpr std::uint32_t kStride = kWidth + 1;  // each row begins with its filter, 0: none
  Bytes pixels_;
};

void chunk(Bytes& out, std::string_view type, ByteSpan data) {
  ByteWriter writer(out);
  writer.be(static_cast<std::uint32_t>(data.size()));
  const auto begin = out.size();
  writer.bytes(as_bytes(type)).bytes(data);
  const auto sum = crc32(0, out.data() + begin, static_cast<uInt>(out.size() - begin));
  writer.be(static_cast<std::uint32_t>(sum));
}

Bytes palette(std::uint32_t id) {
  // Two dark, related colours from the id, so that neighbours in a list differ.
  const auto channel = [&](unsigned shift) { return 40 + (id * 2'654'435'761U >> shift & 0x7F); };
  const std::array<std::uint32_t, 3> top = {channel(0), channel(8), channel(16)};
  Bytes colours(3 * 256);
  for (std::uint32_t i = 0; i < kSteps; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      colours[3 * i + c] = static_cast<std::uint8_t>(top[c] * (kSteps - i * 3 / 4) / kSteps);
  for (std::size_t c = 0; c < 3; ++c) {
    colours[3 * kInk + c] = 0xF4;
    colours[3 * kShade + c] = static_cast<std::uint8_t>(top[c] / 6);
  }
  return colours;
}

}  // namespace

std::string box_art_png(std::string_view title, std::uint32_t id) {
  Picture picture;
  const auto lines = lines_of(title);
  constexpr std::uint32_t kLine = (kLetterHeight + 3) * kScale;
  const auto height = static_cast<std::uint32_t>(lines.size()) * kLine;
  auto y = (kHeight - height) / 2;
  if (!lines.empty()) picture.fill(0, y - 3 * kScale, kWidth, height + 3 * kScale, kShade);
  for (const auto& line : lines) {
    const auto width = static_cast<std::uint32_t>(line.size()) * kCell * kScale - kScale;
    picture.text((kWidth - width) / 2, y, line);
    y += kLine;
  }

  uLongf packed_size = compressBound(picture.rows().size());
  Bytes packed(packed_size);
  const auto result = compress2(packed.data(), &packed_size, picture.rows().data(),
                                picture.rows().size(), Z_BEST_SPEED);
  PF_ASSERT(result == Z_OK);
  packed.resize(packed_size);

  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes header;
  ByteWriter(header).be(kWidth).be(kHeight).u8(8).u8(3).u8(0).u8(0).u8(0);  // 8-bit palette
  chunk(png, "IHDR", header);
  chunk(png, "PLTE", palette(id));
  chunk(png, "IDAT", packed);
  chunk(png, "IEND", {});
  return std::string(as_text(png));
}

}  // namespace pf::gamestream
