// Streams that run: figures, and what can be done to them.
#include "unit/webui/api_fixture.hpp"
#include "webui/handlers_live.hpp"
#include "webui/session_events.hpp"

namespace pf::webui {
namespace {

class LiveTest : public ApiTest {
 protected:
  LiveTest() : device_(rig_.pair("TV", 'a')), id_(rig_.start_session(device_)) {}
  std::string path(const std::string& rest) const {
    return "/sessions/" + std::to_string(id_) + rest;
  }
  const trust::DeviceId device_;
  const session::SessionId id_;
};

TEST_F(LiveTest, WhatIsNotKnownIsAbsent) {
  session::LiveSample sample;
  sample.unix_ms = 1'700'000'000'000;
  sample.fps = 59.9;
  rig_.manager.samples = {sample};
  auto answer = send("GET", path("/live"));
  ASSERT_EQ(answer.body["samples"].size(), 1U);
  EXPECT_EQ(answer.body["samples"][0].size(), 3U) << answer.text;
  sample.loss_ppm = 0;
  sample.rtt_us = 1200;
  rig_.manager.samples.push_back(sample);
  answer = send("GET", path("/live"));
  EXPECT_EQ(answer.body["samples"][1]["loss_ppm"], 0);
  EXPECT_EQ(answer.body["samples"][1]["rtt_us"], 1200);
  EXPECT_EQ(send("GET", "/sessions/77/live").status, 404U);
}

TEST_F(LiveTest, StatsAreMadeOnlyForWhoAsksForThem) {
  rig_.manager.samples = {session::LiveSample{}};
  std::vector<std::string> told;
  rig_.on_control([&] {
    publish_stats(rig_.manager, rig_.events);
    return 0;
  });
  const auto listener = rig_.on_control([&] {
    return rig_.events.listen(*EventFilter::parse("stats"),
                              [&](const EventPtr& event) { told.push_back(event->data); });
  });
  rig_.on_control([&] {
    publish_stats(rig_.manager, rig_.events);
    return 0;
  });
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(json::parse(told.front())["sessions"][0]["id"], id_);
}

TEST_F(LiveTest, TheBusIsToldWhatSessionsDo) {
  std::vector<std::string> told;
  rig_.on_control([&] {
    SessionEvents watch(rig_.events);
    const auto listener = rig_.events.listen({}, [&](const EventPtr& event) {
      const auto client = event->kind.starts_with("client.");
      told.push_back(event->kind +
                     (client ? " " + json::parse(event->data).value("reason", "") : ""));
    });
    watch.look(rig_.manager);
    watch.look(rig_.manager);
    rig_.manager.sessions[id_].muted = true;
    watch.look(rig_.manager);
    rig_.manager.sessions[id_].state = session::State::Detached;
    watch.look(rig_.manager);
    rig_.manager.sessions[id_].state = session::State::Live;
    watch.look(rig_.manager);
    watch.ended({rig_.manager.sessions[id_], session::EndReason::ClientQuit, 5});
    return 0;
  });
  EXPECT_EQ(told, (std::vector<std::string>{
                      "session.started", "client.connected ", "session.changed", "session.changed",
                      "client.disconnected timeout", "session.changed", "client.connected ",
                      "client.disconnected quit", "session.ended"}));
}

TEST_F(LiveTest, AStreamIsLimitedWithinItsPairing) {
  const auto none = send("PUT", path("/access"), R"({"level":"view"})");
  EXPECT_EQ(none.status, 409U);
  EXPECT_EQ(code(none), "not_connected");
  const auto lease = rig_.on_control(
      [&] { return *rig_.allow_list->admit(std::string(64, 'a'), trust::Plane::GameStream, 0); });
  auto answer = send("PUT", path("/access"), R"({"level":"controller"})");
  EXPECT_EQ(answer.status, 200U) << answer.text;
  EXPECT_EQ(answer.body["level"], "controller");
  EXPECT_EQ(lease->grants().load(), trust::grant::kGamepad);
  answer = send("PUT", path("/access"), R"({"grants":6})");
  EXPECT_EQ(answer.body["level"], "custom");
  EXPECT_EQ(lease->grants().load(), 6U);
  for (const auto* bad :
       {R"({})", R"({"level":"view","grants":1})", R"({"grants":256})", R"({"level":"master"})"})
    EXPECT_EQ(send("PUT", path("/access"), bad).status, 400U) << bad;
  EXPECT_EQ(lease->grants().load(), 6U);
  EXPECT_EQ(send("PUT", "/sessions/77/access", R"({"grants":1})").status, 404U);
}

TEST_F(LiveTest, SoundIsMutedAndComesBack) {
  EXPECT_EQ(send("GET", path("")).body["muted"], false);
  EXPECT_EQ(send("PUT", path("/audio"), R"({"muted":true})").status, 204U);
  EXPECT_EQ(send("GET", path("")).body["muted"], true);
  EXPECT_EQ(send("PUT", path("/audio"), R"({"muted":false})").status, 204U);
  EXPECT_EQ(send("GET", path("")).body["muted"], false);
  EXPECT_EQ(send("PUT", path("/audio"), R"({"muted":1})").status, 422U);
  EXPECT_EQ(send("PUT", "/sessions/77/audio", R"({"muted":true})").status, 404U);
}

TEST_F(LiveTest, AWholePictureIsAskedForWhereSomethingStreams) {
  EXPECT_EQ(send("POST", path("/idr")).status, 202U);
  EXPECT_EQ(rig_.manager.keyframes, 1U);
  rig_.manager.set_state(id_, session::State::Detached);
  EXPECT_EQ(send("POST", path("/idr")).status, 409U);
  EXPECT_EQ(send("POST", "/sessions/77/idr").status, 404U);
}

}  // namespace
}  // namespace pf::webui
