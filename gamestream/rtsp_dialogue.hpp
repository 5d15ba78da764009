// The RTSP dialogue of every waiting launch: which launch a message belongs to, and what it is
// answered (gamestream.md 4). No sockets. Control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gamestream/announce.hpp"
#include "gamestream/launch.hpp"
#include "gamestream/rtsp.hpp"

namespace pf::gamestream {

class RtspDialogues {
 public:
  struct Hooks {
    std::function<std::vector<TicketPtr>()> waiting;  // launches that may speak
    // The DESCRIBE body for this client.
    std::function<std::string(const LaunchTicket&)> description;
    // Whether such a stream is offered to it.
    std::function<Result<>(const LaunchTicket&, const Announce&)> check;
    // The client knows where to ping from now on.
    std::function<void(const TicketPtr&)> set_up;
    // PLAY: start the stream. `host`: the Host field of ANNOUNCE (4.7).
    std::function<Result<>(const TicketPtr&, const Announce&, const std::string& host)> play;
  };
  struct Ports {
    std::uint16_t video = 0, audio = 0, control = 0;
  };
  RtspDialogues(Hooks hooks, Ports ports) : hooks_(std::move(hooks)), ports_(ports) {}

  enum class Step : std::uint8_t {
    NeedMore = 1,
    Reply,  // send `reply`, then close
    Close,  // not a message, or nobody's: close without an answer
  };
  struct Answer {
    Step step = Step::Close;
    Bytes reply;
  };
  // Everything that one connection has sent so far.
  Answer on_bytes(ByteSpan bytes, const net::Endpoint& remote);

 private:
  struct Dialogue {
    std::weak_ptr<LaunchTicket> ticket;
    std::uint32_t last_sequence = 0;  // of the client's encrypted messages; never goes back
    std::optional<Announce> announce;
    std::string host;
    bool set_up = false;
    bool playing = false;
  };

  Answer on_plain(ByteSpan bytes, const net::Endpoint& remote);
  Answer on_encrypted(ByteSpan bytes);
  TicketPtr find_plain(const RtspRequest& request, const net::Endpoint& remote) const;
  bool knows_session(const TicketPtr& ticket) const;
  Dialogue& dialogue_of(const TicketPtr& ticket);
  std::string respond(const TicketPtr& ticket, const RtspRequest& request);
  RtspResponse handle(const TicketPtr& ticket, const RtspRequest& request);
  RtspResponse set_up(const TicketPtr& ticket, const RtspRequest& request);
  RtspResponse announce(const TicketPtr& ticket, const RtspRequest& request);
  RtspResponse play(const TicketPtr& ticket);

  Hooks hooks_;
  Ports ports_;
  std::vector<Dialogue> dialogues_;
};

}  // namespace pf::gamestream
