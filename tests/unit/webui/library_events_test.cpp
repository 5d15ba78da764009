// library.changed: by what a look finds, and by what the API takes over and removes.
#include "webui/library_events.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/webui/api_fixture.hpp"

namespace pf::webui {
namespace {

// The machine's own programs are none of these tests' business. Before the fixture's threads.
class EmptyMachine {
 public:
  EmptyMachine() {
    for (const auto* name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_DATA_DIRS"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name,
                           value == nullptr ? std::nullopt : std::optional<std::string>(value));
      ::setenv(name, folder_.path().c_str(), 1);
    }
    std::filesystem::create_directories(applications());
  }
  ~EmptyMachine() {
    for (const auto& [name, value] : before_)
      value ? ::setenv(name, value->c_str(), 1) : ::unsetenv(name);
  }
  void install(const std::string& name) const {
    std::ofstream(applications() / (name + ".desktop"))
        << "[Desktop Entry]\nType=Application\nName=" << name << "\nExec=/bin/true\n";
  }

 private:
  std::filesystem::path applications() const {
    return std::filesystem::path(folder_.path()) / "applications";
  }
  test::TempFolder folder_;
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

class LibraryEventsTest : private EmptyMachine, public ApiTest {
 protected:
  LibraryEventsTest() {
    rig_.loop.run_sync([&] {
      listener_ = rig_.events.listen(
          *EventFilter::parse("library.changed"),
          [this](const EventPtr& event) { told_.push_back(json::parse(event->data)); });
    });
  }
  ~LibraryEventsTest() override {
    rig_.loop.run_sync([&] { listener_.reset(); });
  }
  using EmptyMachine::install;
  // What was told since the last call.
  std::vector<json> told() {
    return rig_.on_control([&] { return std::exchange(told_, {}); });
  }
  json entry(const std::string& title) {
    const auto library = send("GET", "/library").body;
    for (const auto& one : library["entries"])
      if (one["title"] == title) return one;
    ADD_FAILURE() << title << " is not found";
    return {};
  }

 private:
  std::vector<json> told_;
  std::unique_ptr<EventBus::Listener> listener_;
};

TEST_F(LibraryEventsTest, WhatALookFindsIsToldWhenItIsNew) {
  install("Chess");
  entry("Chess");
  entry("Chess");
  EXPECT_TRUE(told().empty()) << "the first look is no change, nor is the same again";
  install("Go");
  entry("Go");
  const auto news = told();
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0]["what"], "titles");
  EXPECT_EQ(news[0]["found"], 2);
  entry("Go");
  EXPECT_TRUE(told().empty());
}

TEST_F(LibraryEventsTest, ImportsAndTheirEndAreTold) {
  install("Chess");
  const auto key = entry("Chess")["key"].get<std::string>();
  const auto body = json({{"keys", {key}}}).dump();
  const auto made = send("POST", "/library/import", body);
  ASSERT_EQ(made.status, 200U) << made.text;
  auto news = told();
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0]["what"], "imported");
  EXPECT_EQ(news[0]["keys"], json({key}));
  // It is there already: nothing comes.
  EXPECT_EQ(send("POST", "/library/import", body).status, 200U);
  EXPECT_TRUE(told().empty());
  const auto own = send("POST", "/apps", R"({"title":"Own","command":["true"]})").body["id"];
  EXPECT_EQ(send("DELETE", "/apps/" + own.dump()).status, 204U);
  EXPECT_TRUE(told().empty()) << "it was no title of the library";
  const auto id = made.body["apps"][0]["id"].dump();
  EXPECT_EQ(send("DELETE", "/apps/" + id).status, 204U);
  news = told();
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0]["what"], "removed");
  EXPECT_EQ(news[0]["keys"], json({key}));
}

}  // namespace
}  // namespace pf::webui
