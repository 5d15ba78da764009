#include "gamestream/xml.hpp"

#include <gtest/gtest.h>

namespace pf::gamestream {
namespace {

constexpr const char* kHead = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

TEST(Xml, WritesStatusAndElementsWithoutWhiteSpace) {
  EXPECT_EQ(XmlReply().element("a", "x").begin("b").element("c", 5).end("b").str(),
            std::string(kHead) + "<root status_code=\"200\"><a>x</a><b><c>5</c></b></root>");
  EXPECT_EQ(XmlReply(404).str(), std::string(kHead) + "<root status_code=\"404\"/>");
  EXPECT_EQ(XmlReply(401, "no \"entry\"").attribute("query", "/a<b>").str(),
            std::string(kHead) +
                "<root status_code=\"401\" status_message=\"no &quot;entry&quot;\" "
                "query=\"/a&lt;b&gt;\"/>");
}

TEST(Xml, EscapesMarkup) {
  EXPECT_EQ(xml_text("Tom & <Jerry>'s \"x\""), "Tom &amp; &lt;Jerry&gt;&apos;s &quot;x&quot;");
}

TEST(Xml, ReplacesWhatXmlForbids) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_text("gr\xC3\xBC\xC3\x9F\xF0\x9F\x8E\xAE"), "gr\xC3\xBC\xC3\x9F\xF0\x9F\x8E\xAE");
  EXPECT_EQ(xml_text("a\x01"), "a" + bad);
  EXPECT_EQ(xml_text("\xFF\xC3"), bad + bad);
  EXPECT_EQ(xml_text("\xC0\xAF"), bad + bad);                      // overlong
  EXPECT_EQ(xml_text("\xED\xA0\x80"), bad + bad + bad);            // surrogate
  EXPECT_EQ(xml_text("\xEF\xBF\xBF"), bad + bad + bad);            // U+FFFF
  EXPECT_EQ(xml_text("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // beyond U+10FFFF
}

}  // namespace
}  // namespace pf::gamestream
