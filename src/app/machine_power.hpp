// Sleep, restart and power-off of the machine, by whatever manages it here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace pf::app {

enum class PowerAct : std::uint8_t { Sleep = 1, Reboot, ShutDown };

// Worker thread: each call asks another process and takes a few seconds at most.
class MachinePower {
 public:
  virtual ~MachinePower() = default;
  // Why it cannot be done here and what to do, as sentences; empty when it can.
  virtual std::string obstacle(PowerAct act) = 0;
  // Returns when the machine has begun to do it. Errc::Refused with its own words.
  virtual Result<> perform(PowerAct act) = 0;
};

// systemd-logind over the system's message bus. Without one, or in a build without D-Bus, nothing
// is possible, and the obstacle says so.
std::unique_ptr<MachinePower> machine_power();

}  // namespace pf::app
