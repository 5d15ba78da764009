// kill -9 at random moments of pairing and revoking: nothing that was acknowledged is lost, nothing
// that was revoked comes back, and the store opens again. The program is its own victim: with
// --victim it pairs and revokes until somebody kills it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <sstream>

#include "base/event_loop.hpp"
#include "base/hex.hpp"
#include "base/unique_fd.hpp"
#include "store/database.hpp"
#include "store/devices.hpp"
#include "support/temp_folder.hpp"
#include "trust/allow_list.hpp"

extern char** environ;

namespace pf::test {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 200;
constexpr std::size_t kKeep = 12;  // devices that the victim aims at

std::string random_fingerprint(std::mt19937_64& random) {
  Bytes bytes(32);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return to_hex(bytes);
}

void say(const std::string& line) {
  // One write a line: what the parent has read was said, whole.
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
}

// Announces each change, makes it, acknowledges it. Ends by being killed.
int victim(const std::string& file, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto database = store::Database::open(file);
  if (!database) return 1;
  EventLoop loop;
  loop.run_sync([&] {
    auto list = trust::AllowList::open(**database, loop);
    if (!list) ::_exit(2);
    for (;;) {
      const auto& devices = (*list)->snapshot()->by_fingerprint;
      const bool pair = devices.empty() || random() % (2 * kKeep) >= devices.size();
      if (pair) {
        const auto fingerprint = random_fingerprint(random);
        say("try pair " + fingerprint + "\n");
        if ((*list)->approve({fingerprint, trust::Plane::GameStream, "pad", "127.0.0.1"}))
          say("ok pair " + fingerprint + "\n");
      } else {
        const auto at =
            std::next(devices.begin(), static_cast<std::ptrdiff_t>(random() % devices.size()));
        const auto fingerprint = at->first;
        say("try revoke " + fingerprint + "\n");
        if ((*list)->revoke(at->second->id)) say("ok revoke " + fingerprint + "\n");
      }
    }
  });
  return 0;
}

class Victim {
 public:
  Victim(const std::string& file, std::uint64_t seed) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    out_.reset(ends[0]);
    const UniqueFd in(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
    std::string self = "/proc/self/exe", flag = "--victim", path = file;
    auto number = std::to_string(seed);
    char* arguments[] = {self.data(), flag.data(), path.data(), number.data(), nullptr};
    if (::posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments, environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Victim() { kill(); }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  bool running() const { return pid_ > 0; }

  // Listens until it has said `lines` lines, and then for `more` longer.
  void listen(std::size_t lines, std::chrono::microseconds more) {
    while (lines_ < lines && read_some(10'000'000us)) {
    }
    const auto until = steady_now() + more;
    for (auto now = steady_now(); now < until; now = steady_now())
      if (!read_some(std::chrono::duration_cast<std::chrono::microseconds>(until - now))) break;
  }
  // Everything it said until it died.
  std::string kill() {
    if (pid_ <= 0) return said_;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    while (read_some(0us)) {
    }
    return said_;
  }
  bool was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

 private:
  bool read_some(std::chrono::microseconds patience) {
    pollfd fd{out_.get(), POLLIN, 0};
    const auto us = patience.count();
    const timespec limit{us / 1'000'000, (us % 1'000'000) * 1000};
    if (::ppoll(&fd, 1, &limit, nullptr) <= 0) return false;
    std::array<char, 4096> part;
    const auto n = ::read(out_.get(), part.data(), part.size());
    if (n <= 0) return false;
    said_.append(part.data(), static_cast<std::size_t>(n));
    lines_ += static_cast<std::size_t>(std::count(part.data(), part.data() + n, '\n'));
    return true;
  }

  UniqueFd out_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::string said_;
  std::size_t lines_ = 0;
};

// What must be in the store, as far as anybody was told.
struct Model {
  std::set<std::string> paired;
  std::set<std::string> revoked;
  std::string doubtful;  // announced and not acknowledged: either way is right

  // How many changes were acknowledged.
  std::size_t hear(const std::string& said) {
    std::size_t acknowledged = 0;
    std::istringstream lines(said);
    std::string state, what, fingerprint;
    while (lines >> state >> what >> fingerprint) {
      if (fingerprint.size() != 64) break;
      if (state == "try") {
        doubtful = fingerprint;
        continue;
      }
      ++acknowledged;
      doubtful.clear();
      if (what == "pair") {
        paired.insert(fingerprint);
      } else {
        paired.erase(fingerprint);
        revoked.insert(fingerprint);
      }
    }
    return acknowledged;
  }
  void settle(bool present) {
    if (doubtful.empty()) return;
    if (present)
      paired.insert(doubtful);
    else if (paired.erase(doubtful) != 0)
      revoked.insert(doubtful);
    doubtful.clear();
  }
};

Result<std::set<std::string>> stored_fingerprints(const std::string& file) {
  auto database = store::Database::open(file);
  if (!database) return pass(database);
  auto rows = store::load_devices(**database);
  if (!rows) return pass(rows);
  std::set<std::string> found;
  for (const auto& row : *rows) {
    EXPECT_EQ(row.credentials.size(), 1U) << "half a device";
    for (const auto& credential : row.credentials) found.insert(credential.fingerprint);
  }
  return found;
}

TEST(CrashPairing, KilledAtAnyMomentNothingAcknowledgedIsLostAndNothingRevokedReturns) {
  const TempFolder folder;
  const auto file = folder.path() + "/punktfunk.db";
  std::mt19937_64 random(20'260'801);
  Model model;
  std::size_t acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Victim child(file, random());
    ASSERT_TRUE(child.running());
    // Some die while the store is still opening, most in the midst of their changes.
    child.listen(random() % 10, std::chrono::microseconds(random() % 4'000));
    const auto said = child.kill();
    ASSERT_TRUE(child.was_killed()) << "it ended by itself";
    acknowledged += model.hear(said);

    const auto found = stored_fingerprints(file);
    ASSERT_TRUE(found) << found.error().message();
    for (const auto& fingerprint : model.paired) {
      if (fingerprint == model.doubtful) continue;
      ASSERT_TRUE(found->contains(fingerprint)) << "an acknowledged pairing is lost";
    }
    for (const auto& fingerprint : *found) {
      if (fingerprint == model.doubtful) continue;
      ASSERT_FALSE(model.revoked.contains(fingerprint)) << "a revoked device is back";
      ASSERT_TRUE(model.paired.contains(fingerprint)) << "nobody paired this";
    }
    model.settle(found->contains(model.doubtful));
  }
  EXPECT_GT(acknowledged, static_cast<std::size_t>(kRounds));
  EXPECT_GT(model.revoked.size(), 20U);
}

}  // namespace
}  // namespace pf::test

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--victim")
    return pf::test::victim(argv[2], std::strtoull(argv[3], nullptr, 10));
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
