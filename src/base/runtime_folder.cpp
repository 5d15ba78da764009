#include "base/runtime_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <sstream>

namespace pf {
namespace fs = std::filesystem;

namespace {

// Where root puts folders for another account when the configured place is closed to it, as
// /run/user/0 is.
constexpr const char* kOpenParent = "/run/punktfunk";

// Another account can reach what lies in this folder.
bool searchable_by_others(fs::path path) {
  for (path = fs::absolute(path); path.has_relative_path(); path = path.parent_path()) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0) return false;
  }
  return true;
}

constexpr const char* kMark = ".in-use";
constexpr std::size_t kTailBytes = 8 * 1024;  // of a log, for a message

UniqueFd open_mark(const fs::path& folder, int flags) {
  return UniqueFd(::open((folder / kMark).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
}

// Removes our folders whose process has gone. Only folders with a mark are ours.
void remove_left_overs(const fs::path& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (entry.symlink_status(error).type() != fs::file_type::directory) continue;
    const auto mark = open_mark(entry.path(), 0);
    if (mark && ::flock(mark.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), error);
  }
}

}  // namespace

Result<RuntimeFolder> RuntimeFolder::create(const std::string& wanted_parent,
                                            const std::string& tag,
                                            const std::optional<Account>& owner) {
  if (wanted_parent.empty()) return fail_errno(EINVAL, "no runtime folder is configured");
  auto parent = wanted_parent;
  auto name = tag;
  std::error_code error;
  fs::create_directories(fs::path(parent).parent_path(), error);
  if (::mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(errno, parent);
  if (owner && !searchable_by_others(parent)) {
    parent = kOpenParent;
    name += '-' + std::to_string(::getpid());  // shared by all of root's hosts
    if (::mkdir(parent.c_str(), 0711) != 0 && errno != EEXIST) return fail_errno(errno, parent);
    if (::chmod(parent.c_str(), 0711) != 0) return fail_errno(errno, parent);
  }
  // One process at a time, so that nobody sweeps away a folder between its making and its mark.
  const UniqueFd turn(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!turn || ::flock(turn.get(), LOCK_EX) != 0) return fail_errno(errno, parent);
  remove_left_overs(parent);
  const auto path = (fs::path(parent) / name).string();
  fs::remove_all(path, error);
  if (::mkdir(path.c_str(), 0700) != 0) return fail_errno(errno, path);
  RuntimeFolder folder(path);
  folder.mark_ = open_mark(path, O_CREAT);
  if (!folder.mark_ || ::flock(folder.mark_.get(), LOCK_EX | LOCK_NB) != 0)
    return fail_errno(errno, path);
  if (owner && ::chown(path.c_str(), owner->uid, owner->gid) != 0) return fail_errno(errno, path);
  return folder;
}

RuntimeFolder::~RuntimeFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<> RuntimeFolder::write(const std::string& name, const std::string& content) const {
  const auto file = path_ + '/' + name;
  const UniqueFd fd(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail_errno(errno, file);
  if (::write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    return fail_errno(errno, file);
  return {};
}

std::string RuntimeFolder::tail(const std::string& name, std::size_t count) const {
  // Whoever the folder was given to may have put anything in the file's place.
  const UniqueFd fd(::open((path_ + '/' + name).c_str(),
                           O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  std::string text(kTailBytes, '\0');
  const auto from = std::max<off_t>(0, info.st_size - static_cast<off_t>(kTailBytes));
  const auto got = ::pread(fd.get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  std::istringstream file(text);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > count) lines.pop_front();
  }
  std::string joined;
  for (const auto& line : lines) {
    if (!joined.empty()) joined += " | ";
    joined += line;
  }
  return joined;
}

}  // namespace pf
