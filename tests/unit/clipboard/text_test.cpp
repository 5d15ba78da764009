#include <gtest/gtest.h>

#include "clipboard/clipboard.hpp"

namespace pf::clipboard {
namespace {

TEST(ClipboardText, TakesUtf8) {
  for (const char* text : {"a", "zwei Zeilen\nund\tTab", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8E\xAE",
                           "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\xE0\xA0\x80"})
    EXPECT_TRUE(good_text(text)) << text;
}

TEST(ClipboardText, RefusesEverythingElse) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("a\0b", 3), std::string_view("\x80"),
        std::string_view("\xC3"), std::string_view("\xC0\xAF"), std::string_view("\xE0\x80\x80"),
        std::string_view("\xED\xA0\x80"), std::string_view("\xF0\x80\x80\x80"),
        std::string_view("\xF4\x90\x80\x80"), std::string_view("\xF5\x80\x80\x80"),
        std::string_view("\xE2\x82"), std::string_view("latin \xE4")})
    EXPECT_FALSE(good_text(text));
}

TEST(ClipboardText, HasABound) {
  std::string text(kMaxTextBytes, 'x');
  EXPECT_TRUE(good_text(text));
  text += 'x';
  EXPECT_FALSE(good_text(text));
}

}  // namespace
}  // namespace pf::clipboard
