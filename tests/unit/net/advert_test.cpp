#include "net/advert.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pf::net {
namespace {

class Advertised : public testing::Test {
 protected:
  void SetUp() override {
    // No daemon can be reached over a bus that does not exist.
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  }
  void TearDown() override { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }
};

TEST_F(Advertised, WithoutADaemonItWaitsAndSaysWhatToDo) {
  const auto advert = make_advert();
  advert->publish({{"test", "_nvstream._tcp", 47989, {}}});
  const auto status = advert->status();
  if (status.state == AdvertStatus::State::Unavailable) GTEST_SKIP() << status.note;
  EXPECT_EQ(status.state, AdvertStatus::State::Waiting);
  EXPECT_NE(status.note.find("avahi-daemon"), std::string::npos) << status.note;
}

TEST_F(Advertised, EndsAtOnce) {
  for (int i = 0; i < 20; ++i) {
    const auto advert = make_advert();
    advert->publish({{"test", "_nvstream._tcp", 47989, {{"key", "value"}}}});
    advert->publish({});
  }
}

}  // namespace
}  // namespace pf::net
