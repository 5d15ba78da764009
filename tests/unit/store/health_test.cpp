#include "store/health.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "store/database.hpp"
#include "support/temp_folder.hpp"

namespace pf::store {
namespace {

TEST(StoreHealth, ASoundDatabaseIsSoundWhileItIsInUse) {
  const test::TempFolder folder;
  const auto file = std::filesystem::path(folder.path()) / "t.db";
  const auto database = std::move(*Database::open(file));
  EXPECT_TRUE(quick_check(file));
}

TEST(StoreHealth, DamageIsNamed) {
  const test::TempFolder folder;
  const auto file = std::filesystem::path(folder.path()) / "t.db";
  EXPECT_FALSE(quick_check(file));
  EXPECT_FALSE(std::filesystem::exists(file));
  std::ofstream(file) << std::string(8192, 'x');
  const auto checked = quick_check(file);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().is(Errc::Unreadable));
  EXPECT_FALSE(checked.error().context.empty());
}

}  // namespace
}  // namespace pf::store
