// The two UDP ports that all streams share, and the pings by which clients open their paths
// (gamestream.md 7.1, 8.1). Control thread, except that sinks send through the sockets.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.hpp"
#include "base/metrics.hpp"
#include "gamestream/errc.hpp"
#include "gamestream/media_link.hpp"

namespace pf::gamestream {

struct MediaPing {
  bool legacy = false;             // "PING" alone: known by its address only
  std::array<char, 16> payload{};  // the launch's ping payload
  std::uint32_t counter = 0;       // from 1
};
// Nothing when it is neither form.
std::optional<MediaPing> parse_media_ping(ByteSpan datagram);

enum class MediaKind : std::uint8_t { Video = 1, Audio };

class MediaPorts {
 public:
  using StreamId = std::uint64_t;

  // Errc::ListenFailed names address and port; port 0 = any.
  static Result<std::unique_ptr<MediaPorts>> open(EventLoop& loop, const net::Endpoint& video,
                                                  const net::Endpoint& audio);
  ~MediaPorts();

  std::uint16_t port(MediaKind kind) const;
  // Shared with sinks, which may outlive this object.
  std::shared_ptr<net::UdpSocket> socket(MediaKind kind) const;

  // From now on pings with this payload set the link's destinations.
  void expect(StreamId id, const std::string& ping_payload, const net::Endpoint& client,
              std::shared_ptr<MediaLink> link);
  // The stream may start: `start` runs once per kind, at once where the ping came already.
  // `legacy`: accept pings without payload from the client's address (4.4).
  void start(StreamId id, bool legacy, std::function<void(MediaKind)> start);
  // The client is at another address now: pings from there are its as well.
  void moved(StreamId id, const net::Endpoint& client);
  void forget(StreamId id);

  struct Counts {
    metrics::Counter pings, unknown;
  };
  const Counts& counts() const;

 private:
  struct Impl;
  explicit MediaPorts(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace pf::gamestream
