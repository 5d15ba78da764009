// Commands that need no running host: `config show`, `openapi`, `completions`, `man`. The last two
// are made from the command line itself, so they know every command and option there is.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pf::app {

// The program's own name is taken from `app`. Call it when every other command was added.
void add_tool_commands(CLI::App& app, int& exit_code);

enum class Shell { Bash = 1, Zsh, Fish };
std::string completions(const CLI::App& app, Shell shell);
// man(7) source of the manual page, section 1.
std::string manual_page(const CLI::App& app);

}  // namespace pf::app
