#include "base/runtime_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/temp_folder.hpp"

namespace pf {
namespace {
namespace fs = std::filesystem;

TEST(RuntimeFolder, IsPrivateAndGoesAway) {
  const test::TempFolder temp;
  std::string path;
  {
    auto folder = RuntimeFolder::create(temp.path() + "/a/b", "tag", std::nullopt);
    ASSERT_TRUE(folder) << folder.error().message();
    path = folder->path();
    EXPECT_EQ(path, temp.path() + "/a/b/tag");
    for (const auto& private_path : {path, temp.path() + "/a/b"}) {
      struct stat info {};
      ASSERT_EQ(::stat(private_path.c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & 0777, 0700U) << private_path;
    }
    ASSERT_TRUE(folder->write("log", "one\ntwo\nthree\n"));
    EXPECT_EQ(folder->tail("log", 2), "two | three");
    EXPECT_EQ(folder->tail("nothing", 2), "");
  }
  EXPECT_FALSE(fs::exists(path));
}

// The folder may belong to another account than the one that looks into it.
TEST(RuntimeFolder, TailReadsNothingButAFileOfItsOwn) {
  const test::TempFolder temp;
  auto folder = RuntimeFolder::create(temp.path() + "/run", "tag", std::nullopt);
  ASSERT_TRUE(folder);
  std::ofstream(temp.path() + "/secret") << "secret\n";
  fs::create_symlink(temp.path() + "/secret", folder->path() + "/link");
  ASSERT_EQ(::mkfifo((folder->path() + "/fifo").c_str(), 0600), 0);
  EXPECT_EQ(folder->tail("link", 1), "");
  EXPECT_EQ(folder->tail("fifo", 1), "");
  ASSERT_TRUE(folder->write("log", std::string(100'000, 'x') + "\nlast\n"));
  EXPECT_EQ(folder->tail("log", 1), "last");
}

TEST(RuntimeFolder, SweepsWhatAKilledProcessLeftAndNothingElse) {
  const test::TempFolder temp;
  fs::create_directories(temp.path() + "/dead/deeper");
  std::ofstream(temp.path() + "/dead/.in-use") << "";  // nobody holds its lock
  fs::create_directories(temp.path() + "/not-ours");
  auto living = RuntimeFolder::create(temp.path(), "living", std::nullopt);
  ASSERT_TRUE(living);
  auto next = RuntimeFolder::create(temp.path(), "next", std::nullopt);
  ASSERT_TRUE(next);
  EXPECT_FALSE(fs::exists(temp.path() + "/dead"));
  EXPECT_TRUE(fs::exists(temp.path() + "/not-ours"));
  EXPECT_TRUE(fs::exists(living->path()));
}

TEST(RuntimeFolder, NeedsAPlace) {
  EXPECT_FALSE(RuntimeFolder::create("", "tag", std::nullopt));
  EXPECT_FALSE(RuntimeFolder::create("/proc/no-such-place", "tag", std::nullopt));
}

}  // namespace
}  // namespace pf
