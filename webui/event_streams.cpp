#include "webui/event_streams.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "webui/auth.hpp"
#include "webui/guard.hpp"

namespace pf::webui {
namespace {

std::string wire(const Event& event) {
  // The data is one line: the writer of JSON escapes line ends.
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.seq, event.kind, event.data);
}

}  // namespace

EventStreams::EventStreams(Executor& executor, EventBus& bus, const Auth& auth)
    : executor_(executor), bus_(bus), auth_(auth) {}
EventStreams::~EventStreams() = default;

http::Response EventStreams::head() {
  return {200, "text/event-stream", ": connected\n\n", security_headers()};
}

void EventStreams::add(std::shared_ptr<http::Stream> stream, const Caller& caller,
                       EventFilter filter, std::optional<std::uint64_t> cursor) {
  const auto missed = bus_.since(cursor, filter);
  std::string text;
  if (missed.gap) text += "event: dropped\ndata: {}\n\n";
  for (const auto& event : missed.events) text += wire(*event);
  text += "event: live\ndata: {}\n\n";
  if (!stream->write(text)) return;

  const auto entry = std::make_shared<Entry>(Entry{std::move(stream), caller, nullptr});
  const auto* key = entry.get();
  entry->stream->on_closed([this, key] { drop(key); });
  entry->listener = bus_.listen(std::move(filter), [this, key](const EventPtr& event) {
    // The writer's own copy: dropping the entry ends this callback's life.
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const auto& e) { return e.get() == key; });
    if (found == streams_.end()) return;
    const auto writer = (*found)->stream;
    if (!writer->write(wire(*event))) drop(key);
  });
  if (!entry->listener) return;  // letting go of the stream ends it; the reader comes again
  streams_.push_back(entry);
  arm();
}

void EventStreams::drop(const Entry* entry) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const auto& e) { return e.get() == entry; });
  if (found == streams_.end()) return;
  const auto gone = *found;  // destroyed after the list is whole again
  streams_.erase(found);
  if (streams_.empty()) timer_.reset();
}

void EventStreams::end(std::uint8_t lane, std::uint64_t id) {
  Entries gone;
  for (auto it = streams_.begin(); it != streams_.end();) {
    const auto next = std::next(it);
    if ((*it)->caller.lane == lane && (*it)->caller.id == id) gone.splice(gone.end(), streams_, it);
    it = next;
  }
  if (streams_.empty()) timer_.reset();
}

void EventStreams::arm() {
  if (timer_) return;
  timer_ = executor_.after(kPing, [this] { ping(); });
}

void EventStreams::ping() {
  // A sign-in or token may have come to the end of its time.
  const auto now = streams_;
  for (const auto& entry : now)
    if (!auth_.holds(entry->caller) || !entry->stream->write(": ping\n\n")) drop(entry.get());
  timer_.reset();
  if (!streams_.empty()) arm();
}

}  // namespace pf::webui
