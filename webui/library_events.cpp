#include "webui/library_events.hpp"

#include <nlohmann/json.hpp>

#include "webui/event_bus.hpp"

namespace pf::webui {
namespace {

constexpr auto kKind = "library.changed";

}  // namespace

void LibraryEvents::found(const apps::Library& library) {
  const bool changed = last_ && *last_ != library.entries;
  last_ = library.entries;
  if (changed) events_.publish(kKind, {{"what", "titles"}, {"found", library.entries.size()}});
}

void LibraryEvents::imported(const std::vector<std::string>& keys) {
  if (!keys.empty()) events_.publish(kKind, {{"what", "imported"}, {"keys", keys}});
}

void LibraryEvents::removed(const std::string& key) {
  if (!key.empty())
    events_.publish(kKind, {{"what", "removed"}, {"keys", nlohmann::json::array({key})}});
}

}  // namespace pf::webui
