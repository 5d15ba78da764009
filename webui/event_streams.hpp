// GET /events: the event bus as Server-Sent Events (trust-and-console.md 4.2, 4.7). Bounded in
// number and in what waits for a slow reader. Control thread.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>

#include "base/event_loop.hpp"
#include "http/server.hpp"
#include "webui/access.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

class Auth;

class EventStreams {
 public:
  static constexpr std::size_t kStreams = 32;
  static constexpr std::chrono::seconds kPing{15};

  // All must outlive the object.
  EventStreams(Executor& executor, EventBus& bus, const Auth& auth);
  ~EventStreams();

  bool full() const { return streams_.size() >= kStreams; }
  std::size_t size() const { return streams_.size(); }
  // Sends what was missed since `cursor`, then everything that comes, until the reader goes, is too
  // slow, or what proved `caller` holds no more.
  void add(std::shared_ptr<http::Stream> stream, const Caller& caller, EventFilter filter,
           std::optional<std::uint64_t> cursor);
  // A sign-in or token has ended: its streams end now.
  void end(std::uint8_t lane, std::uint64_t id);

  // The head of such an answer.
  static http::Response head();

 private:
  struct Entry {
    std::shared_ptr<http::Stream> stream;
    Caller caller;
    std::unique_ptr<EventBus::Listener> listener;
  };
  using Entries = std::list<std::shared_ptr<Entry>>;
  void drop(const Entry* entry);
  void arm();
  void ping();

  Executor& executor_;
  EventBus& bus_;
  const Auth& auth_;
  Entries streams_;
  std::unique_ptr<Executor::Timer> timer_;  // only while somebody listens
};

}  // namespace pf::webui
