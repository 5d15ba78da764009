// The RTSP listener: one message per connection, answered and closed (gamestream.md 4.1). Knows
// nothing of RTSP but when a message is complete, which its handler says. Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/event_loop.hpp"
#include "gamestream/rtsp_dialogue.hpp"

namespace pf::gamestream {

class RtspServer {
 public:
  struct Config {
    net::Endpoint bind;  // port 0 = any
    std::size_t max_connections = 64;
    std::size_t max_per_address = 8;
    std::chrono::milliseconds timeout{10'000};  // from accept to the client's close
  };
  // Called with everything that a connection has sent so far, whenever there is more.
  using Handler = std::function<RtspDialogues::Answer(ByteSpan, const net::Endpoint& remote)>;

  // Errc::ListenFailed names address and port.
  static Result<std::unique_ptr<RtspServer>> listen(EventLoop& loop, const Config& config,
                                                    Handler handler);
  ~RtspServer();  // closes everything

  std::uint16_t port() const;
  std::size_t connections() const;

  struct Core;  // shared with its connections

 private:
  explicit RtspServer(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace pf::gamestream
