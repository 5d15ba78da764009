// The API without its server: requests made by hand, answers held against what the routes promise.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/api_rig.hpp"
#include "webui/api.hpp"
#include "webui/json_body.hpp"
#include "webui/schemas.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::webui {

using nlohmann::json;
using test::ApiRig;
using testing::HasSubstr;

struct Received {
  unsigned status = 0;
  json body;
  std::string text;
  http::Fields headers;
  std::string header(const char* name) const {
    const auto* value = http::find_field(headers, name);
    return value == nullptr ? "" : *value;
  }
};

class ApiTest : public testing::Test {
 protected:
  static constexpr const char* kToken =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

  static constexpr const char* kPassword = "correct horse battery";
  static constexpr PasswordCost kCheap{1, 8192};

  ApiTest() {
    config_.host_name = "Den";
    config_.folder = rig_.folder.path();
    config_.password_cost = kCheap;
    rig_.loop.run_sync([&] {
      auth_ = std::move(*Auth::open(deps_, config_, kToken));
      api_ = std::make_unique<Api>(deps_, config_, *auth_, tls_);
      api_->set_port(47990);
    });
  }
  ~ApiTest() override {
    rig_.loop.run_sync([&] {
      api_.reset();
      auth_.reset();
    });
  }

  // The host has a password: strangers see what is open.
  void claim() {
    rig_.loop.run_sync([&] {
      ASSERT_TRUE(auth_->credentials().set_password(hash_password(kPassword, kCheap), 0, 0));
      auth_->end_setup();
    });
  }
  // A request from a browser in the same network.
  static http::Request browser(const std::string& method, const std::string& path,
                               const std::string& body = {}, const std::string& cookie = {}) {
    auto out = request(method, "/api/v1" + path, body);
    std::erase_if(out.headers, [](const auto& f) { return f.first == "Authorization"; });
    set(out, "Origin", "https://localhost:47990");
    set(out, "Sec-Fetch-Site", "same-origin");
    if (!cookie.empty()) set(out, "Cookie", cookie);
    out.remote = *net::Endpoint::parse("192.168.1.40", 50002);
    return out;
  }
  // Signs in; "name=secret", as a browser sends it.
  std::string cookie() {
    const auto answer = send(browser("POST", "/login", json{{"password", kPassword}}.dump()));
    EXPECT_EQ(answer.status, 204U) << answer.text;
    const auto set_cookie = answer.header("Set-Cookie");
    return set_cookie.substr(0, set_cookie.find(';'));
  }

  static http::Request request(const std::string& method, const std::string& path,
                               const std::string& body = {}) {
    http::Request out;
    out.method = method;
    const auto query = path.find('?');
    out.path = path.substr(0, query);
    if (query != std::string::npos) {
      const auto pair = path.substr(query + 1);
      const auto equals = pair.find('=');
      out.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    out.headers = {{"Host", "localhost:47990"}, {"Authorization", std::string("Bearer ") + kToken}};
    if (!body.empty()) {
      out.body = body;
      out.headers.emplace_back("Content-Type", "application/json");
    }
    out.remote = *net::Endpoint::parse("127.0.0.1", 50001);
    out.local = *net::Endpoint::parse("127.0.0.1", 47990);
    out.tls = true;
    return out;
  }

  static void set(http::Request& request, const std::string& name, const std::string& value) {
    for (auto& field : request.headers)
      if (field.first == name) {
        field.second = value;
        return;
      }
    request.headers.emplace_back(name, value);
  }

  // Every answer is held against what the route table promises.
  Received send(const http::Request& request) {
    const auto exchange = std::make_shared<test::FakeExchange>(request);
    rig_.loop.run_sync([&] { api_->handle(exchange); });
    // Passwords are looked at on a worker.
    if (!exchange->answered_within(std::chrono::seconds(20))) return {};
    const auto& response = exchange->response();
    Received answer{response.status, nullptr, response.body, response.headers};
    answer.headers.emplace_back("Content-Type", response.content_type);
    if (!response.body.empty() && response.content_type == "application/json") {
      answer.body = json::parse(response.body, nullptr, false);
      EXPECT_FALSE(answer.body.is_discarded()) << response.body;
    }
    check_promise(request, answer);
    return answer;
  }
  Received send(const std::string& method, const std::string& path, const std::string& body = {}) {
    return send(request(method, "/api/v1" + path, body));
  }

  static void check_promise(const http::Request& request, const Received& answer) {
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer.header("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(answer.header("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    if (answer.status >= 400) {
      ASSERT_TRUE(answer.body.is_object()) << answer.text;
      if (answer.status != 412) {  // with what it is now
        EXPECT_FALSE(check(schemas::kError, answer.body)) << answer.text;
      }
      EXPECT_FALSE(answer.body["code"].get<std::string>().empty());
      EXPECT_EQ(answer.body["error"].get<std::string>().back(), '.') << answer.text;
      return;
    }
    if (request.path == "/") return;
    const bool below = request.path.starts_with(kBasePath);
    const auto found =
        match(request.method, below ? request.path.substr(kBasePath.size()) : request.path, !below);
    ASSERT_NE(found.route, nullptr);
    for (const auto& promised : found.route->answers) {
      if (promised.status != answer.status) continue;
      if (promised.type != nullptr) {
        const std::string type = promised.type;
        EXPECT_THAT(answer.header("Content-Type"),
                    testing::StartsWith(type.substr(0, type.find('*'))));
      } else if (promised.schema == nullptr) {
        EXPECT_EQ(answer.text, "");
      } else {
        const auto problem = check(*promised.schema, answer.body);
        EXPECT_FALSE(problem) << problem->sentence << " in " << answer.text;
      }
      return;
    }
    FAIL() << "status " << answer.status << " is not promised for " << request.path;
  }

  std::string code(const Received& answer) {
    return answer.body.is_object() ? answer.body.value("code", "") : "";
  }

  ApiRig rig_;
  Deps deps_ = rig_.deps();
  FrontendConfig config_;
  std::unique_ptr<Auth> auth_;
  TlsCertificate tls_{rig_.loop, rig_.folder.path()};
  std::unique_ptr<Api> api_;
};

}  // namespace pf::webui
