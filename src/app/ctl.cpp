#include "app/ctl.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/ctl_actions.hpp"
#include "app/ctl_ask.hpp"
#include "app/ctl_console.hpp"
#include "app/ctl_operator.hpp"
#include "app/doctor.hpp"

namespace pf::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  punktfunk-host ctl status                        what the host is doing
  punktfunk-host ctl pair arm                      shows a PIN to type into a native client
  punktfunk-host ctl pair arm --preset controller --expires-in 14400   for a guest, 4 hours
  punktfunk-host ctl pending                       native devices that wait for approval
  punktfunk-host ctl approve 1 --name "TV"         lets one of them in
  punktfunk-host ctl pair pin 1234                 the PIN that Moonlight shows
  punktfunk-host ctl pair pin 1234 --name "TV"     and a name for the device
  punktfunk-host ctl devices list                  who is paired
  punktfunk-host ctl devices access 2 controller   game pad only
  punktfunk-host ctl devices revoke 2              ends its streams at once
  punktfunk-host ctl apps add Chess -- gnome-chess --fullscreen
  punktfunk-host ctl settings set fec_percent 30   more parity against loss
  punktfunk-host ctl sessions mute 1               silence for one stream
  punktfunk-host ctl tokens add Grafana            a token that may only look
  punktfunk-host ctl watch --kinds session.*       what happens, as it happens
  punktfunk-host ctl status --json                 for programs)";

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 no host reachable, 4 denied.\n"
    "PUNKTFUNK_CONFIG_DIR names the host's folder when it is not the usual one.";

// Options of all commands; lives as long as the command line.
struct Parsed {
  explicit Parsed(CtlIo io) : context{io, false} {}
  ctl::Context context;
  ctl::PinOptions pin;
  ctl::ArmOptions arm;
  ctl::ApproveOptions approve;
  ctl::NewApp app;
  std::uint64_t id = 0, other = 0;
  std::string text;
  std::string device;
  bool yes = false, all = false;
  std::uint64_t after = 0;
  unsigned limit = 200;
};

class Builder {
 public:
  Builder(CLI::App& root, int& exit_code, CtlIo io)
      : parsed_(std::make_shared<Parsed>(io)), exit_code_(exit_code) {
    ctl_ = root.add_subcommand("ctl", std::string("Talk to the running host\n\n") + kExamples);
    ctl_->footer(kFooter);
    ctl_->require_subcommand(1);
    ctl_->add_flag("--json", parsed_->context.json, "One JSON object on standard output");
  }

  void build() {
    command(*ctl_, "status", "What the host is doing", ctl::show_status);
    build_pair(group("pair", "Pair devices"));
    build_approval();
    build_devices(group("devices", "Paired devices and what they may do"));

    auto& sessions = group("sessions", "Running streams");
    command(sessions, "list", "Every session", ctl::list_sessions);
    id_command(sessions, "stop", "End a session and its application", ctl::stop_session);

    build_apps(group("apps", "What clients can start"));

    auto& logs =
        command(*ctl_, "logs", "The newest lines of the log",
                [p = parsed_](const auto& c) { return ctl::show_log(c, p->after, p->limit); });
    logs.add_option("--after", parsed_->after, "Only lines after this number");
    logs.add_option("--limit", parsed_->limit, "At most this many")->check(CLI::Range(1, 1000));
    add_console_commands(*ctl_, parsed_->context, exit_code_);
    add_operator_commands(*ctl_, parsed_->context, exit_code_);
  }

 private:
  using Run = std::function<int(const ctl::Context&)>;

  CLI::App& group(const char* name, const char* help) {
    auto* sub = ctl_->add_subcommand(name, help);
    sub->require_subcommand(1);
    sub->fallthrough();
    return *sub;
  }

  CLI::App& command(CLI::App& parent, const char* name, const char* help, Run run) {
    auto* sub = parent.add_subcommand(name, help);
    sub->fallthrough();  // --json may stand anywhere
    // final_callback: after the whole line, so that a --json at its end counts.
    sub->final_callback(
        [p = parsed_, &code = exit_code_, run = std::move(run)] { code = run(p->context); });
    return *sub;
  }

  CLI::App& id_command(CLI::App& parent, const char* name, const char* help,
                       int (*run)(const ctl::Context&, std::uint64_t)) {
    auto& sub = command(parent, name, help,
                        [p = parsed_, run](const auto& context) { return run(context, p->id); });
    sub.add_option("ID", parsed_->id, "From the list")->required();
    return sub;
  }

  void build_pair(CLI::App& pair) {
    auto& pin = command(pair, "pin", "Hand over the PIN that the client shows",
                        [p = parsed_](const auto& c) { return ctl::enter_pin(c, p->pin); });
    pin.add_option("PIN", parsed_->pin.pin, "1 to 16 digits; - reads it from standard input")
        ->required();
    pin.add_option("--request", parsed_->pin.request, "Which one, when several wait");
    pin.add_option("--name", parsed_->pin.label, "A name for the device");
    add_access(pin, parsed_->pin.access);
    command(pair, "list", "Who waits, and how the last pairings ended", ctl::list_pairing);

    auto& arm = command(pair, "arm", "Show a PIN to type into a native client",
                        [p = parsed_](const auto& c) { return ctl::arm_pairing(c, p->arm); });
    arm.add_option("--ttl", parsed_->arm.ttl_s, "How long it may be tried, 15 to 600 s (120)")
        ->check(CLI::Range(0, 86'400));
    arm.add_option("--fingerprint", parsed_->arm.fingerprint,
                   "Only for the device with this certificate");
    add_access(arm, parsed_->arm.access);
    command(pair, "disarm", "Take the PIN back", ctl::disarm_pairing);
    command(pair, "status", "Whether a PIN is open, and how the last pairings ended",
            ctl::show_native_pairing);
  }

  void add_access(CLI::App& sub, ctl::AccessOptions& access) {
    sub.add_option("--preset", access.preset, "What it may do: full, controller or view")
        ->check(CLI::IsMember({"full", "controller", "view"}));
    sub.add_option("--expires-in", access.expires_in_s, "For how long, in seconds")
        ->check(CLI::NonNegativeNumber);
    sub.add_flag("--until-disconnect", access.until_disconnect,
                 "Forget it a minute after its last stream");
  }

  void build_approval() {
    command(*ctl_, "pending", "Native devices that wait for approval", ctl::list_pending);
    auto& approve = command(
        *ctl_, "approve", "Let a waiting device in",
        [p = parsed_](const auto& c) { return ctl::approve_pending(c, p->id, p->approve); });
    approve.add_option("ID", parsed_->id, "From pending")->required();
    approve.add_option("--name", parsed_->approve.name, "A name for the device");
    add_access(approve, parsed_->approve.access);
    auto& deny = command(*ctl_, "deny", "Turn a waiting device away",
                         [p = parsed_](const auto& c) { return ctl::deny_pending(c, p->id); });
    deny.add_option("ID", parsed_->id, "From pending")->required();
    auto& access = command(*ctl_, "access", "What a device may do", [p = parsed_](const auto& c) {
      return ctl::set_access_of(c, p->device, p->text);
    });
    access.add_option("DEVICE", parsed_->device, "Its number, or the beginning of its fingerprint")
        ->required();
    access.add_option("LEVEL", parsed_->text, "full, controller or view")
        ->required()
        ->check(CLI::IsMember({"full", "controller", "view"}));
  }

  void build_devices(CLI::App& devices) {
    command(devices, "list", "Every paired device", ctl::list_devices);
    auto& rename =
        command(devices, "rename", "Give a device another name",
                [p = parsed_](const auto& c) { return ctl::rename_device(c, p->id, p->text); });
    rename.add_option("ID", parsed_->id, "From the list")->required();
    rename.add_option("NAME", parsed_->text, "The new name")->required();
    auto& revoke =
        command(devices, "revoke", "Lock a device out for good", [p = parsed_](const auto& c) {
          if (p->all) return ctl::revoke_all_devices(c, p->yes);
          if (p->id == 0)
            return ctl::usage(c, "no_device", "Say which device, or --all for every one.");
          return ctl::revoke_device(c, p->id, p->yes);
        });
    auto* which = revoke.add_option("ID", parsed_->id, "From the list");
    auto* all = revoke.add_flag("--all", parsed_->all, "Every device there is");
    which->excludes(all);
    revoke.add_flag("--yes,-y", parsed_->yes, "Do not ask");
    auto& access = command(devices, "access", "What a device may do", [p = parsed_](const auto& c) {
      return ctl::set_access(c, p->id, p->text);
    });
    access.add_option("ID", parsed_->id, "From the list")->required();
    access.add_option("LEVEL", parsed_->text, "full, controller or view")
        ->required()
        ->check(CLI::IsMember({"full", "controller", "view"}));
    id_command(devices, "disable", "Lock a device out without forgetting it",
               [](const auto& c, auto id) { return ctl::set_disabled(c, id, true); });
    id_command(devices, "enable", "Let a disabled device in again",
               [](const auto& c, auto id) { return ctl::set_disabled(c, id, false); });
    auto& merge =
        command(devices, "merge", "Make two rows one, for one physical device",
                [p = parsed_](const auto& c) { return ctl::merge_devices(c, p->id, p->other); });
    merge.add_option("ID", parsed_->id, "Keeps its name and access")->required();
    merge.add_option("OTHER", parsed_->other, "Its certificates move, its row goes")->required();
    auto& split =
        command(devices, "split", "Give a certificate of a device a row of its own",
                [p = parsed_](const auto& c) { return ctl::split_device(c, p->id, p->text); });
    split.add_option("ID", parsed_->id, "From the list")->required();
    split
        .add_option("CERTIFICATE", parsed_->text,
                    "native, gamestream, or the beginning of its fingerprint")
        ->required();
  }

  void build_apps(CLI::App& apps) {
    command(apps, "list", "Every application", ctl::list_apps);
    auto& add = command(apps, "add", "Add an application; put -- before its command",
                        [p = parsed_](const auto& c) { return ctl::add_app(c, p->app); });
    add.add_option("TITLE", parsed_->app.title, "As clients show it")->required();
    add.add_option("COMMAND", parsed_->app.command, "The program and its arguments")->required();
    add.add_option("--dir", parsed_->app.working_directory, "Where it starts");
    add.add_option("--env", parsed_->app.environment, "NAME=VALUE, may be repeated")
        ->allow_extra_args(false);
    add.add_option("--policy", parsed_->app.policy,
                   "When another device has it already: default, separate, join, steal or refuse");
    id_command(apps, "remove", "Remove an application", ctl::remove_app);
  }

  std::shared_ptr<Parsed> parsed_;
  int& exit_code_;
  CLI::App* ctl_ = nullptr;
};

}  // namespace

CtlIo process_io() {
  const char* no_colour = std::getenv("NO_COLOR");
  const bool plain = no_colour != nullptr && *no_colour != '\0';
  return {.out = std::cout,
          .err = std::cerr,
          .in = std::cin,
          .may_ask = ::isatty(STDIN_FILENO) == 1,
          .colour = !plain && ::isatty(STDOUT_FILENO) == 1};
}

void add_ctl_command(CLI::App& app, int& exit_code) {
  add_ctl_command(app, exit_code, process_io());
}

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("doctor",
                                     "What is well with this machine and what is not\n\n"
                                     "Examples:\n"
                                     "  punktfunk-host doctor          for people\n"
                                     "  punktfunk-host doctor --json   for programs");
  command->footer("Exit code 5 when a check failed. Without a running host it looks itself.");
  const auto context = std::make_shared<ctl::Context>(ctl::Context{process_io(), false});
  command->add_flag("--json", context->json, "One JSON object on standard output");
  command->final_callback([context, &exit_code] { exit_code = doctor(*context); });
}

void add_ctl_command(CLI::App& app, int& exit_code, CtlIo io) {
  Builder(app, exit_code, std::move(io)).build();
}

}  // namespace pf::app
