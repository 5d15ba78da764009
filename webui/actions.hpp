// What can be done to the machine and to the host as a whole (trust-and-console.md 4.2): sleep,
// restart, switch off. Each tells by itself whether it is possible here, and why not.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pf::webui {

inline constexpr const char* kSleep = "power.sleep";
inline constexpr const char* kReboot = "power.reboot";
inline constexpr const char* kShutDown = "power.shutdown";
inline constexpr const char* kRestartHost = "host.restart";

struct Action {
  std::string id;
  std::string obstacle;            // why it cannot be done here, and what to do; empty = it can
  std::int64_t waiting_since = 0;  // seconds since 1970; 0: it does not wait
};

struct ActionOutcome {
  enum class Kind : std::uint8_t {
    Begins = 1,
    Waits,       // for the last session to end
    Impossible,  // `text`: as Action::obstacle
    Failed,      // `text`: a sentence
  };
  Kind kind = Kind::Begins;
  std::string text{};
};

// Control thread; each `done` follows on it, or never when the host ends first.
class Actions {
 public:
  virtual ~Actions() = default;
  virtual void list(std::function<void(std::vector<Action>)> done) = 0;
  // `when_idle`: kRestartHost only, and only then may the outcome be Waits.
  virtual void start(const std::string& id, bool when_idle,
                     std::function<void(ActionOutcome)> done) = 0;
  // Takes back a restart that waits; false when none does.
  virtual bool withdraw_restart() = 0;
};

}  // namespace pf::webui
