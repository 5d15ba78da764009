#include "webui/log_events.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace pf::webui {
namespace {

const char* level_name(log::Level level) {
  switch (level) {
    case log::Level::Debug:
      return "debug";
    case log::Level::Info:
      return "info";
    case log::Level::Warn:
      return "warn";
    case log::Level::Error:
    case log::Level::Off:
      return "error";
  }
  return "error";
}

}  // namespace

LogEvents::LogEvents(Executor& executor, EventBus& bus) : executor_(executor), bus_(bus) {
  bus_.when_wanted(EventBus::kLog, [this](bool yes) { wanted(yes); });
}

LogEvents::~LogEvents() {
  bus_.when_wanted(EventBus::kLog, nullptr);
}

void LogEvents::wanted(bool yes) {
  timer_.reset();
  if (!yes) return;
  // Older lines are read with GET /logs; this goes on from here.
  const auto newest = log::recent(0, 1);
  after_ = newest.empty() ? 0 : newest.back().sequence;
  timer_ = executor_.after(kEvery, [this] { look(); });
}

void LogEvents::look() {
  for (const auto& entry : log::recent(after_, kAtOnce)) {
    after_ = entry.sequence;
    bus_.publish(EventBus::kLog, {{"line", entry.sequence},
                                  {"line_ts_ms", entry.unix_ms},
                                  {"level", level_name(entry.level)},
                                  {"target", entry.room},
                                  {"msg", entry.text}});
  }
  // Telling a reader may have made it leave, and with the last one the wish.
  if (bus_.wanted(EventBus::kLog)) timer_ = executor_.after(kEvery, [this] { look(); });
}

}  // namespace pf::webui
