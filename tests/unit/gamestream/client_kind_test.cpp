#include "gamestream/client_kind.hpp"

#include <gtest/gtest.h>

namespace pf::gamestream {
namespace {

TEST(ClientKind, WhatTheUserAgentTells) {
  using trust::ClientInfo;
  EXPECT_EQ(client_info(""), (ClientInfo{"Moonlight", ""}));
  EXPECT_EQ(client_info("Mozilla/5.0"), (ClientInfo{"Moonlight (PC)", ""}));
  EXPECT_EQ(client_info("okhttp/4.12.0"), (ClientInfo{"Moonlight (Android)", ""}));
  EXPECT_EQ(client_info("Moonlight/9.0.1 CFNetwork/1490 Darwin/23"),
            (ClientInfo{"Moonlight (Apple)", "9.0.1"}));
  EXPECT_EQ(client_info("Moonlight/"), (ClientInfo{"Moonlight", ""}));
  EXPECT_EQ(client_info(std::string(100'000, 'x')), (ClientInfo{"Moonlight", ""}));
}

}  // namespace
}  // namespace pf::gamestream
