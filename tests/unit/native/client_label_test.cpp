#include "native/client_label.hpp"

#include <gtest/gtest.h>

namespace pf::native {
namespace {

TEST(ClientLabel, KindAndVersion) {
  using trust::ClientInfo;
  EXPECT_EQ(client_info("linux 0.44"), (ClientInfo{"linux", "0.44"}));
  EXPECT_EQ(client_info("Living Room TV 1.2-beta"), (ClientInfo{"Living Room TV", "1.2-beta"}));
  EXPECT_EQ(client_info("android"), (ClientInfo{"android", ""}));
  EXPECT_EQ(client_info("Living Room"), (ClientInfo{"Living Room", ""}));
  EXPECT_EQ(client_info("trailing "), (ClientInfo{"trailing ", ""}));
  EXPECT_EQ(client_info(""), ClientInfo{});
}

}  // namespace
}  // namespace pf::native
