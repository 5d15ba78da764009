#include "apps/desktop_entry.hpp"

namespace pf::apps {
namespace {

constexpr std::size_t kMaxArguments = 128;
constexpr std::size_t kMaxTitle = 128;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// Section "Possible value types": \s \n \t \r and \\.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 's')
      out += ' ';
    else if (next == 'n' || next == 't' || next == 'r')
      out += ' ';  // nothing here may have several lines
    else if (next == '\\')
      out += '\\';
    else
      (out += '\\') += next;
  }
  return out;
}

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  return false;
}

bool lists(std::string_view categories, std::string_view wanted) {
  while (!categories.empty()) {
    const auto end = categories.find(';');
    if (categories.substr(0, end) == wanted) return true;
    if (end == std::string_view::npos) return false;
    categories.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> parse_exec(std::string_view line) {
  std::vector<std::string> arguments;
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ' || line[at] == '\t') {
      ++at;
      continue;
    }
    std::string argument;
    bool code = false;  // a field code alone leaves no argument behind
    bool quoted = false;
    while (at < line.size() && line[at] != ' ' && line[at] != '\t') {
      const char c = line[at++];
      if (c == '"') {
        quoted = true;
        for (;;) {
          if (at == line.size()) return std::nullopt;
          const char inner = line[at++];
          if (inner == '"') break;
          if (inner == '\\' && at < line.size()) {
            argument += line[at++];
          } else {
            argument += inner;
          }
        }
      } else if (c == '%' && at < line.size()) {
        if (line[at] == '%')
          argument += '%';
        else
          code = true;  // files, addresses, icons: there are none
        ++at;
      } else if (c == '\\' && at < line.size()) {
        argument += line[at++];
      } else {
        argument += c;
      }
    }
    if (argument.empty() && code && !quoted) continue;
    if (arguments.size() == kMaxArguments) return std::nullopt;
    arguments.push_back(std::move(argument));
  }
  if (arguments.empty() || arguments.front().empty()) return std::nullopt;
  return arguments;
}

std::optional<DesktopEntry> parse_desktop_entry(std::string_view text) {
  DesktopEntry entry;
  std::string type, exec, categories;
  bool ours = false, hidden = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      if (ours) break;  // what follows are actions
      ours = line == "[Desktop Entry]";
      continue;
    }
    if (!ours) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trimmed(line.substr(0, equals));
    const auto value = unescaped(trimmed(line.substr(equals + 1)));
    if (key == "Type") type = value;
    if (key == "Name") entry.name = value;
    if (key == "Exec") exec = value;
    if (key == "Path") entry.folder = value;
    if (key == "Categories") categories = value;
    if (key == "Terminal") entry.terminal = value == "true";
    if (key == "NoDisplay" || key == "Hidden") hidden = hidden || value == "true";
  }
  auto command = parse_exec(exec);
  if (type != "Application" || hidden || entry.name.empty() || entry.name.size() > kMaxTitle ||
      has_control(entry.name) || !command)
    return std::nullopt;
  for (const auto& argument : *command)
    if (has_control(argument)) return std::nullopt;
  if (has_control(entry.folder) || (!entry.folder.empty() && entry.folder.front() != '/'))
    entry.folder.clear();
  entry.command = std::move(*command);
  entry.game = lists(categories, "Game");
  return entry;
}

}  // namespace pf::apps
