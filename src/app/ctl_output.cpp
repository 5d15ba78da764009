#include "app/ctl_output.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace pf::app {
namespace {

constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

// Code points, which is the width for all but a few scripts.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to - std::min(to, width(text)), ' ');
}

std::string dimmed(std::string text, bool colour) {
  return colour ? fmt::format("{}{}{}", kDim, text, kPlain) : text;
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line += "  ";
    line += i + 1 == cells.size() ? cells[i] : padded(cells[i], widths[i]);
  }
  return line;
}

}  // namespace

std::string safe(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return out;
}

std::string table(const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows, bool colour) {
  if (rows.empty()) return {};
  std::vector<std::vector<std::string>> clean;
  std::vector<std::size_t> widths;
  for (const auto& head : heads) widths.push_back(width(head));
  for (const auto& row : rows) {
    auto& cells = clean.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(safe(row[i]));
      widths[i] = std::max(widths[i], width(cells[i]));
    }
  }
  std::string out = dimmed(line_of(heads, widths), colour) + "\n";
  for (const auto& cells : clean) out += line_of(cells, widths) + "\n";
  return out;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& lines, bool colour) {
  std::size_t widest = 0;
  for (const auto& [name, value] : lines) widest = std::max(widest, width(name));
  std::string out;
  for (const auto& [name, value] : lines)
    out += dimmed(padded(name, widest), colour) + "  " + safe(value) + "\n";
  return out;
}

std::string duration(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", std::max<std::int64_t>(0, seconds));
  const auto minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const auto hours = minutes / 60;
  if (hours < 24)
    return minutes % 60 == 0 ? fmt::format("{} h", hours)
                             : fmt::format("{} h {} min", hours, minutes % 60);
  const auto days = hours / 24;
  const char* word = days == 1 ? "day" : "days";
  return hours % 24 == 0 ? fmt::format("{} {}", days, word)
                         : fmt::format("{} {} {} h", days, word, hours % 24);
}

std::string ago(std::int64_t seconds) {
  if (seconds < 10) return "just now";
  if (seconds < 60) return fmt::format("{} s ago", seconds);
  if (seconds < 3600) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h ago", seconds / 3600);
  const auto days = seconds / 86400;
  return fmt::format("{} {} ago", days, days == 1 ? "day" : "days");
}

std::string local_time(std::int64_t unix_time) {
  const auto time = static_cast<std::time_t>(unix_time);
  std::tm parts{};
  if (::localtime_r(&time, &parts) == nullptr) return "never";
  return fmt::format("{:%Y-%m-%d %H:%M}", parts);
}

}  // namespace pf::app
