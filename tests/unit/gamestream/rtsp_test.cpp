#include "gamestream/rtsp.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace pf::gamestream {
namespace {

const Bytes kKey = *from_hex("000102030405060708090a0b0c0d0e0f");

constexpr std::string_view kSetup =
    "SETUP streamid=audio/0/0 RTSP/1.0\r\n"
    "CSeq: 3\r\n"
    "X-GS-ClientVersion: 14\r\n"
    "Host: 192.168.1.10\r\n"
    "Transport: unicast;X-GS-ClientPort=50000-50001\r\n"
    "\r\n";

TEST(RtspParse, ReadsARequestWithoutABody) {
  RtspRequest request;
  ASSERT_EQ(parse_rtsp(kSetup, request), RtspParse::Done);
  EXPECT_EQ(request.verb, "SETUP");
  EXPECT_EQ(request.target, "streamid=audio/0/0");
  EXPECT_EQ(request.stream_id(), "audio");
  ASSERT_NE(request.header("cseq"), nullptr);
  EXPECT_EQ(*request.header("cseq"), "3");
  EXPECT_EQ(request.header("Session"), nullptr);
}

TEST(RtspParse, StreamIdOfOldTargets) {
  RtspRequest request;
  request.target = "streamid=video";
  EXPECT_EQ(request.stream_id(), "video");
  request.target = "/";
  EXPECT_EQ(request.stream_id(), "");
}

TEST(RtspParse, NeedsEveryByte) {
  const std::string whole =
      "ANNOUNCE streamid=control/13/0 RTSP/1.0\r\nCSeq: 6\r\nContent-length: 7\r\n\r\nv=0\r\n\r\n";
  RtspRequest request;
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(parse_rtsp(std::string_view(whole).substr(0, size), request), RtspParse::NeedMore)
        << size;
  ASSERT_EQ(parse_rtsp(whole, request), RtspParse::Done);
  EXPECT_EQ(request.body, "v=0\r\n\r\n");
  EXPECT_EQ(parse_rtsp(whole + "x", request), RtspParse::Bad);
}

TEST(RtspParse, RefusesWhatIsNoRequest) {
  RtspRequest request;
  const auto parse = [&](std::string_view text) { return parse_rtsp(text, request); };
  EXPECT_EQ(parse("\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS  RTSP/1.0\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a b RTSP/1.0\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/2.0\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nno colon\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\n: value\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nA\nB: value\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nContent-length: -1\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nContent-length: 99999999999999999999\r\n\r\n"),
            RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nContent-length: 40000\r\n\r\n"), RtspParse::Bad);
  EXPECT_EQ(parse("OPTIONS a RTSP/1.0\r\nContent-length: 1\r\nContent-Length: 1\r\n\r\nx"),
            RtspParse::Bad);
}

TEST(RtspParse, StopsAtTheLimit) {
  RtspRequest request;
  const std::string head = "OPTIONS a RTSP/1.0\r\nX: ";
  EXPECT_EQ(parse_rtsp(head + std::string(20'000, 'x') + "\r\n\r\n", request), RtspParse::Done);
  EXPECT_EQ(parse_rtsp(head + std::string(kRtspMaxMessage, 'x'), request), RtspParse::Bad);
  std::string many = "OPTIONS a RTSP/1.0\r\n";
  for (int i = 0; i < 65; ++i) many += "A: b\r\n";
  EXPECT_EQ(parse_rtsp(many + "\r\n", request), RtspParse::Bad);
}

TEST(RtspWrite, IsWhatClientsCanRead) {
  const RtspResponse response{
      200, {{"Session", "DEADBEEFCAFE;timeout = 90"}, {"Transport", "server_port=48000"}}, "body"};
  EXPECT_EQ(write_rtsp(response, "3"),
            "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: DEADBEEFCAFE;timeout = 90\r\n"
            "Transport: server_port=48000\r\n\r\nbody");
  EXPECT_EQ(write_rtsp({404, {}, {}}, "1"), "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n");
}

// gamestream.md 12.3.
constexpr std::string_view kClientWire =
    "800000660000000168b5b12432cb8e2e412b872a46a51e3a9fe452003a42126629e9a38df3e5ba69a1abdae54db409"
    "6793128c2f908f8f9d3020facd1557180ae8b351849ce52c58abeb8e9b7c4f02f8d7f8a9ca29bf268920b175a9e60e"
    "05a0693312d74d2861c5e81816295c8c854c86548e87d9d68c57be7198fabd0d";
constexpr std::string_view kHostWire =
    "8000001c00000001f1734c68fca6356daf5717bc54c6f6a2600872b43a271f6b4fc685cedf9a7cb84351077c0cc521"
    "456e1d06e9";

TEST(RtspEnvelope, OpensTheClientsVector) {
  const auto wire = *from_hex(kClientWire);
  RtspEnvelope envelope;
  for (std::size_t size = 0; size < wire.size(); ++size)
    EXPECT_EQ(parse_rtsp_envelope(ByteSpan(wire).first(size), envelope), RtspParse::NeedMore);
  ASSERT_EQ(parse_rtsp_envelope(wire, envelope), RtspParse::Done);
  EXPECT_EQ(envelope.sequence, 1U);
  const auto text = open_rtsp(kKey, envelope);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "OPTIONS rtspenc://192.168.1.10:48010 RTSP/1.0\r\nCSeq: 1\r\nX-GS-ClientVersion: 14\r\n"
            "Host: 192.168.1.10\r\n\r\n");
  auto other = kKey;
  other[0] ^= 1;
  EXPECT_FALSE(open_rtsp(other, envelope));
}

TEST(RtspEnvelope, SealsTheHostsVector) {
  EXPECT_EQ(to_hex(seal_rtsp(kKey, 1, write_rtsp({200, {}, {}}, "1"))), kHostWire);
}

TEST(RtspEnvelope, RefusesImpossibleLengths) {
  RtspEnvelope envelope;
  EXPECT_EQ(parse_rtsp_envelope(Bytes(24, 0x41), envelope), RtspParse::Bad);
  EXPECT_EQ(parse_rtsp_envelope(Bytes(24, 0xFF), envelope), RtspParse::Bad);
  Bytes empty(24, 0);
  empty[0] = 0x80;
  EXPECT_EQ(parse_rtsp_envelope(empty, envelope), RtspParse::Bad);
  auto trailing = *from_hex(kClientWire);
  trailing.push_back(0);
  EXPECT_EQ(parse_rtsp_envelope(trailing, envelope), RtspParse::Bad);
}

}  // namespace
}  // namespace pf::gamestream
