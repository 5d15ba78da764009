#include "webui/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "webui/console_assets.hpp"

namespace pf::webui {
namespace {

http::Response get(const std::string& path, const std::string& method = "GET",
                   http::Fields headers = {}) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return page_response(request, {"Den", "00", "1"});
}

std::string header(const http::Response& response, const char* name) {
  const auto* value = http::find_field(response.headers, name);
  return value == nullptr ? "" : *value;
}

TEST(Pages, WithoutTheConsoleThereIsAPlainPage) {
  if (!console_assets().empty()) GTEST_SKIP() << "this build has the console";
  EXPECT_EQ(get("/").status, 200U);
  EXPECT_EQ(get("/devices").status, 404U);
  EXPECT_EQ(get("/", "POST").status, 405U);
}

TEST(Pages, TheConsolesOwnAddressesAnswerItsPage) {
  if (console_assets().empty()) GTEST_SKIP() << "this build has no console";
  for (const auto* path : {"/", "/devices", "/login", "/sessions/7"}) {
    const auto page = get(path);
    EXPECT_EQ(page.status, 200U) << path;
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(page, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
    EXPECT_EQ(header(page, "Content-Security-Policy"), console_csp());
  }
  for (const auto* path : {"/no.js", "/assets/none", "/../etc/passwd.txt", "/favicon.ico"})
    EXPECT_EQ(get(path).status, 404U) << path;
}

TEST(Pages, CannotBeFramedOrGuessedOrLeak) {
  for (const auto* path : {"/", "/nothing.txt"}) {
    const auto page = get(path);
    EXPECT_THAT(header(page, "Content-Security-Policy"),
                testing::HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(header(page, "Content-Security-Policy"), testing::HasSubstr("default-src 'none'"));
    EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(page, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(page, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header(page, "Cross-Origin-Resource-Policy"), "same-origin");
  }
}

TEST(Pages, FilesAreSentOnceAndWithTheirType) {
  for (const auto& file : console_assets()) {
    const std::string path(file.path);
    const auto sent = get(path);
    EXPECT_EQ(sent.status, 200U) << path;
    EXPECT_EQ(sent.content_type, file.type);
    EXPECT_EQ(sent.body.size(), file.gzip.size());
    EXPECT_EQ(header(sent, "ETag"), file.etag);
    if (file.immutable) {
      EXPECT_EQ(header(sent, "Cache-Control"), "public, max-age=31536000, immutable");
    }
    const auto again = get(path, "GET", {{"If-None-Match", std::string(file.etag)}});
    EXPECT_EQ(again.status, 304U);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(get(path, "GET", {{"Accept-Encoding", "identity"}}).status, 406U);
    EXPECT_EQ(get(path, "HEAD").status, 200U);
    EXPECT_EQ(get(path, "DELETE").status, 405U);
  }
}

}  // namespace
}  // namespace pf::webui
