#include "apps/process_tree.hpp"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "base/clock.hpp"

namespace pf::apps {
namespace {

constexpr int kPollMs = 20;

// Ended processes that nobody has waited for yet have an empty environment.
bool carries(pid_t pid, const std::string& entry) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t at = all.find(entry); at != std::string::npos; at = all.find(entry, at + 1)) {
    const auto end = at + entry.size();
    if ((at == 0 || all[at - 1] == '\0') && (end == all.size() || all[end] == '\0')) return true;
  }
  return false;
}

std::vector<pid_t> members(const std::string& mark) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })> processes(::opendir("/proc"));
  if (!processes) return found;
  const auto entry = std::string(kSessionVariable) + '=' + mark;
  while (const dirent* one = ::readdir(processes.get())) {
    const auto pid = static_cast<pid_t>(std::strtol(one->d_name, nullptr, 10));
    if (pid > 1 && pid != ::getpid() && carries(pid, entry)) found.push_back(pid);
  }
  return found;
}

}  // namespace

bool session_runs(const std::string& mark) {
  return !members(mark).empty();
}

void end_session_processes(const std::string& mark, std::chrono::milliseconds grace) {
  const auto deadline = steady_now() + grace;
  auto left = members(mark);
  for (const auto pid : left) ::kill(pid, SIGTERM);
  while (!left.empty() && steady_now() < deadline) {
    ::poll(nullptr, 0, kPollMs);
    left = members(mark);
  }
  for (const auto pid : left) ::kill(pid, SIGKILL);
}

}  // namespace pf::apps
