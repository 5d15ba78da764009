#include "base/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <vector>

namespace pf {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{10'000};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  std::string drain() {
    write.reset();
    std::string text;
    char buffer[512];
    for (ssize_t got = 0; (got = ::read(read.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }
  std::string read_line() {
    std::string text;
    char c = 0;
    while (::read(read.get(), &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  UniqueFd read, write;
};

Result<Process> shell(const std::string& script, int out, ProcessOptions options = {}) {
  options.argv = {"/bin/sh", "-c", script};
  options.stdout_fd = out;
  return Process::spawn(options);
}

TEST(Process, RunsAndReportsItsStatus) {
  Pipe pipe;
  auto process = shell("echo hello; exit 7", pipe.write.get());
  ASSERT_TRUE(process) << process.error().message();
  EXPECT_EQ(pipe.drain(), "hello\n");
  ASSERT_TRUE(process->wait(kLong));
  EXPECT_FALSE(process->alive());
  EXPECT_EQ(process->exit_status(), 7);
  EXPECT_EQ(process->terminate(kLong), 7);
  EXPECT_EQ(process->terminate(kLong), 7);
}

TEST(Process, AProgramThatDoesNotExistIsAnError) {
  ProcessOptions options;
  options.argv = {"pf-no-such-program"};
  auto named = Process::spawn(options);
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code.value(), ENOENT);
  options.argv = {"/proc/self/status"};  // there, but not executable
  auto plain = Process::spawn(options);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code.value(), EACCES);
}

TEST(Process, GetsExactlyTheEnvironmentAndDescriptorsItWasGiven) {
  ::setenv("PF_TEST_INHERITED", "yes", 1);
  ::setenv("PF_TEST_UNSET", "no", 1);
  const int leak = ::open("/dev/null", O_RDONLY);  // deliberately without O_CLOEXEC
  Pipe pipe;
  ProcessOptions options;
  options.environment = {{"PF_TEST_GIVEN", "a b"}};
  options.unset = {"PF_TEST_UNSET"};
  options.cwd = "/usr";
  auto process = shell("echo $PF_TEST_INHERITED,$PF_TEST_UNSET,$PF_TEST_GIVEN,$PWD; ls /proc/$$/fd",
                       pipe.write.get(), options);
  ASSERT_TRUE(process);
  EXPECT_EQ(pipe.drain(), "yes,,a b,/usr\n0\n1\n2\n");
  ::close(leak);
}

TEST(Process, TerminateTakesTheWholeGroupDown) {
  Pipe pipe;
  // The grandchild ignores SIGTERM and would hold the pipe open.
  auto process = shell("(trap '' TERM; echo ready; while :; do read x < /dev/zero; done) & wait",
                       pipe.write.get());
  ASSERT_TRUE(process);
  ASSERT_EQ(pipe.read_line(), "ready");
  EXPECT_TRUE(process->alive());
  EXPECT_EQ(process->terminate(milliseconds(50)), 128 + SIGTERM);
  EXPECT_EQ(pipe.drain(), "");  // end of file: nobody is left
}

TEST(Process, AChildOutlivesTheThreadThatStartedIt) {
  Pipe pipe;
  Result<Process> process = fail_errno(ECHILD);
  std::thread([&] { process = shell("read x; echo went on", pipe.write.get()); }).join();
  ASSERT_TRUE(process);
  // Standard input is /dev/null, so read ends at once and the child finishes by itself.
  EXPECT_EQ(pipe.drain(), "went on\n");
  EXPECT_TRUE(process->wait(kLong));
  EXPECT_EQ(process->exit_status(), 0);
}

TEST(Process, ManyThreadsSpawnAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 8; ++i) {
        ProcessOptions options;
        options.argv = {"true"};
        auto process = Process::spawn(options);
        if (process && process->wait(kLong) && process->exit_status() == 0) ++ended;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ended, 32);
}

TEST(Process, RunsAsAnotherAccountWhenRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can switch accounts";
  const auto nobody = find_account("nobody");
  ASSERT_TRUE(nobody);
  Pipe pipe;
  ProcessOptions options;
  options.run_as = nobody;
  auto process = shell("id -u; id -G; echo $PATH", pipe.write.get(), options);
  ASSERT_TRUE(process);
  EXPECT_EQ(pipe.drain(), std::to_string(nobody->uid) + "\n" + std::to_string(nobody->gid) +
                              "\n/usr/local/bin:/usr/bin:/bin:/usr/games\n");
  EXPECT_EQ(::geteuid(), 0U);  // the switch stayed in the child
}

TEST(Process, OnlyRootHandsItsChildrenToAnotherAccount) {
  const auto account = unprivileged_account();
  if (::geteuid() != 0) {
    EXPECT_FALSE(account);
    return;
  }
  const auto own = find_account("punktfunk");
  const auto expected = own ? own : find_account("nobody");
  ASSERT_EQ(account.has_value(), expected.has_value());
  if (account) {
    EXPECT_EQ(account->uid, expected->uid);
    EXPECT_NE(account->uid, 0U);
  }
}

TEST(CleanPath, DropsWhatCannotBeUsedAndKeepsTheOrder) {
  EXPECT_EQ(clean_path("/bin::relative:/no/such/folder:/usr/bin:/bin").substr(0, 13),
            "/bin:/usr/bin");
  EXPECT_NE(clean_path("").find("/usr/bin"), std::string::npos);
}

TEST(FindProgram, AnswersWithAPath) {
  const auto found = find_program("sh");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front(), '/');
  EXPECT_FALSE(find_program("pf-no-such-program"));
}

}  // namespace
}  // namespace pf
