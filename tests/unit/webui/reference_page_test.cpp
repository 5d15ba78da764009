#include "webui/reference_page.hpp"

#include "unit/webui/api_fixture.hpp"
#include "webui/landing_page.hpp"

namespace pf::webui {
namespace {

TEST(ReferencePage, NamesEveryRouteAndEveryShape) {
  const auto page = reference_page("<1>");
  for (const auto& route : routes()) {
    const auto path = std::string(route.at_root ? "" : kBasePath) + route.path;
    EXPECT_THAT(page, HasSubstr(std::string(route.method) + " " + path + "</code>")) << path;
    EXPECT_THAT(page, HasSubstr(escape_html(route.summary)));
  }
  const auto document = openapi_document("1");
  for (const auto& [name, schema] : document["components"]["schemas"].items())
    EXPECT_THAT(page, HasSubstr("id=\"" + name + "\""));
  EXPECT_THAT(page, HasSubstr("punktfunk host &lt;1&gt;"));
  EXPECT_THAT(page, testing::Not(HasSubstr("<script")));
}

TEST_F(ApiTest, TheReferenceIsThereOnceTheHostHasAnOperator) {
  auto asked = browser("GET", "");
  asked.path = "/api/docs";
  const auto ask = [&](const char* method) {
    asked.method = method;
    const auto exchange = std::make_shared<test::FakeExchange>(asked);
    rig_.loop.run_sync([&] { api_->handle(exchange); });
    return exchange->response();
  };
  EXPECT_EQ(ask("GET").status, 404U);
  claim();
  const auto page = ask("GET");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  const auto* policy = http::find_field(page.headers, "Content-Security-Policy");
  ASSERT_NE(policy, nullptr);
  EXPECT_THAT(*policy, HasSubstr(landing_style_hash()));
  EXPECT_THAT(*policy, HasSubstr("default-src 'none'"));
  EXPECT_EQ(ask("HEAD").status, 200U);
  EXPECT_EQ(ask("POST").status, 404U);
}

}  // namespace
}  // namespace pf::webui
