// The structured log: one line per event: time, level, room, message, key=value. Lines go through a
// bounded queue to one log thread, so logging never blocks its caller; when the queue is full the
// oldest line is dropped. Never log keys, PINs, tokens or typed input. Not for the media path.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pf::log {

enum class Level { Debug = 1, Info, Warn, Error, Off };

struct Entry {
  std::uint64_t sequence;  // from 1
  std::int64_t unix_ms;
  Level level;
  std::string room;
  std::string text;  // message and fields as printed
};

// Once at start; `colour` only when standard error is a terminal and NO_COLOR is unset.
void start(Level level, bool colour);
void set_level(Level level);
bool enabled(Level level);
// Flushes and stops the log thread. Called once at exit.
void stop();
std::optional<Level> level_from(std::string_view name);

// The newest lines (at most 1,000), oldest first, with sequence > `after`.
std::vector<Entry> recent(std::uint64_t after, std::size_t limit);

void write(Level level, std::string_view room, std::string line);

namespace detail {
void append_field(std::string& line, std::string_view key, std::string_view value);
template <class T>
void append_fields(std::string& line, std::string_view key, const T& value) {
  append_field(line, key, fmt::format("{}", value));
}
inline void append_fields(std::string&) {}
template <class T, class... Rest>
void append_fields(std::string& line, std::string_view key, const T& value, const Rest&... rest)
  requires(sizeof...(Rest) > 0)
{
  append_fields(line, key, value);
  append_fields(line, rest...);
}
}  // namespace detail

// log::info("session", "stream started", "session", id, "mode", mode);
template <class... Fields>
void at(Level level, std::string_view room, std::string_view message, const Fields&... fields) {
  static_assert(sizeof...(Fields) % 2 == 0, "fields are key, value pairs");
  if (!enabled(level)) return;
  std::string line(message);
  detail::append_fields(line, fields...);
  write(level, room, std::move(line));
}
template <class... F>
void debug(std::string_view room, std::string_view message, const F&... f) {
  at(Level::Debug, room, message, f...);
}
template <class... F>
void info(std::string_view room, std::string_view message, const F&... f) {
  at(Level::Info, room, message, f...);
}
template <class... F>
void warn(std::string_view room, std::string_view message, const F&... f) {
  at(Level::Warn, room, message, f...);
}
template <class... F>
void error(std::string_view room, std::string_view message, const F&... f) {
  at(Level::Error, room, message, f...);
}

}  // namespace pf::log
