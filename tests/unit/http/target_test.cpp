#include "http/target.hpp"

#include <gtest/gtest.h>

namespace pf::http {
namespace {

using namespace std::string_literals;

TEST(Target, SplitsPathAndQuery) {
  const auto target = parse_target("/launch?appid=12&mode=1920x1080x60&sops&empty=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/launch");
  EXPECT_EQ(target->query,
            (Fields{{"appid", "12"}, {"mode", "1920x1080x60"}, {"sops", ""}, {"empty", ""}}));
}

TEST(Target, DecodesEscapesAndPlusInQueriesOnly) {
  const auto target = parse_target("/a%20b+c?n+1=x%2By+z&u=%C3%A4");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b+c");
  EXPECT_EQ(target->query, (Fields{{"n 1", "x+y z"}, {"u", "\xC3\xA4"}}));
}

TEST(Target, KeepsDuplicatesAndEqualsSignsInValues) {
  const auto target = parse_target("/p?a=1&A=2&a=b=c&&");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query, (Fields{{"a", "1"}, {"A", "2"}, {"a", "b=c"}}));
  EXPECT_EQ(*find_field(target->query, "A"), "1");  // the first, whatever its case
}

TEST(Target, RefusesWhatIsNotOriginForm) {
  for (const auto* bad : {"", "launch", "http://host/launch", "*", "?a=1", " /a"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Target, RefusesBrokenEscapes) {
  for (const auto* bad : {"/%", "/%1", "/%zz", "/a?b=%", "/a?b=%4", "/a?%g0=1", "/%%20"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Target, RefusesControlCharactersPlainOrEscaped) {
  for (const auto& bad : {"/%00"s, "/a?b=%0d%0aX"s, "/a%7F"s, "/a\tb"s, "/a\0b"s, "/a#frag"s,
                          "/a b"s, "/a\xC3\xA4"s, "/a?b=<x>"s})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Target, BoundsTheNumberOfFields) {
  std::string text = "/a?";
  for (std::size_t i = 0; i < kMaxQueryFields; ++i) text += "k=v&";
  EXPECT_TRUE(parse_target(text));
  EXPECT_FALSE(parse_target(text + "one=more"));
}

TEST(Fields, FindComparesWithoutCase) {
  const Fields fields{{"Content-Type", "a"}, {"x", "b"}};
  EXPECT_EQ(*find_field(fields, "content-type"), "a");
  EXPECT_EQ(find_field(fields, "content"), nullptr);
  EXPECT_EQ(find_field(fields, "content-type-2"), nullptr);
}

}  // namespace
}  // namespace pf::http
