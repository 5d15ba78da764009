#include "config/paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>

namespace pf::config {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

EnvironmentReader variables(std::map<std::string, std::string> set) {
  return [set](const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
  };
}

class PathsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "pf-paths-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  fs::path root_;
};

TEST_F(PathsTest, FollowXdg) {
  auto found = paths(variables({{"HOME", "/home/ann"}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->config, "/home/ann/.config/punktfunk");
  EXPECT_EQ(found->state, "/home/ann/.local/state/punktfunk");
  EXPECT_EQ(found->runtime, "/tmp/punktfunk-" + std::to_string(::geteuid()));

  found = paths(variables({{"HOME", "/home/ann"},
                           {"XDG_CONFIG_HOME", "/c"},
                           {"XDG_STATE_HOME", "relative"},
                           {"XDG_RUNTIME_DIR", "/run/user/7"}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->config, "/c/punktfunk");
  EXPECT_EQ(found->state, "/home/ann/.local/state/punktfunk");
  EXPECT_EQ(found->runtime, "/run/user/7/punktfunk");
}

TEST_F(PathsTest, OneFolderOverridesBoth) {
  const auto found = paths(variables(
      {{"HOME", "/home/ann"}, {"PUNKTFUNK_CONFIG_DIR", "/data"}, {"XDG_STATE_HOME", "/s"}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->config, "/data");
  EXPECT_EQ(found->state, "/data");
}

TEST_F(PathsTest, MissingFoldersAreMadePrivate) {
  const auto made = prepare_paths(variables({{"PUNKTFUNK_CONFIG_DIR", (root_ / "a" / "b").string()},
                                             {"XDG_RUNTIME_DIR", root_.string()}}));
  ASSERT_TRUE(made) << made.error().message();
  struct stat info {};
  ASSERT_EQ(::stat(made->config.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
  ASSERT_EQ(::stat(made->runtime.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
}

TEST_F(PathsTest, AFolderOthersMayWriteInIsRefusedWithTheFix) {
  const auto folder = root_ / "open";
  fs::create_directory(folder);
  for (const unsigned mode : {0770U, 0707U, 0777U}) {
    ASSERT_EQ(::chmod(folder.c_str(), mode), 0);
    const auto checked = prepare_private_folder(folder);
    ASSERT_FALSE(checked);
    EXPECT_TRUE(checked.error().is(Errc::FolderOpenToOthers));
    EXPECT_THAT(checked.error().message(), HasSubstr("chmod 700 " + folder.string()));
  }
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_TRUE(prepare_private_folder(folder));
}

TEST_F(PathsTest, AForeignFolderIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a folder of another user";
  const auto folder = root_ / "foreign";
  fs::create_directory(folder);
  ASSERT_EQ(::chown(folder.c_str(), 12345, 12345), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  const auto checked = check_private_folder(folder);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().is(Errc::FolderNotOurs));
  EXPECT_THAT(checked.error().message(), HasSubstr("chown"));

  const auto link = root_ / "link";
  fs::create_directory_symlink(root_, link);
  ASSERT_EQ(::lchown(link.c_str(), 12345, 12345), 0);
  EXPECT_FALSE(check_private_folder(link)) << "somebody else's link, even to our own folder";
}

TEST_F(PathsTest, FilesAndMissingFoldersAreRefused) {
  std::ofstream(root_ / "file") << "x";
  EXPECT_TRUE(check_private_folder(root_ / "file").error().is(Errc::FolderMissing));
  EXPECT_TRUE(check_private_folder(root_ / "absent").error().is(Errc::FolderMissing));
  EXPECT_FALSE(prepare_private_folder(root_ / "file" / "below"));
}

}  // namespace
}  // namespace pf::config
