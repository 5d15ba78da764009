#include "display/runtime_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <filesystem>
#include <fstream>

namespace pf::display {
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
  const auto path = (fs::path(parent) / name).string();
  fs::remove_all(path, error);
  if (::mkdir(path.c_str(), 0700) != 0) return fail_errno(errno, path);
  RuntimeFolder folder(path);
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
  std::ifstream file(path_ + '/' + name);
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

}  // namespace pf::display
