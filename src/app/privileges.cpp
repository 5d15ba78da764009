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
    case Errc::Refused:
      return "the machine refused";
  }
  return "unknown error";
}

namespace {

// A folder that the account owns, made when missing. One that root prepared (empty, or with a
// host's files in it) is handed over with what lies directly in it; any other is left alone,
// because a slip in a variable must not give a system folder away.
Result<> own_folder(const fs::path& folder, uid_t uid, gid_t gid) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail_errno(error.value(), folder.string());
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return fail_errno(errno, folder.string());
  if (status.st_uid == uid) return {};
  if (!fs::is_empty(folder, error) && !fs::exists(folder / "host-cert.pem", error) &&
      !fs::exists(folder / "punktfunk.db", error))
    return fail(
        Errc::StartFailed,
        folder.string() +
            " belongs to another account and holds files that are not a host's; name an empty "
            "folder in PUNKTFUNK_CONFIG_DIR");
  if (::lchown(folder.c_str(), uid, gid) != 0 || ::chmod(folder.c_str(), 0700) != 0)
    return fail_errno(errno, folder.string());
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!entry.is_symlink() && entry.is_regular_file() &&
        ::lchown(entry.path().c_str(), uid, gid) != 0)
      return fail_errno(errno, entry.path().string());
  return {};
}

const passwd* find_host_account(const std::string& account) {
  const passwd* entry = ::getpwnam(account.empty() ? "punktfunk" : account.c_str());
  return entry == nullptr && account.empty() ? ::getpwnam("nobody") : entry;
}

// Its own home where it has one, else the place for services.
fs::path home_of(const passwd& entry) {
  struct stat status {};
  const bool owned = ::stat(entry.pw_dir, &status) == 0 && status.st_uid == entry.pw_uid;
  return owned ? fs::path(entry.pw_dir) : fs::path("/var/lib/punktfunk");
}

}  // namespace

config::EnvironmentReader environment_of_host(config::EnvironmentReader own) {
  const passwd* entry = ::geteuid() == 0 ? find_host_account("") : nullptr;
  if (entry == nullptr || own("PUNKTFUNK_CONFIG_DIR")) return own;
  return [own = std::move(own),
          home = home_of(*entry).string()](const std::string& name) -> std::optional<std::string> {
    if (name == "HOME") return home;
    if (name.starts_with("XDG_")) return std::nullopt;
    return own(name);
  };
}

Result<std::string> leave_root(const std::string& account) {
  if (::geteuid() != 0) return std::string();
  const passwd* entry = find_host_account(account);
  if (entry == nullptr || entry->pw_uid == 0)
    return fail(Errc::NoAccount, (account.empty() ? std::string("nobody") : account) +
                                     "; make one with 'useradd --system --create-home punktfunk'");
  const std::string name = entry->pw_name;
  const auto uid = entry->pw_uid;
  const auto gid = entry->pw_gid;
  const auto home = home_of(*entry);

  const char* config = std::getenv("PUNKTFUNK_CONFIG_DIR");
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
