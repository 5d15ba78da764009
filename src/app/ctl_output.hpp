// How ctl shows things to people: tables, times, and texts from elsewhere made safe for a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pf::app {

// Columns padded to their widest cell, two spaces between them, heads in capitals. Control
// characters become '?'. Empty `rows` give an empty text.
std::string table(const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows, bool colour);

// "name:   value" lines with the values in one column.
std::string facts(const std::vector<std::pair<std::string, std::string>>& lines, bool colour);

std::string safe(std::string_view text);
// "just now", "5 min ago", "3 h ago", "12 days ago".
std::string ago(std::int64_t seconds);
// "45 s", "12 min", "3 h 20 min", "2 days 4 h".
std::string duration(std::int64_t seconds);
// "2026-02-03 14:05" in local time.
std::string local_time(std::int64_t unix_time);

}  // namespace pf::app
