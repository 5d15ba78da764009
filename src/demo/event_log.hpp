// The --log file: one JSON object a line for each thing that happened, written at once, so that a
// test can follow it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf::demo {

struct LogLine {
  const char* type = "";       // key, motion, button, scroll, text, enter, leave, configure
  std::int64_t code = 0;       // evdev key or button; scroll axis (0 vertical, 1 horizontal)
  double value = 0;            // 1 down, 0 up; scroll in 1/120 notch, down and right positive
  double x = 0, y = 0;         // the pointer's place; the size for configure
  std::string_view text = {};  // for type "text" only
  std::int64_t time_ns = 0;    // CLOCK_MONOTONIC when the demo got to know
};

// The line without a newline.
std::string to_json(const LogLine& line);

class EventLog {
 public:
  EventLog() = default;  // writes nothing
  // Appends to `path`; the file is made with mode 0600.
  static Result<EventLog> open(const std::string& path);
  // False when the file could not be written.
  bool write(const LogLine& line);

 private:
  UniqueFd fd_;
};

}  // namespace pf::demo
