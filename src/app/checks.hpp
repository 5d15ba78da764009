// What can be wrong with a machine or a host, one function each: what was found, what it means,
// what to do. The running host and `doctor` use the same table.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "webui/diagnostics.hpp"
#include "webui/status_parts.hpp"

namespace pf::app {

struct Finding {
  webui::CheckStatus status = webui::CheckStatus::Ok;
  std::string meaning;  // sentences
  std::string fix = {};
  std::string command = {};
};

// What checks look at, as values: they run on a worker thread.
struct CheckInput {
  webui::StatusParts status;  // back ends and encoders; ports in use, all 0 when no host runs
  bool probed = false;        // status.backends is known
  bool serving = false;       // a host runs, and these ports are its own
  std::filesystem::path state_folder;
  std::filesystem::path database;
  std::string bind_address = "::";
  webui::Ports wanted_ports;  // as the settings say
  std::uint16_t management_port = 0;
  bool mdns = true, open = false, uinput_pads = true;
  bool unsaved_revocations = false, unsaved_are_noted = false;
  bool unsaved_endings = false;                  // of sign-ins and tokens
  std::optional<std::int64_t> certificate_ends;  // of the operator's own for the console
  std::string certificate_problem;               // why a stored one is not used
  std::optional<bool> claimed;                   // the console has a password; nothing = not known
};

CheckInput check_input(const config::Settings& settings, const std::filesystem::path& state_folder);

struct CheckDefinition {
  const char* id;
  const char* title;
  // Looks at CheckInput alone, so that it can be asked at any time.
  bool cheap;
  Finding (*run)(const CheckInput&);
};
// In the order in which people should read them.
const std::vector<CheckDefinition>& check_table();

namespace checks {

// Media (checks_media.cpp).
Finding hardware_encoder(const CheckInput& input);
Finding encoder(const CheckInput& input);
Finding display(const CheckInput& input);
Finding sound(const CheckInput& input);
// Devices and the machine (checks_machine.cpp).
Finding game_controllers(const CheckInput& input);
Finding priority(const CheckInput& input);
Finding disk_space(const CheckInput& input);
Finding store(const CheckInput& input);
Finding clock(const CheckInput& input);
Finding root(const CheckInput& input);
// Network and trust (checks_network.cpp).
Finding ports(const CheckInput& input);
Finding reachable(const CheckInput& input);
Finding mdns(const CheckInput& input);
Finding udp(const CheckInput& input);
Finding revocations(const CheckInput& input);
Finding claimed(const CheckInput& input);
Finding certificate(const CheckInput& input);
Finding open_mode(const CheckInput& input);

}  // namespace checks
}  // namespace pf::app
