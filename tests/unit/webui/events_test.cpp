// GET /events through the whole of the API.
#include "unit/webui/api_fixture.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {
namespace {

class EventsTest : public ApiTest {
 protected:
  using Exchange = std::shared_ptr<test::FakeExchange>;

  Exchange listen(http::Request asked) {
    auto exchange = std::make_shared<test::FakeExchange>(std::move(asked));
    rig_.loop.run_sync([&] { api_->handle(exchange); });
    return exchange;
  }
  Exchange listen(const std::string& query = {}) {
    return listen(request("GET", "/api/v1/events" + query));
  }
  void publish(const char* kind, json fields = json::object()) {
    rig_.loop.run_sync([&] { rig_.events.publish(kind, std::move(fields)); });
  }
  static std::string text(const Exchange& exchange) {
    const auto flow = exchange->flow();
    return flow ? flow->text : "(ended)";
  }
  std::size_t listeners() {
    return rig_.on_control([&] { return rig_.events.listeners(); });
  }
};

TEST_F(EventsTest, WhatWasMissedComesFirstThenWhatHappens) {
  publish("apps.changed", {{"n", 1}});
  const auto reader = listen();
  EXPECT_EQ(reader->response().status, 200U);
  EXPECT_EQ(reader->response().content_type, "text/event-stream");
  const auto before = text(reader);
  EXPECT_LT(before.find("event: apps.changed\n"), before.find("event: live\n"));
  publish("session.started", {{"id", 7}});
  const auto after = text(reader).substr(before.size());
  EXPECT_THAT(after, testing::MatchesRegex(
                         "id: [0-9]+\nevent: session.started\ndata: [{][^\n]*\"id\":7[^\n]*}\n\n"));
}

TEST_F(EventsTest, AReaderGoesOnWhereItWas) {
  publish("apps.changed", {{"n", 1}});
  const auto seq = rig_.on_control([&] { return rig_.events.since({}, {}).events.back()->seq; });
  publish("apps.changed", {{"n", 2}});
  const auto by_query = text(listen("?since=" + std::to_string(seq)));
  EXPECT_EQ(by_query.find("\"n\":1"), std::string::npos);
  EXPECT_NE(by_query.find("\"n\":2"), std::string::npos);
  auto again = request("GET", "/api/v1/events");
  set(again, "Last-Event-ID", std::to_string(seq + 1));
  EXPECT_EQ(text(listen(again)).find("apps.changed"), std::string::npos);
  EXPECT_THAT(text(listen("?since=5")), HasSubstr("event: dropped\n"));
}

TEST_F(EventsTest, OnlyTheNamedKindsAreSent) {
  const auto reader = listen("?kinds=session.*");
  publish("apps.changed");
  publish("session.ended");
  EXPECT_EQ(text(reader).find("apps.changed"), std::string::npos);
  EXPECT_NE(text(reader).find("session.ended"), std::string::npos);
  EXPECT_EQ(code(send("GET", "/events?kinds=Session")), "bad_value");
  EXPECT_EQ(code(send("GET", "/events?since=x")), "bad_value");
}

TEST_F(EventsTest, AreBoundedInNumber) {
  std::vector<Exchange> readers;
  for (std::size_t i = 0; i < EventStreams::kStreams; ++i) readers.push_back(listen());
  const auto refused = send("GET", "/events");
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(code(refused), "too_many_streams");
  EXPECT_FALSE(refused.header("Retry-After").empty());
  rig_.loop.run_sync([&] { readers[0]->flow()->close(); });
  EXPECT_EQ(listen()->response().status, 200U);
}

TEST_F(EventsTest, ASlowReaderIsDroppedAndAReaderThatLeftIsForgotten) {
  const auto slow = listen();
  const auto gone = listen();
  const auto stays = listen();
  EXPECT_EQ(listeners(), 3U);
  rig_.loop.run_sync([&] {
    slow->flow()->too_slow = true;
    gone->flow()->close();
  });
  publish("apps.changed");
  EXPECT_EQ(slow->flow(), nullptr);
  EXPECT_EQ(listeners(), 1U);
  EXPECT_NE(stays->flow(), nullptr);
}

TEST_F(EventsTest, EndWithTheSignInOrTokenTheyStandOn) {
  claim();
  const auto signed_in = cookie();
  auto asked = browser("GET", "/events", {}, signed_in);
  const auto by_cookie = listen(asked);
  ASSERT_NE(by_cookie->flow(), nullptr);
  const auto made = send("POST", "/tokens", R"({"name":"x","scope":"read"})").body;
  auto with_token = browser("GET", "/events");
  set(with_token, "Authorization", "Bearer " + made["secret"].get<std::string>());
  const auto by_token = listen(with_token);
  ASSERT_NE(by_token->flow(), nullptr);
  const auto by_machine = listen();

  const auto id = made["token"]["id"].get<unsigned>();
  EXPECT_EQ(send("DELETE", "/tokens/" + std::to_string(id)).status, 204U);
  EXPECT_EQ(by_token->flow(), nullptr);
  EXPECT_NE(by_cookie->flow(), nullptr);
  EXPECT_EQ(send(browser("POST", "/logout", {}, signed_in)).status, 204U);
  EXPECT_EQ(by_cookie->flow(), nullptr);
  EXPECT_NE(by_machine->flow(), nullptr);
}

}  // namespace
}  // namespace pf::webui
