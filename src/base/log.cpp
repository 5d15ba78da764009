#include "base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>

namespace pf::log {
namespace {

constexpr std::size_t kQueueLines = 8192;
constexpr std::size_t kRecentLines = 1000;

// The log sink is the one object that is not passed by reference (architecture, rule 5).
struct Sink {
  std::atomic<Level> level{Level::Info};
  std::shared_ptr<spdlog::logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::mutex mutex;  // guards `recent`; control and worker threads only
  std::deque<Entry> recent;
  std::uint64_t sequence = 0;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
    case Level::Off:
      break;
  }
  return spdlog::level::off;
}

bool needs_quotes(std::string_view value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](unsigned char c) {
           return c <= ' ' || c == '"' || c == '=' || c == 0x7f;
         });
}

}  // namespace

void start(Level level, bool colour) {
  auto& s = sink();
  s.level = level;
  s.pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
  std::shared_ptr<spdlog::sinks::sink> out;
  if (colour)
    out = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  else
    out = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  out->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-5l%$ %v");
  auto logger = std::make_shared<spdlog::async_logger>(
      "punktfunk", std::move(out), s.pool, spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::info);
  s.logger = std::move(logger);
}

void set_level(Level level) {
  sink().level = level;
}
bool enabled(Level level) {
  return level >= sink().level.load(std::memory_order_relaxed);
}

void stop() {
  auto& s = sink();
  if (s.logger) s.logger->flush();
  s.logger.reset();
  s.pool.reset();  // joins the log thread after it has drained the queue
}

std::optional<Level> level_from(std::string_view name) {
  if (name == "debug") return Level::Debug;
  if (name == "info") return Level::Info;
  if (name == "warn") return Level::Warn;
  if (name == "error") return Level::Error;
  if (name == "off") return Level::Off;
  return std::nullopt;
}

std::vector<Entry> recent(std::uint64_t after, std::size_t limit) {
  auto& s = sink();
  const std::scoped_lock lock(s.mutex);
  std::vector<Entry> entries;
  for (const auto& entry : s.recent)
    if (entry.sequence > after && entries.size() < limit) entries.push_back(entry);
  return entries;
}

void write(Level level, std::string_view room, std::string line) {
  auto& s = sink();
  if (s.logger) s.logger->log(to_spdlog(level), "{}: {}", room, line);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::scoped_lock lock(s.mutex);
  s.recent.push_back({++s.sequence, now.count(), level, std::string(room), std::move(line)});
  if (s.recent.size() > kRecentLines) s.recent.pop_front();
}

namespace detail {

void append_field(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  line += key;
  line += '=';
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    // Control characters would let a peer's text forge log lines.
    line += (static_cast<unsigned char>(c) < ' ' || c == 0x7f) ? '?' : c;
  }
  line += '"';
}

}  // namespace detail
}  // namespace pf::log
