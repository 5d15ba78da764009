#include "webui/landing_page.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

TEST(LandingPage, TextIsEscaped) {
  EXPECT_EQ(escape_html("<a href='x'>\"&\"</a>"),
            "&lt;a href=&apos;x&apos;&gt;&quot;&amp;&quot;&lt;/a&gt;");
}

// The hash must be of exactly the bytes between the style tags, or a browser drops the style.
TEST(LandingPage, TheHashIsThatOfTheStyleInThePage) {
  const auto page = landing_page({"Den", std::string(64, 'a'), "1"});
  const auto begin = page.find("<style>") + 7;
  const auto style = page.substr(begin, page.find("</style>") - begin);
  const auto digest =
      crypto::sha256(ByteSpan(reinterpret_cast<const std::uint8_t*>(style.data()), style.size()));
  const auto& source = landing_style_hash();
  ASSERT_EQ(source.substr(0, 7), "sha256-");
  const auto base64 = source.substr(7);
  ASSERT_EQ(base64.size(), 44U);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes decoded;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    if (c == '=') break;
    bits = bits << 6U | static_cast<std::uint32_t>(alphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded.push_back(static_cast<std::uint8_t>(bits >> count & 0xFFU));
    }
  }
  EXPECT_EQ(to_hex(decoded), to_hex(digest));
}

TEST(LandingPage, ShowsTheFingerprintInGroups) {
  const auto page = landing_page({"Den", "0123456789abcdef" + std::string(48, '0'), "1"});
  EXPECT_NE(page.find("0123 4567 89ab cdef 0000"), std::string::npos);
}

}  // namespace
}  // namespace pf::webui
