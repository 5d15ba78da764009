#include <fcntl.h>
#include <fmt/format.h>
#include <linux/uinput.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "app/checks.hpp"
#include "base/clock.hpp"
#include "base/thread.hpp"
#include "base/unique_fd.hpp"
#include "store/health.hpp"

namespace pf::app::checks {
namespace {

using webui::CheckStatus;

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kFullBytes = 32 * kMiB, kScarceBytes = 256 * kMiB;
constexpr auto kNodeLimit = std::chrono::milliseconds(1000);
// A clock before this is a clock that was never set.
constexpr std::int64_t kOldestUnix = 1'735'689'600;  // 2025-01-01

// A device of one button that nobody else sees as a controller.
Result<UniqueFd> make_button() {
  UniqueFd fd(::open("/dev/uinput", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return fail_errno(errno, "open");
  uinput_setup setup{};
  setup.id.bustype = BUS_VIRTUAL;
  std::strncpy(setup.name, "punktfunk self-test", sizeof setup.name - 1);
  if (::ioctl(fd.get(), UI_SET_EVBIT, EV_KEY) < 0 || ::ioctl(fd.get(), UI_SET_KEYBIT, BTN_0) < 0 ||
      ::ioctl(fd.get(), UI_DEV_SETUP, &setup) < 0 || ::ioctl(fd.get(), UI_DEV_CREATE) < 0)
    return fail_errno(errno, "create");
  return fd;
}

// "/dev/input/event7" of a device that was just made; empty when sysfs does not show it.
std::string node_of(int uinput) {
  std::array<char, 64> name{};
  if (::ioctl(uinput, UI_GET_SYSNAME(name.size()), name.data()) < 0) return {};
  const auto folder = std::filesystem::path("/sys/devices/virtual/input") / name.data();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (const auto child = entry.path().filename().string(); child.starts_with("event"))
      return "/dev/input/" + child;
  return {};
}

// udev makes the node a little later than the kernel the device.
Result<UniqueFd> open_node(const std::string& node) {
  const auto deadline = steady_now() + kNodeLimit;
  for (;;) {
    UniqueFd fd(::open(node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (fd) return fd;
    const int error = errno;
    if ((error != ENOENT && error != EACCES) || steady_now() >= deadline)
      return fail_errno(error, node);
    ::poll(nullptr, 0, 20);
  }
}

bool comes_back(int uinput, int node) {
  std::array<input_event, 2> press{};
  press[0].type = EV_KEY;
  press[0].code = BTN_0;
  press[0].value = 1;
  press[1].type = EV_SYN;
  if (::write(uinput, press.data(), sizeof press) != static_cast<ssize_t>(sizeof press))
    return false;
  pollfd waiting{node, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(kNodeLimit.count())) != 1) return false;
  input_event event{};
  return ::read(node, &event, sizeof event) == static_cast<ssize_t>(sizeof event) &&
         event.type == EV_KEY && event.code == BTN_0 && event.value == 1;
}

}  // namespace

Finding game_controllers(const CheckInput& input) {
  if (!input.uinput_pads)
    return {CheckStatus::Skipped, "Controllers through uinput are switched off (uinput_pads)."};
  constexpr const char* kRules =
      "Give the host's user access to /dev/uinput, and in a container pass it on with --device "
      "/dev/uinput and -v /dev/input:/dev/input.";
  const auto device = make_button();
  if (!device) {
    const int error = device.error().code.value();
    if (error == ENOENT)
      return {CheckStatus::Failed,
              "The kernel offers no /dev/uinput here, so clients' game controllers do not work.",
              "Load the module uinput; in a container pass the device on with --device "
              "/dev/uinput.",
              "modprobe uinput"};
    return {
        CheckStatus::Failed,
        fmt::format("A controller cannot be made ({}), so clients' game controllers do not work.",
                    std::strerror(error)),
        kRules, "usermod -aG input \"$USER\""};
  }
  const auto node = node_of(device->get());
  if (node.empty())
    return {CheckStatus::Failed,
            "A controller can be made, but the kernel does not show its event node in /sys, so "
            "programs will not find it.",
            kRules};
  const auto opened = open_node(node);
  if (!opened)
    return {CheckStatus::Failed,
            fmt::format("A controller can be made, but {} cannot be opened ({}), so programs here "
                        "will not see clients' controllers.",
                        node, std::strerror(opened.error().code.value())),
            kRules};
  if (!comes_back(device->get(), opened->get()))
    return {CheckStatus::Failed, "A controller can be made, but what it sends does not arrive.",
            kRules};
  return {CheckStatus::Ok, "A test controller was made, a button press came back, and it is gone."};
}

Finding priority(const CheckInput&) {
  bool raised = false;
  std::jthread([&] { raised = raise_this_thread(); }).join();
  if (raised)
    return {CheckStatus::Ok, "Threads that send pictures and sound may go before others."};
  return {CheckStatus::Warning,
          "Threads that send pictures and sound get no real-time priority. Streams work, but may "
          "stutter while games use the whole processor.",
          "Allow it to the host's user (then sign in again), or to its unit with "
          "LimitRTPRIO=20.",
          "printf '%s - rtprio 20\\n' \"$USER\" | sudo tee /etc/security/limits.d/punktfunk.conf"};
}

Finding disk_space(const CheckInput& input) {
  struct statvfs usage {};
  if (::statvfs(input.state_folder.c_str(), &usage) != 0)
    return {CheckStatus::Failed,
            fmt::format("The folder {} cannot be looked at ({}).", input.state_folder.string(),
                        std::strerror(errno)),
            "Make it, owned by the host's user."};
  if ((usage.f_flag & ST_RDONLY) != 0)
    return {
        CheckStatus::Failed,
        fmt::format("{} is read-only: no device can be paired, and no revocation can be stored.",
                    input.state_folder.string()),
        "Mount it writable."};
  const auto free = static_cast<std::uint64_t>(usage.f_bavail) * usage.f_frsize;
  const auto text = fmt::format("{} MiB are free in {}.", free / kMiB, input.state_folder.string());
  if (free < kFullBytes)
    return {CheckStatus::Failed, text + " Pairings and revocations may not be stored.",
            "Make room on this disk."};
  if (free < kScarceBytes) return {CheckStatus::Warning, text, "Make room on this disk soon."};
  return {CheckStatus::Ok, text};
}

Finding store(const CheckInput& input) {
  std::error_code error;
  if (!std::filesystem::exists(input.database, error))
    return {CheckStatus::Skipped, "There is no database yet: no host has run here."};
  if (auto sound = store::quick_check(input.database); !sound)
    return {CheckStatus::Failed,
            fmt::format("The database {} is damaged: {}.", input.database.string(),
                        sound.error().message()),
            "Stop the host and restore the last backup.", "punktfunk-host restore FILE"};
  return {CheckStatus::Ok, fmt::format("{} is sound.", input.database.string())};
}

Finding clock(const CheckInput&) {
  if (unix_now() < kOldestUnix)
    return {CheckStatus::Failed,
            "The clock is years behind, so the end of guests' access cannot be judged.",
            "Set it, best by NTP.", "timedatectl set-ntp true"};
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {CheckStatus::Warning,
            "Nothing keeps the clock right. Guests' access may end early or late.",
            "Switch on NTP (inside a container: on its machine).", "timedatectl set-ntp true"};
  return {CheckStatus::Ok, "The clock is kept right."};
}

Finding root(const CheckInput& input) {
  if (!input.serving)
    return {CheckStatus::Skipped,
            "No host runs. One that root starts changes to another account before it does "
            "anything."};
  if (::geteuid() != 0)
    return {CheckStatus::Ok, fmt::format("The host runs as user {}.", ::geteuid())};
  return {CheckStatus::Warning, "The host runs as root. A fault in it would give away the machine.",
          "Run it as your own user, or let it change to another account.",
          "punktfunk-host serve --user punktfunk"};
}

}  // namespace pf::app::checks
