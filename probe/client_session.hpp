// One client of one native host, from the dial to the close: the reference client as a library.
// punktfunk1.md 4.1, 12; punktfunk2.md 12, 15.
//
//   Dialling ─> Asking ─> (Pending) ─> Clock ─> Streaming ─> Closed
//
// The session lives on a pf-quic thread of its own; every member here may be called from any other
// thread. Waiting is for conditions, with deadlines.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "probe/session_board.hpp"
#include "probe/session_options.hpp"

namespace pf::probe {

class SessionCore;

class ClientSession {
 public:
  // Starts dialling. Errors of native::quic and of the system.
  static Result<std::unique_ptr<ClientSession>> start(SessionOptions options);
  // Closes with 0 when it still runs, and waits for its threads.
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  // A message to the host; dropped, and counted as a note, when it cannot be sent now.
  void send(native::wire::ControlMessage message);
  void act(InputAction action);
  void set_loss(double percent);
  void copy(std::string text);  // SessionOptions::clipboard
  // 0x51: the user quits; 0: a plain drop, after which the host may keep the display.
  void close(std::uint64_t code = 0x51, std::string reason = {});

  Phase phase() const;
  Statistics statistics() const;
  std::optional<Ending> ending() const;

  // Each: false, or nothing, when the deadline passed or the session ended first.
  bool wait_for(Phase phase, std::chrono::milliseconds limit) const;
  bool wait_for_frames(std::uint64_t clean, std::chrono::milliseconds limit) const;
  bool wait_until(const std::function<bool(const SessionBoard::View&)>& enough,
                  std::chrono::milliseconds limit) const;
  std::optional<Ending> wait_closed(std::chrono::milliseconds limit) const;
  // The newest message of that type, once there are `count` of them.
  template <class M>
  std::optional<M> wait_message(std::chrono::milliseconds limit, std::size_t count = 1) const {
    std::optional<M> found;
    wait_until(
        [&](const SessionBoard::View& view) {
          std::size_t seen = 0;
          for (const auto& message : view.messages) {
            if (!std::holds_alternative<M>(message)) continue;
            found = std::get<M>(message);
            ++seen;
          }
          if (seen < count) found.reset();
          return seen >= count;
        },
        limit);
    return found;
  }

 private:
  struct Parts;
  explicit ClientSession(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace pf::probe
