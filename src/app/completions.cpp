#include <fmt/format.h>

#include <functional>

#include "app/tools.hpp"

namespace pf::app {
namespace {

constexpr const char* kName = "punktfunk-host";

struct Word {
  std::string text, help;
};
struct Place {
  std::string path;  // "ctl sessions"; empty at the beginning
  std::vector<Word> words;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::vector<Word> words_of(const CLI::App& app) {
  std::vector<Word> words;
  for (const auto* sub : app.get_subcommands(nullptr))
    if (!sub->get_name().empty())
      words.push_back({sub->get_name(), first_line(sub->get_description())});
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      words.push_back({"--" + name, first_line(option->get_description())});
  return words;
}

void walk(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  places.push_back({path, words_of(app)});
  for (const auto* sub : app.get_subcommands(nullptr))
    if (!sub->get_name().empty())
      walk(*sub, path.empty() ? sub->get_name() : path + ' ' + sub->get_name(), places);
}

std::string texts(const Place& place) {
  std::string list;
  for (const auto& word : place.words) list += (list.empty() ? "" : " ") + word.text;
  return list;
}

// For single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

// The commands before the cursor, without options, name the place.
std::string bash(const std::vector<Place>& places) {
  std::string out = fmt::format(
      "# bash completion of {0}\n_punktfunk_host() {{\n  local here=\"\" word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n    word=${{COMP_WORDS[i]}}\n"
      "    case $word in -*) continue ;; esac\n"
      "    case \"$here${{here:+ }}$word\" in\n",
      kName);
  for (const auto& place : places)
    if (!place.path.empty())
      out += fmt::format("      {}) here={} ;;\n", quoted(place.path), quoted(place.path));
  out += "    esac\n  done\n  local words\n  case $here in\n";
  for (const auto& place : places)
    out += fmt::format("    {}) words={} ;;\n", quoted(place.path), quoted(texts(place)));
  out += fmt::format(
      "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
      "\"${{COMP_WORDS[COMP_CWORD]}}\")\n"
      "}}\ncomplete -o default -F _punktfunk_host {}\n",
      kName);
  return out;
}

std::string zsh(const std::vector<Place>& places) {
  std::string out = fmt::format(
      "#compdef {0}\n_punktfunk_host() {{\n  local here=\"\" word i\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n    word=$words[i]\n"
      "    [[ $word == -* ]] && continue\n    case \"$here${{here:+ }}$word\" in\n",
      kName);
  for (const auto& place : places)
    if (!place.path.empty())
      out += fmt::format("      {}) here={} ;;\n", quoted(place.path), quoted(place.path));
  out += "    esac\n  done\n  local -a found\n  case $here in\n";
  for (const auto& place : places) {
    std::string list;
    for (const auto& word : place.words) {
      // A colon parts the word from its help.
      std::string help;
      for (const char c : word.help) help += c == ':' ? std::string("\\:") : std::string(1, c);
      list += ' ' + quoted(word.text + ':' + help);
    }
    out += fmt::format("    {}) found=({}) ;;\n", quoted(place.path), list);
  }
  out += "  esac\n  _describe command found || _files\n}\n_punktfunk_host \"$@\"\n";
  return out;
}

std::string fish(const std::vector<Place>& places) {
  std::string out = fmt::format(
      "# fish completion of {0}\nfunction __punktfunk_host_here\n"
      "  set -l words (commandline -opc)\n  set -l here\n  for word in $words[2..-1]\n"
      "    string match -q -- '-*' $word; and continue\n"
      "    set -l next (string join ' ' $here $word)\n    switch \"$next\"\n",
      kName);
  for (const auto& place : places)
    if (!place.path.empty())
      out += fmt::format("      case {}\n        set here $here $word\n", quoted(place.path));
  out += "    end\n  end\n  test \"$here\" = \"$argv\"\nend\n";
  for (const auto& place : places)
    for (const auto& word : place.words) {
      const bool option = word.text.starts_with("--");
      out += fmt::format(
          "complete -c {} -n {} {} {} -d {}\n", kName,
          quoted("__punktfunk_host_here" + (place.path.empty() ? "" : ' ' + place.path)),
          option ? "-l" : "-fa", quoted(option ? word.text.substr(2) : word.text),
          quoted(word.help));
    }
  return out;
}

}  // namespace

std::string completions(const CLI::App& app, Shell shell) {
  std::vector<Place> places;
  walk(app, "", places);
  switch (shell) {
    case Shell::Bash:
      return bash(places);
    case Shell::Zsh:
      return zsh(places);
    case Shell::Fish:
      return fish(places);
  }
  return {};
}

}  // namespace pf::app
