// One function per ctl command. Each talks to the host, prints what it found, and returns the exit
// code.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/ctl.hpp"

namespace pf::app::ctl {

struct Context {
  CtlIo io;
  bool json = false;
};

// What a device that pairs now may do; nothing set: the host decides.
struct AccessOptions {
  std::string preset;  // "full", "controller", "view"
  std::optional<std::int64_t> expires_in_s;
  bool until_disconnect = false;
};

struct PinOptions {
  std::string pin;  // "-" = from standard input
  std::optional<std::uint64_t> request;
  std::string label;
  AccessOptions access;
};

struct ArmOptions {
  std::optional<std::int64_t> ttl_s;
  std::string fingerprint;
  AccessOptions access;
};

struct ApproveOptions {
  std::string name;
  AccessOptions access;
};

struct NewApp {
  std::string title;
  std::vector<std::string> command;
  std::string working_directory;
  std::vector<std::string> environment;  // NAME=VALUE
  std::string policy;
};

// The fields of a request body.
void add_access(nlohmann::json& body, const AccessOptions& access);

int show_status(const Context&);
int enter_pin(const Context&, const PinOptions&);
int list_pairing(const Context&);
int arm_pairing(const Context&, const ArmOptions&);
int disarm_pairing(const Context&);
int show_native_pairing(const Context&);
int list_pending(const Context&);
int approve_pending(const Context&, std::uint64_t id, const ApproveOptions&);
int deny_pending(const Context&, std::uint64_t id);
// `device`: its number or the beginning of a fingerprint.
int set_access_of(const Context&, const std::string& device, const std::string& preset);
int list_devices(const Context&);
int rename_device(const Context&, std::uint64_t id, const std::string& name);
// Asks first unless `yes`; without a terminal to ask on, that is a usage error.
int revoke_device(const Context&, std::uint64_t id, bool yes);
int revoke_all_devices(const Context&, bool yes);
int set_access(const Context&, std::uint64_t id, const std::string& preset);
int set_disabled(const Context&, std::uint64_t id, bool disabled);
// `id` keeps its name and access and takes over the certificates of `other`.
int merge_devices(const Context&, std::uint64_t id, std::uint64_t other);
// `certificate`: "native" or "gamestream" when it has one such, or the beginning of a fingerprint.
int split_device(const Context&, std::uint64_t id, const std::string& certificate);
int list_sessions(const Context&);
int stop_session(const Context&, std::uint64_t id);
int list_apps(const Context&);
int add_app(const Context&, const NewApp&);
int remove_app(const Context&, std::uint64_t id);
int show_log(const Context&, std::uint64_t after, unsigned limit);

}  // namespace pf::app::ctl
