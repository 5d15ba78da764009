// One function per ctl command. Each talks to the host, prints what it found, and returns the exit
// code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/ctl.hpp"

namespace pf::app::ctl {

struct Context {
  CtlIo io;
  bool json = false;
};

struct PinOptions {
  std::string pin;  // "-" = from standard input
  std::optional<std::uint64_t> request;
  std::string label;
};

struct NewApp {
  std::string title;
  std::vector<std::string> command;
  std::string working_directory;
  std::vector<std::string> environment;  // NAME=VALUE
};

int show_status(const Context&);
int enter_pin(const Context&, const PinOptions&);
int list_pairing(const Context&);
int list_devices(const Context&);
int rename_device(const Context&, std::uint64_t id, const std::string& name);
// Asks first unless `yes`; without a terminal to ask on, that is a usage error.
int revoke_device(const Context&, std::uint64_t id, bool yes);
int set_access(const Context&, std::uint64_t id, const std::string& preset);
int list_sessions(const Context&);
int stop_session(const Context&, std::uint64_t id);
int list_apps(const Context&);
int add_app(const Context&, const NewApp&);
int remove_app(const Context&, std::uint64_t id);
int show_log(const Context&, std::uint64_t after, unsigned limit);

}  // namespace pf::app::ctl
