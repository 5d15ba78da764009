#include "webui/redact.hpp"

#include <gtest/gtest.h>

namespace pf::webui {
namespace {

TEST(Redact, WhatIdentifiesGoesAndTheStoryStays) {
  Redactor redact({"Living room", "TV", "Anna's phone"});
  EXPECT_EQ(redact("from 192.168.1.20 again 192.168.1.20:47989, then 10.0.0.3."),
            "from <ipv4-1> again <ipv4-1>:47989, then <ipv4-2>.");
  EXPECT_EQ(redact("v6 fd12:8::40 and [fe80::1%2]"), "v6 <ipv6-3> and [<ipv6-4>%2]");
  EXPECT_EQ(redact("mac 02:42:ac:11:00:02"), "mac <mac-5>");
  EXPECT_EQ(redact("device=\"Living room\" Living roommate"),
            "device=\"<name-6>\" Living roommate");
  EXPECT_EQ(redact("/home/anna/.config/punktfunk"), "/home/<user-7>/.config/punktfunk");
  EXPECT_EQ(redact("fingerprint 00112233445566778899aabbccddeeff"), "fingerprint <hex-8>");
}

TEST(Redact, OrdinaryWordsAndNumbersStay) {
  Redactor redact;
  for (const auto* text :
       {"127.0.0.1 and ::1 and 0.0.0.0 stay", "1920x1080@60 at 20000 kbps", "version 1.2.3",
        "12:30:05 on 2026-02-03", "deadbeef is short", "std::string", "", ":",
        "::", "abc:", "decade", "facade.", "x264 0x61", "frames 18446744 seconds 7"})
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, BadBytesAndLongTextsDoNoHarm) {
  Redactor redact({std::string(3, 'a')});
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_FALSE(redact(all + all).empty());
  EXPECT_EQ(redact(std::string(100'000, ':')).size(), 100'000U);
  EXPECT_EQ(redact(std::string(100'000, 'f')), "<hex-1>");
}

}  // namespace
}  // namespace pf::webui
