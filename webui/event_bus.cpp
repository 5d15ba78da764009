#include "webui/event_bus.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"

namespace pf::webui {
namespace {

std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool good_name(std::string_view name) {
  if (name.ends_with(".*")) name.remove_suffix(2);
  return !name.empty() && name.size() <= EventFilter::kNameBytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '_'; });
}

}  // namespace

std::optional<EventFilter> EventFilter::parse(std::string_view text) {
  EventFilter filter;
  for (;;) {
    const auto comma = text.find(',');
    const auto name = text.substr(0, comma);
    if (!good_name(name) || filter.names_.size() == kNames) return std::nullopt;
    filter.names_.emplace_back(name);
    if (comma == std::string_view::npos) return filter;
    text.remove_prefix(comma + 1);
  }
}

bool EventFilter::wants(std::string_view kind) const {
  if (names_.empty()) return !EventBus::on_demand(kind);
  return std::any_of(names_.begin(), names_.end(), [&](std::string_view name) {
    if (!name.ends_with(".*")) return name == kind;
    name.remove_suffix(1);  // keeps the dot
    return kind.starts_with(name);
  });
}

// Holds what it needs to leave even when the bus went first.
class EventBus::Handle final : public Listener {
 public:
  Handle(std::shared_ptr<EventBus*> bus, std::shared_ptr<Entries> entries, std::uint64_t id)
      : bus_(std::move(bus)), entries_(std::move(entries)), id_(id) {}
  ~Handle() override {
    entries_->erase(id_);
    if (const auto bus = bus_.lock()) (*bus)->check_demand();
  }

 private:
  std::weak_ptr<EventBus*> bus_;
  std::shared_ptr<Entries> entries_;
  std::uint64_t id_;
};

// A millisecond has room for 1024 events, so a new run always begins above the last one.
EventBus::EventBus() : EventBus(static_cast<std::uint64_t>(unix_ms()) << 10) {}

void EventBus::publish(std::string_view kind, nlohmann::json fields) {
  const bool live_only = on_demand(kind);
  if (live_only && !wanted(kind)) return;
  if (!fields.is_object()) fields = nlohmann::json::object();
  const auto seq = next_++;
  fields["seq"] = seq;
  fields["ts_ms"] = unix_ms();
  fields["schema"] = 1;
  fields["kind"] = kind;
  // Names and log lines may hold bytes that are no UTF-8.
  const auto event = std::make_shared<const Event>(
      Event{seq, std::string(kind),
            fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
  if (!live_only) {
    ring_.push_back(event);
    if (ring_.size() > kReplay) ring_.pop_front();
  }
  // A callback may leave, or bring others to leave.
  std::vector<std::weak_ptr<Entry>> now;
  now.reserve(entries_->size());
  for (const auto& [id, entry] : *entries_)
    if (entry->filter.wants(kind)) now.push_back(entry);
  for (const auto& entry : now)
    if (const auto alive = entry.lock()) alive->callback(event);
}

bool EventBus::wanted(std::string_view kind) const {
  return std::any_of(entries_->begin(), entries_->end(),
                     [&](const auto& entry) { return entry.second->filter.wants(kind); });
}

void EventBus::when_wanted(std::string_view kind, std::function<void(bool)> changed) {
  demand_[std::string(kind)] = {false, std::move(changed)};
  check_demand();
}

void EventBus::check_demand() {
  for (auto& [kind, demand] : demand_) {
    const bool now = wanted(kind);
    if (now == demand.wanted) continue;
    demand.wanted = now;
    if (demand.changed) demand.changed(now);
  }
}

EventBus::Missed EventBus::since(std::optional<std::uint64_t> cursor,
                                 const EventFilter& filter) const {
  Missed missed;
  if (cursor) {
    // Numbers of kinds on demand are not in the ring, so only its oldest entry tells about a gap.
    const auto oldest = ring_.empty() ? next_ : ring_.front()->seq;
    missed.gap = *cursor >= next_ || *cursor + 1 < first_ ||
                 (ring_.size() == kReplay && *cursor < oldest - 1);
  }
  for (const auto& event : ring_)
    if ((!cursor || missed.gap || event->seq > *cursor) && filter.wants(event->kind))
      missed.events.push_back(event);
  return missed;
}

std::unique_ptr<EventBus::Listener> EventBus::listen(EventFilter filter, Callback callback) {
  if (entries_->size() >= kListeners) return nullptr;
  const auto id = next_listener_++;
  entries_->emplace(id, std::make_shared<Entry>(Entry{std::move(filter), std::move(callback)}));
  auto handle = std::make_unique<Handle>(self_, entries_, id);
  check_demand();
  return handle;
}

}  // namespace pf::webui
