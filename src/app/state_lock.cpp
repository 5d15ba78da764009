#include "app/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "app/privileges.hpp"

namespace pf::app {

Result<UniqueFd> lock_state(const std::filesystem::path& state) {
  const auto file = state / "host.lock";
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(errno, file.string());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return fail_errno(errno, file.string());
  return fail(Errc::StartFailed, "a host runs already with the state in " + state.string() +
                                     ". Stop it first, or choose another folder with "
                                     "PUNKTFUNK_CONFIG_DIR");
}

Result<> check_restored(const std::filesystem::path& state) {
  std::error_code error;
  if (!std::filesystem::exists(state / kRestoring, error) ||
      std::filesystem::exists(state / "punktfunk.db", error))
    return {};
  return fail(Errc::StartFailed,
              "a restore into " + state.string() +
                  " was cut off, so this host has no devices and no settings now. Run it again: "
                  "punktfunk-host restore FILE. What was here before is in the folder "
                  "before-restore-… beside");
}

}  // namespace pf::app
