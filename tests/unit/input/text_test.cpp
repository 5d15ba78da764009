#include "input/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pf::input {
namespace {

std::u32string decode(std::string_view text) {
  std::u32string out;
  while (const char32_t c = next_code_point(text)) out.push_back(c);
  return out;
}

TEST(Text, DecodesEveryLength) {
  EXPECT_EQ(decode("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), U"a\u00E9\u20AC\U0001F600");
  EXPECT_EQ(decode("\xF4\x8F\xBF\xBF"), U"\U0010FFFF");
  EXPECT_EQ(decode(""), U"");
}

TEST(Text, SkipsMalformedBytesOnly) {
  EXPECT_EQ(decode("a\xFFz"), U"az");
  EXPECT_EQ(decode("a\xC0\x80z"), U"az");          // overlong
  EXPECT_EQ(decode("a\xE0\x80\xAFz"), U"az");      // overlong
  EXPECT_EQ(decode("a\xED\xA0\x80z"), U"az");      // surrogate
  EXPECT_EQ(decode("a\xF4\x90\x80\x80z"), U"az");  // above U+10FFFF
  EXPECT_EQ(decode("a\xE2\x82"), U"a");            // cut short
  EXPECT_EQ(decode("\x80\x80z"), U"z");
  EXPECT_EQ(decode("\xE2z"), U"z");
}

TEST(Text, EveryScalarValueSurvivesTheRoundTrip) {
  for (char32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string s;
    const auto put = [&](char32_t byte) { s.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
          put(0x80 | (c & 0x3F));
    }
    ASSERT_EQ(decode(s), std::u32string(1, c)) << static_cast<unsigned>(c);
  }
}

TEST(Text, Keysyms) {
  EXPECT_EQ(keysym_of(U'a'), 0x61U);
  EXPECT_EQ(keysym_of(U'\u00E9'), 0xE9U);
  EXPECT_EQ(keysym_of(U'\u20AC'), 0x010020ACU);
  EXPECT_EQ(keysym_of(U'\n'), 0xFF0DU);
  EXPECT_EQ(keysym_of(U'\t'), 0xFF09U);
  EXPECT_EQ(keysym_of(U'\b'), 0xFF08U);
  EXPECT_EQ(keysym_of(0x01), 0U);
  EXPECT_EQ(keysym_of(0x7F), 0U);
}

}  // namespace
}  // namespace pf::input
