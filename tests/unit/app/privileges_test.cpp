#include "app/privileges.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace pf::app {
namespace {

std::optional<std::string> roots_own(const std::string& name) {
  if (name == "HOME") return "/root";
  if (name == "XDG_CONFIG_HOME") return "/root/.config";
  if (name == "PATH") return "/bin";
  return std::nullopt;
}

TEST(EnvironmentOfHost, RootLooksWhereTheHostItStartedLooks) {
  if (::geteuid() != 0) {
    EXPECT_EQ(environment_of_host(roots_own)("HOME"), "/root");
    return;
  }
  const auto environment = environment_of_host(roots_own);
  ASSERT_TRUE(environment("HOME"));
  EXPECT_NE(*environment("HOME"), "/root");
  EXPECT_FALSE(environment("XDG_CONFIG_HOME"));
  EXPECT_EQ(environment("PATH"), "/bin");
}

TEST(EnvironmentOfHost, ANamedFolderIsLeftAlone) {
  const auto named = [](const std::string& name) -> std::optional<std::string> {
    return name == "PUNKTFUNK_CONFIG_DIR" ? std::optional<std::string>("/srv/host")
                                          : roots_own(name);
  };
  EXPECT_EQ(environment_of_host(named)("HOME"), "/root");
}

}  // namespace
}  // namespace pf::app
