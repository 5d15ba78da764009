#include "app/checks.hpp"

namespace pf::app {

const std::vector<CheckDefinition>& check_table() {
  static const std::vector<CheckDefinition> table{
      {"revocations", "Revocations are stored", true, checks::revocations},
      {"claimed", "The console has a password", true, checks::claimed},
      {"certificate", "Certificate of the console", true, checks::certificate},
      {"open", "Pairing is required", true, checks::open_mode},
      {"encoder", "Encoder in use", true, checks::encoder},
      {"hardware_encoder", "Hardware encoder", true, checks::hardware_encoder},
      {"display", "Displays", true, checks::display},
      {"sound", "Sound", true, checks::sound},
      {"input", "Game controllers", false, checks::game_controllers},
      {"ports", "Ports", false, checks::ports},
      {"reachable", "Reachable from the network", false, checks::reachable},
      {"mdns", "Found by clients (mDNS)", false, checks::mdns},
      {"udp", "Network buffers", false, checks::udp},
      {"priority", "Real-time priority", false, checks::priority},
      {"disk", "Disk space", false, checks::disk_space},
      {"store", "Database", false, checks::store},
      {"clock", "Clock", false, checks::clock},
      {"root", "Runs as an ordinary user", false, checks::root},
  };
  return table;
}

CheckInput check_input(const config::Settings& settings,
                       const std::filesystem::path& state_folder) {
  CheckInput input;
  input.state_folder = state_folder;
  input.database = state_folder / "punktfunk.db";
  input.bind_address = settings.get(config::kBindAddress);
  input.mdns = settings.get(config::kMdns);
  input.open = settings.get(config::kOpen);
  input.uinput_pads = settings.get(config::kUinputPads);
  input.management_port = static_cast<std::uint16_t>(settings.get(config::kMgmtPort));
  const auto base = settings.get(config::kBasePort);
  if (settings.get(config::kGamestream) && base != 0) {
    const auto at = [&](int offset) { return static_cast<std::uint16_t>(base + offset); };
    input.wanted_ports = {at(0), at(-5), at(21), at(9), at(10), at(11)};  // gamestream.md 1.1
  }
  if (settings.get(config::kNative))
    input.wanted_ports.native = static_cast<std::uint16_t>(settings.get(config::kNativePort));
  return input;
}

}  // namespace pf::app
