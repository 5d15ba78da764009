// Endpoint: one UDP port with QUIC on it, and the thread (pf-quic) on which its connections live.
// Server and client. TLS 1.3, no resumption, no 0-RTT (punktfunk2.md 2.2, 2.3).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "crypto/identity.hpp"
#include "native/quic/connection.hpp"
#include "net/endpoint.hpp"
#include "net/udp_socket.hpp"

namespace pf::native::quic {

struct EngineOptions;

// What one peer, or many of them, may cost.
struct Limits {
  std::size_t half_open = 256;    // handshakes under way; beyond it Initials are dropped
  std::size_t connections = 128;  // established; beyond it refused with CONNECTION_REFUSED
  std::size_t connections_per_address = 48;  // so that one machine does not fill all of them
  std::uint32_t retries_per_second = 2000;
  std::uint32_t resets_per_second = 20;
  std::uint32_t version_negotiations_per_second = 20;
  std::uint32_t refusals_per_second = 100;
  std::size_t stream_window_bytes = 256 * 1024;       // receive credit per stream
  std::size_t connection_window_bytes = 1024 * 1024;  // and per connection
  std::uint64_t streams = 100;                        // that the peer may have open, each kind
  std::size_t stream_backlog_bytes = 1024 * 1024;     // unacknowledged or unsent, per stream
  std::size_t connection_backlog_bytes = 16 * 1024 * 1024;
  std::size_t datagram_queue_bytes = 4096;
};

struct Timing {
  std::chrono::milliseconds idle_timeout{8000};  // the smaller of both ends wins
  std::chrono::milliseconds handshake_timeout{5000};
  // A PING after this much silence; none = min(idle/2, 4 s) (punktfunk2.md 2.3); 0 = never.
  std::optional<std::chrono::milliseconds> keep_alive{};
};

// Makes the handler of a connection whose handshake is complete; called on pf-quic. Null, or having
// closed the connection, refuses it (null: application code 0).
using Acceptor = std::function<std::unique_ptr<ConnectionHandler>(Connection&)>;

struct ListenOptions {
  net::Endpoint bind{9777};  // any address of both families
  crypto::Identity identity;
  std::vector<std::string> alpns;  // in order of our preference, which decides
  Timing timing{};
  Limits limits{};
  // Every client must first show that it receives at its address (Retry, RFC 9000 8.1.2). Off only
  // in tests.
  bool always_retry = true;
  std::chrono::milliseconds token_lifetime{10'000};
};

struct ClientOptions {
  net::Endpoint bind{};  // any address, ephemeral port
  Timing timing{};
  Limits limits{};
  // What the system may hold for us; media come in bursts.
  int receive_buffer_bytes = 1 << 20;
  // UDP payloads whose first byte has both top bits clear, from exactly the address of a connection
  // whose handshake is complete (punktfunk2.md 2.4). On pf-quic. Such packets from elsewhere are
  // dropped and counted. Without it they are dropped too.
  std::function<void(ByteSpan packet, const net::Endpoint& from)> on_media;
};

struct ConnectOptions {
  net::Endpoint address;
  std::vector<std::string> alpns;            // in order of our preference
  std::optional<crypto::Identity> identity;  // client certificate; any key type
  // The host's certificate must have this fingerprint: else alert and CloseKind::TlsAlert.
  std::optional<crypto::Fingerprint> expected_host;
  std::unique_ptr<ConnectionHandler> handler;
};

struct EndpointCounters {
  metrics::Counter received_packets;
  metrics::Counter accepted;  // handshakes completed
  metrics::Counter retries_sent;
  metrics::Counter retries_suppressed;  // by the rate cap, as all "suppressed"
  metrics::Counter tokens_rejected;     // forged, too old, of another address: seen as no token
  metrics::Counter resets_sent;
  metrics::Counter resets_suppressed;
  metrics::Counter version_negotiations_sent;
  metrics::Counter version_negotiations_suppressed;
  metrics::Counter half_open_refused;    // Initials dropped: too many handshakes under way
  metrics::Counter connections_refused;  // answered CONNECTION_REFUSED: too many connections
  metrics::Counter handshakes_failed;
  metrics::Counter handshakes_timed_out;
  metrics::Counter junk_packets;       // neither a long header nor a known connection
  metrics::Counter media_packets;      // client: handed to on_media
  metrics::Counter media_foreign;      // client: from elsewhere, dropped
  metrics::Counter datagrams_dropped;  // fell out of a connection's send queue
  metrics::Counter send_failures;
  metrics::Counter wakeups;
  metrics::Gauge half_open;
  metrics::Gauge connections;  // established
  metrics::Gauge lingering;    // closed by us, still answering
};

class Endpoint {
 public:
  // Opens the port and starts the thread. Errc::SocketFailed, BadIdentity, BadOptions,
  // LibraryFailed. The acceptor may be called before this returns.
  static Result<std::unique_ptr<Endpoint>> listen(ListenOptions options, Acceptor acceptor);
  static Result<std::unique_ptr<Endpoint>> client(ClientOptions options);
  // Stops: see stop().
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Client, any thread. The handler hears on_connected or on_closed. Errc::BadOptions, BadIdentity,
  // LibraryFailed, Closed (then the handler is destroyed without a call).
  Result<ConnectionRef> connect(ConnectOptions options);

  // Any thread; allocates, so not for media threads. Tasks run in order on pf-quic; after stop()
  // they are dropped.
  void post(std::function<void()> task);
  // Runs `task` on pf-quic if the connection is then still open (not yet on_closed).
  void post(ConnectionRef ref, std::function<void(Connection&)> task);
  // pf-quic only. Null when it is gone.
  Connection* find(ConnectionRef ref) const;
  bool on_quic_thread() const;

  // Any thread. The socket may outlive the endpoint: send media through it (UdpSocket::send and
  // send_batch are safe beside pf-quic), with Route{to = peer_address(), from = local_address()}.
  const std::shared_ptr<net::UdpSocket>& socket() const;
  net::Endpoint local() const;  // with the real port
  const EndpointCounters& counters() const;
  // Any thread; for connections from now on.
  void set_idle_timeout(std::chrono::milliseconds idle_timeout);

  // Closes every connection with this application code (each hears on_closed, EndpointStopped),
  // sends the closes once, stops the thread. Idempotent. Not from pf-quic.
  void stop(std::uint64_t code = 0, std::string_view reason = {});

 private:
  struct Impl;
  explicit Endpoint(std::unique_ptr<Impl> impl);
  static Result<std::unique_ptr<Endpoint>> open(const net::UdpSocket::Options& socket,
                                                EngineOptions options);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native::quic
