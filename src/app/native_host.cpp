#include "app/native_host.hpp"

#include <algorithm>

namespace pf::app {
namespace {

bool is_pin(const std::string& text) {
  return text.size() == 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CLI::App* add_native_host_command(CLI::App& app, ServeOptions& options) {
  auto* command = app.add_subcommand(
      "punktfunk1-host", "Serve native clients only, without GameStream and console: for tests");
  command->footer(
      "Unpaired devices are refused unless --allow-tofu is given. The PIN of a pairing window is "
      "printed at the start; it is good for one attempt.");
  options.host.management = false;
  options.host.native_pin = "";
  auto& flags = options.flags;
  flags = {{"gamestream", "false"}, {"native", "true"}, {"open", "false"}};

  const auto forward = [&](const char* flag, const char* setting, const char* help) {
    command
        ->add_option_function<std::string>(
            flag, [&flags, setting](const std::string& text) { flags[setting] = text; }, help)
        ->type_name("");
  };
  forward("--port", "native_port", "UDP port [default 9777; 0 = any free one]");
  forward("--idle-timeout-ms", "idle_timeout_ms", "when a silent client is gone [default 8000]");
  forward("--max-concurrent", "max_streams", "streams at once [default 4; 0 = no limit]");
  command
      ->add_option_function<std::string>(
          "--source", [&flags](const std::string& source) { flags["display"] = source; },
          "what is shown: a moving test picture, or a virtual display [default virtual]")
      ->check(CLI::IsMember({"synthetic", "virtual", "x11"}));
  command->add_option_function<unsigned>(
      "--seconds", [&options](unsigned s) { options.run_for = std::chrono::seconds(s); },
      "stop after this time [default 0: until a signal]");
  command->add_flag_function(
      "--allow-tofu", [&flags](std::int64_t) { flags["open"] = "true"; },
      "let unpaired devices in, with full rights");
  command->add_flag_function(
      "--require-pairing,--allow-pairing", [&flags](std::int64_t) { flags["open"] = "false"; },
      "let paired devices in only (the default)");
  command
      ->add_option_function<std::string>(
          "--pairing-pin", [&options](const std::string& pin) { options.host.native_pin = pin; },
          "the PIN instead of a random one; for tests, since others can read command lines")
      ->check(CLI::Validator([](std::string& pin) { return is_pin(pin) ? "" : "four digits"; },
                             "PIN", "pin"));
  command
      ->add_option_function<std::string>(
          "--fec",
          [&options](const std::string& field) { options.host.native_gf8 = field == "gf8"; },
          "the code of the parity, to try out clients [default gf16]")
      ->check(CLI::IsMember({"gf16", "gf8"}));
  command->add_flag_function(
      "--no-mdns", [&flags](std::int64_t) { flags["mdns"] = "false"; },
      "do not announce this host on the network");
  return command;
}

}  // namespace pf::app
