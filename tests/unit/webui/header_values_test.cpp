#include "webui/header_values.hpp"

#include <gtest/gtest.h>

namespace pf::webui {
namespace {

TEST(HeaderValues, ACookieIsFoundByItsWholeName) {
  const auto value = [](const http::Fields& headers) { return cookie_value(headers, "__Host-a"); };
  EXPECT_EQ(value({{"Cookie", "__Host-a=1"}}), "1");
  EXPECT_EQ(value({{"cookie", "b=2;__Host-a=1; c=3"}}), "1");
  EXPECT_EQ(value({{"Cookie", "b=2"}, {"Cookie", "__Host-a=1=x"}}), "1=x");
  EXPECT_EQ(value({{"Cookie", "__Host-a="}}), "");
  EXPECT_EQ(value({{"Cookie", "x__Host-a=1; __host-a=1; __Host-ab=1; __Host-a"}}), std::nullopt);
  EXPECT_EQ(value({}), std::nullopt);
}

TEST(HeaderValues, ACookieThatComesTwiceIsNone) {
  EXPECT_EQ(cookie_value({{"Cookie", "a=1; a=1"}}, "a"), std::nullopt);
  EXPECT_EQ(cookie_value({{"Cookie", "a=1"}, {"Cookie", "a=2"}}, "a"), std::nullopt);
}

TEST(HeaderValues, GzipIsSentOnlyToThoseWhoTakeIt) {
  EXPECT_TRUE(accepts_gzip(nullptr));
  for (const std::string yes : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5", "*", "identity, *;q=1",
                                "deflate;q=1, gzip ; q=0.001", "x-gzip"})
    EXPECT_TRUE(accepts_gzip(&yes)) << yes;
  for (const std::string no :
       {"", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped", ",;,;"})
    EXPECT_FALSE(accepts_gzip(&no)) << no;
}

TEST(HeaderValues, EntityTagsCompareWeakly) {
  EXPECT_FALSE(names_etag(nullptr, "\"a\""));
  for (const std::string yes : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"})
    EXPECT_TRUE(names_etag(&yes, "\"a\"")) << yes;
  for (const std::string no : {"", "a", "\"A\"", "\"b\""})
    EXPECT_FALSE(names_etag(&no, "\"a\"")) << no;
}

}  // namespace
}  // namespace pf::webui
