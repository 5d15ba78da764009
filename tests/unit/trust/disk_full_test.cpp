// A disk that is really full: a small file system of our own in a child process. Skipped where a
// process may not make one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/unique_fd.hpp"
#include "store/database.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"
#include "trust/allow_list.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

constexpr int kNotAllowed = 200;

void fill(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const std::array<char, 4096> block{};
  while (::write(fd.get(), block.data(), block.size()) > 0) {
  }
}

// The number of the step that went wrong, 0 when none did.
int story(const std::filesystem::path& folder) {
  int step = 0;
  test::VirtualExecutor executor;
  auto database = std::move(*store::Database::open(folder / "t.db"));
  const std::vector<std::filesystem::path> journals{folder / "revocations.journal"};
  const auto open_list = [&] {
    return std::move(*AllowList::open(*database, executor, unix_now, journals));
  };
  auto list = open_list();
  const std::string tv(64, 'a'), phone(64, 'b');
  const auto pair = [&](const crypto::Fingerprint& fingerprint) {
    return list->approve({fingerprint, Plane::Native, "device", "192.0.2.1"});
  };
  const auto a = pair(tv), b = pair(phone);
  if (++step; !a || !b) return step;
  const auto tv_lease = *list->admit(tv, Plane::Native, 0);
  const auto phone_lease = *list->admit(phone, Plane::Native, 0);

  fill(folder / "ballast");
  // What space the database has left for itself is used up.
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    last = std::string(60, 'c') + std::to_string(1000 + i);
    if (!pair(last)) break;
  }
  if (++step; list->find(last)) return step;  // granting failed whole
  if (++step; list->unsaved_revocations()) return step;
  if (++step; list->set_access((*b)->id, {grant::kPresetView, {}})) return step;
  if (++step; phone_lease->grants().load() != grant::kPresetView) return step;
  if (++step; list->revoke((*a)->id)) return step;
  if (++step; !tv_lease->stopped() || list->find(tv)) return step;
  if (++step; !list->unsaved_revocations()) return step;
  executor.advance(20s);
  if (++step; !list->unsaved_revocations() || list->find(tv)) return step;

  // The process ends while the disk is still full: nothing comes back.
  if (++step; !list->unsaved_are_noted()) return step;
  list.reset();
  list = open_list();
  if (++step; list->find(tv)) return step;
  if (++step; list->find(phone)->access.grants != grant::kPresetView) return step;
  if (++step; !list->unsaved_revocations()) return step;

  std::filesystem::remove(folder / "ballast");
  executor.advance(6s);
  if (++step; list->unsaved_revocations()) return step;
  list.reset();
  database.reset();
  database = std::move(*store::Database::open(folder / "t.db"));
  list = open_list();
  if (++step; list->find(tv)) return step;
  if (++step; list->find(phone)->access.grants != grant::kPresetView) return step;
  return 0;
}

TEST(DiskFull, GrantingFailsWholeAndRevokingHolds) {
  const test::TempFolder folder;
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if ((::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("small", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0)
      ::_exit(kNotAllowed);
    ::_exit(story(folder.path()));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotAllowed)
    GTEST_SKIP() << "this process may not make a file system of its own";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pf::trust
