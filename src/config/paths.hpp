// Where the host keeps its files (XDG base directories), and whether those folders are safe to use.
#pragma once

#include <filesystem>

#include "config/environment.hpp"
#include "config/errc.hpp"

namespace pf::config {

struct Paths {
  // PUNKTFUNK_CONFIG_DIR, else $XDG_CONFIG_HOME/punktfunk, else ~/.config/punktfunk: identity,
  // token, endpoint.
  std::filesystem::path config;
  // PUNKTFUNK_CONFIG_DIR as well when it is set (one folder to mount and to back up), else
  // $XDG_STATE_HOME/punktfunk, else ~/.local/state/punktfunk: the database.
  std::filesystem::path state;
  // $XDG_RUNTIME_DIR/punktfunk, else /tmp/punktfunk-<user id>: sockets; gone after a restart.
  std::filesystem::path runtime;
};

// Only names them. Relative paths in the XDG variables are ignored, as their specification asks.
Result<Paths> paths(const EnvironmentReader& environment);

// Makes the folder (0700) where it is missing, and checks it.
Result<> prepare_private_folder(const std::filesystem::path& folder);

// A real folder of this user that nobody else may write in; the error says how to put it right.
Result<> check_private_folder(const std::filesystem::path& folder);

// All three, made and checked.
Result<Paths> prepare_paths(const EnvironmentReader& environment);

}  // namespace pf::config
