#include "app/privileges.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace pf::app {
namespace fs = std::filesystem;

const char* error_room(Errc) {
  return "app";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::Usage:
      return "wrong usage";
    case Errc::NoAccount:
      return "there is no such account";
    case Errc::PrivilegesFailed:
      return "root's privileges could not be given up";
    case Errc::StartFailed:
      return "the host could not start";
  }
  return "unknown error";
}

namespace {

// A folder that the account owns, made when missing. An existing one is handed over with what lies
// directly in it (the host keeps its files there), so that a folder prepared by root works.
Result<> own_folder(const fs::path& folder, uid_t uid, gid_t gid) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail_errno(error.value(), folder.string());
  if (::lchown(folder.c_str(), uid, gid) != 0 || ::chmod(folder.c_str(), 0700) != 0)
    return fail_errno(errno, folder.string());
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!entry.is_symlink() && entry.is_regular_file() &&
        ::lchown(entry.path().c_str(), uid, gid) != 0)
      return fail_errno(errno, entry.path().string());
  return {};
}

}  // namespace

Result<std::string> leave_root(const std::string& account) {
  if (::geteuid() != 0) return std::string();
  const passwd* entry = ::getpwnam(account.empty() ? "punktfunk" : account.c_str());
  if (entry == nullptr && account.empty()) entry = ::getpwnam("nobody");
  if (entry == nullptr || entry->pw_uid == 0)
    return fail(Errc::NoAccount, (account.empty() ? std::string("nobody") : account) +
                                     "; make one with 'useradd --system --create-home punktfunk'");
  const std::string name = entry->pw_name;
  const auto uid = entry->pw_uid;
  const auto gid = entry->pw_gid;
  fs::path home = entry->pw_dir;

  const char* config = std::getenv("PUNKTFUNK_CONFIG_DIR");
  struct stat status {};
  if (::stat(home.c_str(), &status) != 0 || status.st_uid != uid) home = "/var/lib/punktfunk";
  if (home == "/var/lib/punktfunk" || config == nullptr)
    if (auto owned = own_folder(home, uid, gid); !owned) return pass(owned);
  if (config != nullptr)
    if (auto owned = own_folder(config, uid, gid); !owned) return pass(owned);
  const fs::path runtime = "/run/punktfunk/" + std::to_string(uid);
  std::error_code error;
  fs::create_directories(runtime.parent_path(), error);
  if (auto owned = own_folder(runtime, uid, gid); !owned) return pass(owned);

  ::setenv("HOME", home.c_str(), 1);
  ::setenv("USER", name.c_str(), 1);
  ::setenv("LOGNAME", name.c_str(), 1);
  ::setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
  for (const char* variable : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
                               "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"})
    ::unsetenv(variable);

  if (::initgroups(name.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 ||
      ::setresuid(uid, uid, uid) != 0 || ::setuid(0) == 0)
    return fail(Errc::PrivilegesFailed, "account " + name);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::chdir(home.c_str()) != 0 && ::chdir("/") != 0) return fail_errno(errno, "/");
  return name;
}

}  // namespace pf::app
