#include "http/response_text.hpp"

#include <gtest/gtest.h>

namespace pf::http {
namespace {

TEST(ResponseText, WritesHeadAndBody) {
  EXPECT_EQ(to_wire({200, "text/xml", "<a/>", {{"X-A", "1"}}}, false, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 4\r\nX-A: 1\r\n"
            "Connection: close\r\n\r\n<a/>");
}

TEST(ResponseText, LeavesTheBodyOutForHeadAndBodylessStatus) {
  EXPECT_EQ(to_wire({200, "text/plain", "abc", {}}, true, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
            "Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(to_wire({204, "text/plain", "abc", {}}, true, false),
            "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseText, NoValueCanBeginAHeaderOfItsOwn) {
  EXPECT_EQ(to_wire({302, "", "", {{"Location", "/a\r\nSet-Cookie: x=1"}}}, false, false),
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /a  Set-Cookie: x=1\r\n"
            "Connection: close\r\n\r\n");
}

}  // namespace
}  // namespace pf::http
