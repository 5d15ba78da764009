#include "demo/event_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace pf::demo {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

}  // namespace

std::string to_json(const LogLine& line) {
  std::string out = fmt::format(R"({{"type":"{}","code":{},"value":{:g},"x":{:.2f},"y":{:.2f})",
                                line.type, line.code, line.value, line.x, line.y);
  if (!line.text.empty()) out += ",\"text\":" + quoted(line.text);
  return out + fmt::format(",\"ns\":{}}}", line.time_ns);
}

Result<EventLog> EventLog::open(const std::string& path) {
  EventLog log;
  log.fd_.reset(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!log.fd_) return fail_errno(errno, path);
  return log;
}

bool EventLog::write(const LogLine& line) {
  if (!fd_) return true;
  // One call a line: a reader never finds half of one at the end of the file.
  const std::string text = to_json(line) + '\n';
  return ::write(fd_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace pf::demo
