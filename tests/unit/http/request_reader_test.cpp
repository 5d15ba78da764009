#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace pf::http {
namespace {

using Progress = RequestReader::Progress;
using namespace std::string_literals;

TEST(RequestReader, ReadsARequestInAnyPieces) {
  const auto text =
      "POST /pair?a=1&b=%32 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: "
      "5\r\n\r\nhello"s;
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RequestReader reader({});
    auto progress = Progress::NeedMore;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      ASSERT_EQ(progress, Progress::NeedMore);
      progress = reader.feed(as_bytes(std::string_view(text).substr(at, piece)));
    }
    ASSERT_EQ(progress, Progress::Complete);
    EXPECT_TRUE(reader.keep_alive());
    const auto request = reader.take();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/pair");
    EXPECT_EQ(request.query, (Fields{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(request.body, "hello");
    EXPECT_EQ(*request.header("HOST"), "h");
    EXPECT_EQ(std::count_if(request.headers.begin(), request.headers.end(),
                            [](const auto& f) { return f.first == "X-A" || f.first == "x-a"; }),
              2);
    EXPECT_FALSE(reader.started());
  }
}

TEST(RequestReader, ReadsPipelinedRequestsOneByOne) {
  RequestReader reader({});
  EXPECT_EQ(reader.feed(as_bytes("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.0\r\n\r\nGET")),
            Progress::Complete);
  EXPECT_EQ(reader.take().path, "/1");
  EXPECT_EQ(reader.feed({}), Progress::Complete);
  EXPECT_FALSE(reader.keep_alive());  // HTTP/1.0
  EXPECT_EQ(reader.take().path, "/2");
  EXPECT_EQ(reader.feed({}), Progress::NeedMore);
  EXPECT_TRUE(reader.started());
}

TEST(RequestReader, TellsOnceThatTheClientWaits) {
  RequestReader reader({});
  EXPECT_EQ(
      reader.feed(as_bytes("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")),
      Progress::NeedContinue);
  EXPECT_EQ(reader.feed(as_bytes("a")), Progress::NeedMore);
  EXPECT_EQ(reader.feed(as_bytes("b")), Progress::Complete);
}

TEST(RequestReader, RefusesGarbage) {
  for (const auto& bad :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "hello\r\n\r\n"s, "GET /\r\n\r\n"s,
        "GET / HTTP/9.9\r\n\r\n"s, "GET nopath HTTP/1.1\r\n\r\n"s, "GET /%0 HTTP/1.1\r\n\r\n"s,
        "GET / HTTP/1.1\r\nA: b\x01\r\n\r\n"s, "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"s,
        "GET / HTTP/1.1\r\nno colon\r\n\r\n"s,
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"s,
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"s}) {
    RequestReader reader({});
    EXPECT_EQ(reader.feed(as_bytes(bad)), Progress::Refused) << bad;
    EXPECT_EQ(reader.refusal().status, 400U) << bad;
  }
}

TEST(RequestReader, BoundsHeadAndBody) {
  {
    RequestReader reader({.header_bytes = 256, .body_bytes = 16});
    EXPECT_EQ(reader.feed(as_bytes("GET / HTTP/1.1\r\nA: " + std::string(300, 'x'))),
              Progress::Refused);
    EXPECT_EQ(reader.refusal().status, 431U);
  }
  {
    RequestReader reader({.header_bytes = 256, .body_bytes = 16});
    EXPECT_EQ(reader.feed(as_bytes("POST / HTTP/1.1\r\nContent-Length: 17\r\n\r\n")),
              Progress::Refused);
    EXPECT_EQ(reader.refusal().status, 413U);
  }
  {
    RequestReader reader({.header_bytes = 256, .body_bytes = 16});
    EXPECT_EQ(reader.feed(as_bytes("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" +
                                   std::string(32, 'x'))),
              Progress::Refused);
    EXPECT_EQ(reader.refusal().status, 413U);
  }
}

TEST(RequestReader, TakesALargeBodyOnlyFromThoseWhoMaySendOne) {
  const auto with = [](bool allowed, std::string text) {
    std::string asked;
    RequestReader reader({.body_bytes = 16, .large_body_bytes = 64, .large_body = [&](Request& r) {
                            asked += r.method + r.path + *r.header("Who");
                            return allowed;
                          }});
    const auto progress = reader.feed(as_bytes(text));
    return std::tuple(progress, reader.refusal().status, asked);
  };
  const auto put = [](int length, std::size_t sent) {
    return "PUT /art HTTP/1.1\r\nWho: me\r\nContent-Length: " + std::to_string(length) +
           "\r\n\r\n" + std::string(sent, 'x');
  };
  const std::string asked = "PUT/artme";
  EXPECT_EQ(with(true, put(64, 64)), std::tuple(Progress::Complete, 400U, asked));
  EXPECT_EQ(with(true, put(64, 63)), std::tuple(Progress::NeedMore, 400U, asked));
  EXPECT_EQ(with(true, put(65, 0)), std::tuple(Progress::Refused, 413U, std::string()));
  EXPECT_EQ(with(false, put(17, 0)), std::tuple(Progress::Refused, 413U, asked));
  EXPECT_EQ(with(false, put(16, 16)), std::tuple(Progress::Complete, 400U, std::string()));
  // Without a length nobody is asked.
  EXPECT_EQ(with(true, "PUT /art HTTP/1.1\r\nWho: me\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" +
                           std::string(32, 'x')),
            std::tuple(Progress::Refused, 413U, std::string()));
}

TEST(RequestReader, TakesTheLargestPairingRequest) {
  const auto target = "/pair?clientcert=" + std::string(16 * 1024, 'a');
  RequestReader reader({});
  ASSERT_EQ(reader.feed(as_bytes("GET " + target + " HTTP/1.1\r\n\r\n")), Progress::Complete);
  EXPECT_EQ(reader.take().query_value("clientcert")->size(), 16U * 1024);
}

}  // namespace
}  // namespace pf::http
