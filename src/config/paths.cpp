#include "config/paths.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "base/atomic_file.hpp"

namespace pf::config {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> absolute_path(const EnvironmentReader& environment, const char* name) {
  const auto text = environment(name);
  if (!text || text->empty() || text->front() != '/') return std::nullopt;
  return fs::path(*text);
}

Result<fs::path> home(const EnvironmentReader& environment) {
  if (auto set = absolute_path(environment, "HOME")) return *set;
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr && found->pw_dir != nullptr && found->pw_dir[0] == '/')
    return fs::path(found->pw_dir);
  return fail(Errc::NoHome, "set HOME or PUNKTFUNK_CONFIG_DIR to a folder for the host's files");
}

}  // namespace

Result<Paths> paths(const EnvironmentReader& environment) {
  Paths result;
  const auto given = environment("PUNKTFUNK_CONFIG_DIR");
  if (given && !given->empty()) {
    std::error_code error;
    result.config = fs::absolute(*given, error);
    if (error) return fail(Errc::FolderMissing, *given + ": " + error.message());
    result.state = result.config;
  } else {
    const auto config = absolute_path(environment, "XDG_CONFIG_HOME");
    const auto state = absolute_path(environment, "XDG_STATE_HOME");
    fs::path user;
    if (!config || !state) {
      auto folder = home(environment);
      if (!folder) return pass(folder);
      user = std::move(*folder);
    }
    result.config = (config ? *config : user / ".config") / "punktfunk";
    result.state = (state ? *state : user / ".local" / "state") / "punktfunk";
  }
  if (const auto runtime = absolute_path(environment, "XDG_RUNTIME_DIR"))
    result.runtime = *runtime / "punktfunk";
  else
    result.runtime = fmt::format("/tmp/punktfunk-{}", ::geteuid());
  return result;
}

Result<> check_private_folder(const fs::path& folder) {
  struct stat info {};
  // Not following a link: in /tmp somebody else may have put one there.
  if (::lstat(folder.c_str(), &info) != 0)
    return fail(Errc::FolderMissing,
                fmt::format("{}: {}", folder.string(), std::generic_category().message(errno)));
  if (S_ISLNK(info.st_mode)) {
    // A link of our own (dotfiles kept elsewhere) is fine when its target is.
    if (info.st_uid != ::geteuid())
      return fail(Errc::FolderNotOurs,
                  fmt::format("{} is a link that another user made; remove it", folder.string()));
    if (::stat(folder.c_str(), &info) != 0)
      return fail(Errc::FolderMissing, fmt::format("{} is a link to nothing", folder.string()));
  }
  if (!S_ISDIR(info.st_mode))
    return fail(Errc::FolderMissing,
                fmt::format("{} is not a folder; move it away", folder.string()));
  if (info.st_uid != ::geteuid())
    return fail(
        Errc::FolderNotOurs,
        fmt::format("{} belongs to user {}, the host runs as user {}; run: sudo chown -R {} {}",
                    folder.string(), info.st_uid, ::geteuid(), ::geteuid(), folder.string()));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Errc::FolderOpenToOthers,
                fmt::format("{} has mode {:o}; run: chmod 700 {}", folder.string(),
                            info.st_mode & 07777U, folder.string()));
  return {};
}

Result<> prepare_private_folder(const fs::path& folder) {
  if (auto made = make_private_folder(folder); !made)
    return fail(Errc::FolderMissing, made.error().message());
  return check_private_folder(folder);
}

Result<Paths> prepare_paths(const EnvironmentReader& environment) {
  auto result = paths(environment);
  if (!result) return result;
  for (const auto& folder : {result->config, result->state, result->runtime})
    if (auto ready = prepare_private_folder(folder); !ready) return pass(ready);
  return result;
}

}  // namespace pf::config
