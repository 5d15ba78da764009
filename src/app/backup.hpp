// `backup FILE` and `restore FILE`: the paired devices, settings, history and the identity of this
// host in one file.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/result.hpp"
#include "config/paths.hpp"

namespace pf::app {

// Whether a host runs or not. `to` must not exist; it becomes 0600, for it holds the private key.
Result<> back_up(const config::Paths& paths, const std::filesystem::path& to);

// Checks all of the file, moves what is there aside and puts the backup in its place; on an error
// everything is as before. Refused while a host runs. Returns the folder with what was there, empty
// when there was nothing.
Result<std::filesystem::path> restore(const config::Paths& paths,
                                      const std::filesystem::path& from);

void add_backup_commands(CLI::App& app, int& exit_code);

}  // namespace pf::app
