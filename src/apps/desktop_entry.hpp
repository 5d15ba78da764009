// .desktop files (Desktop Entry Specification 1.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pf::apps {

struct DesktopEntry {
  std::string name;
  std::vector<std::string> command;  // without field codes
  std::string folder;
  bool terminal = false;  // wants a terminal
  bool game = false;      // is in the category Game
};

// An application that menus show: nothing for other types, hidden ones, and what is malformed.
std::optional<DesktopEntry> parse_desktop_entry(std::string_view text);
// The arguments of an Exec line (section "The Exec key"): nothing when a quote is not closed or
// nothing is left.
std::optional<std::vector<std::string>> parse_exec(std::string_view line);

}  // namespace pf::apps
