// What happens in the host, told to whoever listens: the console, the command line, hooks
// (trust-and-console.md 4.7). Control thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pf::webui {

struct Event {
  std::uint64_t seq;
  std::string kind;  // "session.started"
  std::string data;  // one JSON object: seq, ts_ms, schema, kind and the fields of the kind
};
using EventPtr = std::shared_ptr<const Event>;

// Which kinds a listener wants. Without any name: everything but the kinds on demand.
class EventFilter {
 public:
  static constexpr std::size_t kNames = 32;
  static constexpr std::size_t kNameBytes = 64;
  EventFilter() = default;
  // "session.started,pairing.*". Nothing when a name is empty, too long or holds anything but
  // [a-z._] and a final ".*", or when there are too many.
  static std::optional<EventFilter> parse(std::string_view text);
  bool wants(std::string_view kind) const;

 private:
  std::vector<std::string> names_;
};

class EventBus {
 public:
  static constexpr std::size_t kReplay = 1024;
  static constexpr std::size_t kListeners = 64;
  // Kinds that are made and sent only while somebody asked for them by name; never replayed.
  static constexpr std::string_view kStats = "stats";
  static constexpr std::string_view kLog = "log";
  static bool on_demand(std::string_view kind) { return kind == kStats || kind == kLog; }

  class Listener {
   public:
    virtual ~Listener() = default;
  };
  using Callback = std::function<void(const EventPtr&)>;

  // Sequence numbers rise across restarts because they begin with the time. They stay below 2^53.
  EventBus();
  explicit EventBus(std::uint64_t first_seq) : first_(first_seq), next_(first_seq) {}

  // Adds seq, ts_ms, schema and kind to `fields` (an object; may be empty) and tells everybody who
  // wants the kind. Fields are only ever added to a kind, never renamed.
  void publish(std::string_view kind, nlohmann::json fields);

  // Whether somebody asked for a kind on demand, and a call whenever that changes. `changed` may
  // publish. One per kind.
  bool wanted(std::string_view kind) const;
  void when_wanted(std::string_view kind, std::function<void(bool)> changed);

  struct Missed {
    bool gap = false;  // events after the cursor are gone, or the cursor was never given out
    std::vector<EventPtr> events;
  };
  // What is still known after `cursor`, or all of it.
  Missed since(std::optional<std::uint64_t> cursor, const EventFilter& filter) const;

  // Until the handle goes. Null when there are too many listeners. The callback may drop its own
  // handle.
  [[nodiscard]] std::unique_ptr<Listener> listen(EventFilter filter, Callback callback);
  std::size_t listeners() const { return entries_->size(); }

 private:
  struct Entry {
    EventFilter filter;
    Callback callback;
  };
  using Entries = std::map<std::uint64_t, std::shared_ptr<Entry>>;
  class Handle;
  void check_demand();

  const std::uint64_t first_;
  std::uint64_t next_;
  std::uint64_t next_listener_ = 1;
  std::deque<EventPtr> ring_;
  std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
  struct Demand {
    bool wanted = false;
    std::function<void(bool)> changed;
  };
  std::map<std::string, Demand, std::less<>> demand_;
  std::shared_ptr<EventBus*> self_ = std::make_shared<EventBus*>(this);
};

}  // namespace pf::webui
