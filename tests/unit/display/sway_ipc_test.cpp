#include "display/virtual/sway_ipc.hpp"

#include <gtest/gtest.h>

#include "display/display.hpp"

namespace pf::display::virtual_display {
namespace {

TEST(SwayIpc, FramesCarryLengthAndType) {
  const auto bytes = encode_ipc(IpcType::GetOutputs, "ab");
  EXPECT_EQ(bytes, std::string("i3-ipc\x02\0\0\0\x03\0\0\0ab", 16));
}

TEST(SwayIpc, DecoderPutsAnyCutsBackTogether) {
  const auto stream = encode_ipc(IpcType::RunCommand, "first") +
                      encode_ipc(IpcType::GetOutputs, "") + encode_ipc(IpcType::RunCommand, "last");
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    IpcDecoder decoder;
    std::string seen;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      decoder.feed(std::string_view(stream).substr(at, step));
      while (true) {
        const auto message = decoder.next();
        ASSERT_TRUE(message);
        if (!*message) break;
        seen += std::to_string((*message)->type) + (*message)->payload + ';';
      }
    }
    EXPECT_EQ(seen, "0first;3;0last;") << step;
  }
}

TEST(SwayIpc, DecoderRefusesAnotherProtocolAndHugeLengths) {
  IpcDecoder other;
  other.feed("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_FALSE(other.next());
  IpcDecoder huge;
  huge.feed(std::string_view("i3-ipc\xff\xff\xff\x7f\0\0\0\0", 14));
  EXPECT_FALSE(huge.next());
}

TEST(SwayIpc, ReadsTheNamedOutput) {
  const char* reply =
      R"([{"name":"HEADLESS-2","active":true,"current_mode":{"width":1,"height":2,"refresh":3}},
          {"name":"HEADLESS-1","active":true,
           "current_mode":{"width":1366,"height":768,"refresh":59940}}])";
  EXPECT_EQ(parse_output(reply, "HEADLESS-1"), (OutputState{1366, 768, 59940, true}));
  EXPECT_EQ(parse_output(reply, "HEADLESS-3"), std::nullopt);
  EXPECT_EQ(parse_output("not json", "HEADLESS-1"), std::nullopt);
  EXPECT_EQ(parse_output(R"([{"name":"HEADLESS-1","active":false}])", "HEADLESS-1"), std::nullopt);
  EXPECT_EQ(parse_output(R"([7,{"name":"HEADLESS-1","current_mode":{"width":-1}}])", "HEADLESS-1"),
            (OutputState{0, 0, 0, false}));
}

TEST(SwayIpc, ACommandReplySaysWhyItFailed) {
  EXPECT_TRUE(parse_command_reply(R"([{"success":true}])"));
  const auto refused = parse_command_reply(R"([{"success":false,"error":"Invalid mode"}])");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::ModeRejected));
  EXPECT_EQ(refused.error().context, "Invalid mode");
  EXPECT_FALSE(parse_command_reply("[]"));
  EXPECT_FALSE(parse_command_reply("{"));
  EXPECT_FALSE(parse_command_reply("[1]"));
}

}  // namespace
}  // namespace pf::display::virtual_display
