#include "webui/event_bus.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pf::webui {
namespace {

using nlohmann::json;

TEST(EventBus, AnEventSaysWhatItIs) {
  EventBus bus(100);
  json got;
  const auto listener = bus.listen({}, [&](const EventPtr& e) { got = json::parse(e->data); });
  bus.publish("pairing.denied", {{"name", "TV"}});
  EXPECT_EQ(got["seq"], 100);
  EXPECT_EQ(got["schema"], 1);
  EXPECT_EQ(got["kind"], "pairing.denied");
  EXPECT_EQ(got["name"], "TV");
  EXPECT_GT(got["ts_ms"].get<std::int64_t>(), 0);
  bus.publish("pairing.denied", {{"name", "\xFF"}});
  EXPECT_EQ(got["seq"], 101) << "bytes that are no text do not lose the event";
}

TEST(EventBus, NumbersRiseAcrossRestartsAndFitIntoADouble) {
  EventBus first;
  for (int i = 0; i < 1000; ++i) first.publish("settings.changed", json::object());
  const auto last = first.since({}, {}).events.back()->seq;
  EXPECT_LT(last, std::uint64_t{1} << 53);
  // A millisecond later than the first: no host starts faster.
  EventBus second((((last >> 10) + 1) << 10));
  second.publish("host.started", json::object());
  EXPECT_GT(second.since({}, {}).events.front()->seq, last);
}

TEST(EventBus, AListenerHearsTheKindsItNamed) {
  struct Case {
    const char* names;
    std::vector<std::string> wanted, unwanted;
  };
  for (const auto& one : std::vector<Case>{
           {"session.started", {"session.started"}, {"session.started.x", "session", "stats"}},
           {"session.*", {"session.started", "session.ended"}, {"session", "sessions.x"}},
           {"access.*,stats", {"access.granted", "stats"}, {"log", "session.started"}}}) {
    const auto filter = EventFilter::parse(one.names);
    ASSERT_TRUE(filter) << one.names;
    for (const auto& kind : one.wanted) EXPECT_TRUE(filter->wants(kind)) << kind;
    for (const auto& kind : one.unwanted) EXPECT_FALSE(filter->wants(kind)) << kind;
  }
  EXPECT_TRUE(EventFilter().wants("session.started"));
  EXPECT_FALSE(EventFilter().wants("stats"));
  EXPECT_FALSE(EventFilter().wants("log"));
}

TEST(EventBus, NamesOfKindsAreChecked) {
  for (const std::string bad : {"", ",", "a,", "A", "a b", "*", ".*", "a*", "a.*.*", "a\n"})
    EXPECT_FALSE(EventFilter::parse(bad)) << bad;
  EXPECT_FALSE(EventFilter::parse(std::string(EventFilter::kNameBytes + 1, 'a')));
  std::string many = "a";
  for (std::size_t i = 1; i < EventFilter::kNames; ++i) many += ",a";
  EXPECT_TRUE(EventFilter::parse(many));
  EXPECT_FALSE(EventFilter::parse(many + ",a"));
}

TEST(EventBus, ReplayGoesOnAfterTheCursorAndTellsOfAGap) {
  EventBus bus(1);
  EXPECT_FALSE(bus.since({}, {}).gap);
  EXPECT_TRUE(bus.since(5, {}).gap) << "a number that was never given out";
  for (std::size_t i = 0; i < EventBus::kReplay; ++i) bus.publish("apps.changed", json::object());
  EXPECT_EQ(bus.since({}, {}).events.size(), EventBus::kReplay);
  EXPECT_FALSE(bus.since(0, {}).gap);
  const auto last = bus.since(EventBus::kReplay - 1, {});
  EXPECT_FALSE(last.gap);
  ASSERT_EQ(last.events.size(), 1U);
  EXPECT_EQ(last.events[0]->seq, EventBus::kReplay);
  EXPECT_EQ(bus.since(EventBus::kReplay, {}).events.size(), 0U);

  bus.publish("apps.changed", json::object());
  const auto gap = bus.since(0, {});
  EXPECT_TRUE(gap.gap);
  EXPECT_EQ(gap.events.size(), EventBus::kReplay);
  EXPECT_FALSE(bus.since(1, {}).gap);
  EXPECT_EQ(bus.since(1, *EventFilter::parse("session.*")).events.size(), 0U);
}

TEST(EventBus, KindsOnDemandAreMadeOnlyForThoseWhoAskAndNeverReplayed) {
  EventBus bus(1);
  std::vector<bool> demand;
  bus.when_wanted("stats", [&](bool wanted) { demand.push_back(wanted); });
  bus.publish("stats", {{"sessions", json::array()}});
  const auto all = bus.listen({}, [](const EventPtr& e) { EXPECT_NE(e->kind, "stats"); });
  EXPECT_FALSE(bus.wanted("stats"));
  int heard = 0;
  auto one = bus.listen(*EventFilter::parse("stats"), [&](const EventPtr&) { ++heard; });
  auto two = bus.listen(*EventFilter::parse("stats,log"), [&](const EventPtr&) { ++heard; });
  EXPECT_TRUE(bus.wanted("stats"));
  bus.publish("stats", json::object());
  EXPECT_EQ(heard, 2);
  one.reset();
  EXPECT_TRUE(bus.wanted("stats"));
  two.reset();
  EXPECT_FALSE(bus.wanted("stats"));
  EXPECT_EQ(demand, (std::vector<bool>{true, false}));
  EXPECT_EQ(bus.since({}, {}).events.size(), 0U);
  // Their numbers are no gap for others.
  bus.publish("apps.changed", json::object());
  EXPECT_FALSE(bus.since(1, {}).gap);
}

TEST(EventBus, ListenersMayLeaveWhileTheyAreTold) {
  EventBus bus(1);
  std::unique_ptr<EventBus::Listener> first, second;
  int heard = 0;
  first = bus.listen({}, [&](const EventPtr&) {
    ++heard;
    first.reset();
    second.reset();
  });
  second = bus.listen({}, [&](const EventPtr&) { ++heard; });
  bus.publish("apps.changed", json::object());
  bus.publish("apps.changed", json::object());
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(bus.listeners(), 0U);
}

TEST(EventBus, ListenersAreBoundedAndMayOutliveTheBus) {
  std::vector<std::unique_ptr<EventBus::Listener>> all;
  {
    EventBus bus(1);
    for (std::size_t i = 0; i < EventBus::kListeners; ++i)
      all.push_back(bus.listen({}, [](const EventPtr&) {}));
    EXPECT_NE(all.back(), nullptr);
    EXPECT_EQ(bus.listen({}, [](const EventPtr&) {}), nullptr);
    all.pop_back();
    EXPECT_NE(bus.listen({}, [](const EventPtr&) {}), nullptr);
  }
  all.clear();
}

}  // namespace
}  // namespace pf::webui
