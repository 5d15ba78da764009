#include <fmt/format.h>

#include "app/tools.hpp"
#include "app/version.hpp"
#include "config/table.hpp"

namespace pf::app {
namespace {

constexpr const char* kName = "punktfunk-host";

// For roff: no request at the beginning of a line, no escape, and hyphens that can be searched for.
std::string plain(std::string_view text) {
  std::string out;
  bool line_starts = true;
  for (const char c : text) {
    if (line_starts && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    line_starts = c == '\n';
  }
  return out;
}

std::string names_of(const CLI::Option& option) {
  std::string names;
  for (const auto& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const auto& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  return names.empty() ? option.get_name(true) : names;
}

void options(const CLI::App& app, std::string& out) {
  for (const auto* option : app.get_options()) {
    if (option->get_description().empty()) continue;
    out +=
        fmt::format(".TP\n.B {}\n{}\n", plain(names_of(*option)), plain(option->get_description()));
  }
}

void commands(const CLI::App& app, const std::string& path, std::string& out) {
  for (const auto* sub : app.get_subcommands(nullptr)) {
    if (sub->get_name().empty()) continue;
    const auto here = path + ' ' + sub->get_name();
    out += fmt::format(".SS {}\n{}\n", plain(here), plain(sub->get_description()));
    if (!sub->get_footer().empty()) out += fmt::format(".PP\n{}\n", plain(sub->get_footer()));
    options(*sub, out);
    commands(*sub, here, out);
  }
}

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH PUNKTFUNK\\-HOST 1 \"\" \"punktfunk {}\" \"User Commands\"\n.SH NAME\n{} \\- stream "
      "this "
      "machine to Moonlight and native punktfunk clients\n.SH SYNOPSIS\n.B {}\n.I COMMAND\n"
      "[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n.nf\n{}\n.fi\n.SH COMMANDS\n",
      plain(kVersion), plain(kName), plain(kName), plain(app.get_description()));
  commands(app, kName, out);
  out += ".SH ENVIRONMENT\nEvery option of \\fBserve\\fR can be set by a variable as well.\n";
  for (const auto& setting : config::table())
    out += fmt::format(".TP\n.B {}\n{} It takes {}.\n", config::environment_name(setting),
                       plain(setting.help), plain(config::allowed(setting)));
  out += fmt::format(
      ".TP\n.B PUNKTFUNK_CONFIG_DIR\nThe folder of the host's identity, settings and pairings.\n"
      ".TP\n.B NO_COLOR\nWhen set, nothing is coloured.\n"
      ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nFailed.\n.TP\n.B 2\nThe command line is "
      "wrong.\n"
      ".TP\n.B 3\nNo host can be reached.\n.TP\n.B 4\nDenied.\n.TP\n.B 5\nA check failed.\n");
  return out;
}

}  // namespace pf::app
