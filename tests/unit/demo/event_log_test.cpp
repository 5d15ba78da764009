#include "demo/event_log.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/temp_folder.hpp"

namespace pf::demo {
namespace {

TEST(EventLog, OneObjectALine) {
  EXPECT_EQ(to_json({.type = "key", .code = 30, .value = 1, .x = 1.5, .y = 2, .time_ns = 99}),
            R"({"type":"key","code":30,"value":1,"x":1.50,"y":2.00,"ns":99})");
  EXPECT_EQ(to_json({.type = "scroll", .code = 1, .value = -37.5}),
            R"({"type":"scroll","code":1,"value":-37.5,"x":0.00,"y":0.00,"ns":0})");
}

TEST(EventLog, TextIsQuoted) {
  EXPECT_NE(to_json({.type = "text", .text = "\"\\\n\x7F\xC3\xA9"})
                .find("\"text\":\"\\\"\\\\\\u000a\\u007f\xC3\xA9\""),
            std::string::npos);
}

TEST(EventLog, AppendsAndFlushesAtOnce) {
  const test::TempFolder folder;
  const std::string path = folder.path() + "/log";
  const auto content = [&] {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  auto log = EventLog::open(path);
  ASSERT_TRUE(log);
  EXPECT_TRUE(log->write({.type = "key", .code = 1}));
  const std::string first = content();
  EXPECT_EQ(first.back(), '\n');
  auto again = EventLog::open(path);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->write({.type = "key", .code = 2}));
  EXPECT_EQ(content().substr(0, first.size()), first);
  EXPECT_GT(content().size(), first.size());
  EXPECT_FALSE(EventLog::open(folder.path() + "/no/such/folder/log"));
  EXPECT_TRUE(EventLog().write({.type = "key"})) << "without a file nothing is written";
}

}  // namespace
}  // namespace pf::demo
