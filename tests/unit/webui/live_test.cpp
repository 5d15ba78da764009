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

TEST_F(LiveTest, TheBusIsToldWhatHappensInSessions) {
  std::vector<json> told;
  rig_.on_control([&] {
    SessionEvents watch(rig_.events);
    const auto listener = rig_.events.listen(
        {}, [&](const EventPtr& event) { told.push_back(json::parse(event->data)); });
    using Kind = session::Happening::Kind;
    session::Happening happening;
    happening.session = rig_.manager.sessions[id_];
    happening.session.display = "virtual";
    happening.session.codec = media::Codec::Hevc;
    happening.session.mode = {1280, 720, {60, 1}};
    happening.opened_for = 77;
    happening.mode = {640, 360, {30, 1}};
    happening.end = session::GameEnd::LetGo;
    for (const auto kind : {Kind::DisplayCreated, Kind::GameLaunching, Kind::GameRunning,
                            Kind::StreamStarted, Kind::StreamStopped, Kind::GameExited})
      happening.kind = kind, watch.happened(happening);
    happening.end = session::GameEnd::Ended;
    happening.exit_code = 3;
    watch.happened(happening);
    happening.session.state = session::State::Ending;
    happening.kind = Kind::DisplayReleased;
    watch.happened(happening);
    watch.ended({happening.session, session::EndReason::EncoderFailed, 5});
    return 0;
  });
  std::vector<std::string> kinds;
  for (const auto& one : told) kinds.push_back(one["kind"]);
  EXPECT_EQ(kinds,
            (std::vector<std::string>{
                "session.started", "client.connected", "display.created", "game.launching",
                "game.running", "stream.started", "stream.stopped", "game.exited", "game.exited",
                "session.changed", "display.released", "client.disconnected", "session.ended"}));
  const auto fields = [&](std::size_t n) {
    for (const auto* common : {"seq", "ts_ms", "schema", "kind"}) told[n].erase(common);
    return told[n];
  };
  const json whose = {
      {"session_id", 77}, {"plane", "gamestream"}, {"device_name", "TV"}, {"device_id", device_}};
  const auto with = [&](const json& more) {
    auto out = whose;
    out.update(more);
    return out;
  };
  const json game = {{"app_id", rig_.manager.sessions[id_].app_id}, {"app_title", "Desktop"}};
  EXPECT_EQ(told[11]["reason"], "error");
  EXPECT_EQ(fields(2), with({{"display", "virtual"}, {"mode", "640x360@30"}}));
  EXPECT_EQ(fields(3), with(game));
  EXPECT_EQ(fields(4), with(game));
  EXPECT_EQ(fields(5), with({{"session_id", id_},
                             {"mode", "1280x720@60"},
                             {"codec", "hevc"},
                             {"encoder", "x264"},
                             {"hardware", false}}));
  EXPECT_EQ(told[7]["reason"], "let-go");
  EXPECT_FALSE(told[7].contains("exit_code"));
  EXPECT_EQ(told[8]["reason"], "ended");
  EXPECT_EQ(told[8]["exit_code"], 3);
  EXPECT_EQ(fields(10), with({{"display", "virtual"}, {"mode", "640x360@30"}}));
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
