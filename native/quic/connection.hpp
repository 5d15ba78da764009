// One QUIC connection, seen from the front end. Everything here happens on the endpoint's own
// thread (pf-quic): the callbacks arrive there and the calls are made there. Other threads keep a
// ConnectionRef and use Endpoint::post(ref, ...), or push datagrams through a DatagramPort.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/x509.hpp"
#include "native/quic/datagram_port.hpp"
#include "native/quic/errc.hpp"
#include "net/endpoint.hpp"

namespace pf::native::quic {

// QUIC stream number (RFC 9000 2.1). Bit 0: opened by the server; bit 1: unidirectional.
using StreamId = std::int64_t;

// Names a connection for ever: numbers are never reused within an endpoint. Any thread.
struct ConnectionRef {
  std::uint64_t id = 0;  // 0 = none
  auto operator<=>(const ConnectionRef&) const = default;
};

enum class CloseKind : std::uint8_t {
  Application = 1,   // `code` is an application code (punktfunk1.md 2.4), `reason` the peer's UTF-8
  Transport,         // `code` is a QUIC transport error (RFC 9000 20.1)
  TlsAlert,          // `code` is the TLS alert number, for example 120
  IdleTimeout,       // nothing was heard for the idle time
  HandshakeTimeout,  // the handshake did not finish in time
  StatelessReset,    // the peer has forgotten this connection
  Refused,           // client: version negotiation, or the host is full
  EndpointStopped,   // this endpoint was stopped
};

// The largest UDP payload that path MTU discovery tries: paths that carry this much may carry more.
std::size_t path_search_top();

struct CloseInfo {
  bool by_peer = false;
  CloseKind kind = CloseKind::Transport;
  std::uint64_t code = 0;
  std::string reason;  // as received: any bytes, at most 1024. Not for the log without cleaning
  std::string text() const;  // one line for logs: kind, code, cleaned reason
};

struct ConnectionStats {
  std::chrono::nanoseconds smoothed_rtt{};
  std::chrono::nanoseconds latest_rtt{};
  std::chrono::nanoseconds min_rtt{};
  std::uint64_t congestion_window_bytes = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_acked = 0;
  std::uint64_t datagrams_lost = 0;
  std::uint64_t datagrams_dropped = 0;  // fell out of the small send queue, oldest first
  std::uint64_t path_changes = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual ConnectionRef ref() const = 0;
  virtual bool is_server() const = 0;
  // The protocol chosen in the handshake.
  virtual const std::string& alpn() const = 0;
  // SHA-256 of the peer's leaf certificate; none when it presented none. Its signature over the
  // handshake has been verified, nothing else has (punktfunk1.md 2.1).
  virtual const std::optional<crypto::Fingerprint>& peer_fingerprint() const = 0;
  virtual const Bytes& peer_certificate() const = 0;  // DER, empty when none
  // Server: the address last proven to be the peer's: media go there (quic-notes 2.6).
  virtual net::Endpoint peer_address() const = 0;
  // Our address on that path, with the endpoint's port: the `from` of media.
  virtual net::Endpoint local_address() const = 0;

  // RFC 8446 7.5 exporter. Errc::Closed, Errc::LibraryFailed.
  virtual Result<> export_key(std::string_view label, ByteSpan context, MutableByteSpan out) = 0;

  // Opens a stream. Errc::StreamLimit (on_streams_available will follow), Errc::Closed.
  virtual Result<StreamId> open_bidi() = 0;
  // Queues a copy of `bytes`, and the end of the stream with `fin`. All or nothing.
  // Errc::Backlog: more than write_room() bytes; on_stream_writable follows when half of the queue
  // is free again. Errc::NoSuchStream, Errc::Closed.
  virtual Result<> write(StreamId stream, ByteSpan bytes, bool fin = false) = 0;
  // How many bytes write() would take now; 0 for a stream that cannot be written.
  virtual std::size_t write_room(StreamId stream) const = 0;
  // RESET_STREAM: what is queued is dropped. Unknown streams are ignored.
  virtual void reset(StreamId stream, std::uint64_t code) = 0;
  // STOP_SENDING: no more on_stream_data for it. Unknown streams are ignored.
  virtual void stop(StreamId stream, std::uint64_t code) = 0;
  // While paused the peer gets no further credit for the stream: at most one window (256 KiB) still
  // arrives. For consumers that are slower than the network.
  virtual void pause(StreamId stream) = 0;
  virtual void resume(StreamId stream) = 0;

  // Queues a datagram (copied). The queue holds 4 KiB; the oldest fall out (punktfunk2.md 2.3).
  virtual DatagramSend send_datagram(ByteSpan bytes) = 0;
  // What surely fits the path now, 0 when the peer takes none. Grows by path MTU discovery.
  virtual std::size_t max_datagram_bytes() const = 0;
  // Largest UDP payload that the path is known to carry, 1200..path_search_top(): the hint for
  // media packets. Rises while the search goes on, and starts again with a new path.
  virtual std::size_t max_udp_payload_bytes() const = 0;
  // A ring for one other thread. The connection keeps it drained until it closes.
  virtual std::shared_ptr<DatagramPort> open_datagram_port(std::size_t slots,
                                                           std::size_t slot_bytes) = 0;

  // CONNECTION_CLOSE with an application code; `reason` is cut to 256 bytes at a character's edge.
  // on_closed follows, not from within this call. Later calls change nothing.
  virtual void close(std::uint64_t code, std::string_view reason) = 0;
  virtual bool closing() const = 0;

  virtual ConnectionStats stats() const = 0;
  std::chrono::nanoseconds rtt() const { return stats().smoothed_rtt; }

 protected:
  Connection() = default;
};

// What a connection tells its user. All on pf-quic; they must not block. Spans are valid during the
// call. Inside a callback every Connection call is allowed. An exception closes the connection.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  // The handshake is complete; first of all calls. `connection` lives until on_closed returns.
  virtual void on_connected(Connection& connection) = 0;
  // The peer opened a stream.
  virtual void on_stream_opened(StreamId stream, bool bidirectional) = 0;
  // In order, each byte once; `bytes` may be empty when only the end arrives. Credit goes back to
  // the peer at once, unless the stream is paused.
  virtual void on_stream_data(StreamId stream, ByteSpan bytes, bool fin) = 0;
  // The peer gave its sending side up (RESET_STREAM).
  virtual void on_stream_reset(StreamId stream, std::uint64_t code) = 0;
  // The peer wants no more of ours (STOP_SENDING); our side is reset with its code. Noticed when
  // there is something to send; the code comes with on_stream_closed.
  virtual void on_stream_stopped(StreamId /*stream*/) {}
  // write() was refused with Backlog before; now half of the queue is free.
  virtual void on_stream_writable(StreamId /*stream*/) {}
  // Both directions are finished and acknowledged; the number means nothing from now on. `code`:
  // the first one that either side reset or stopped the stream with; none when it ended normally.
  virtual void on_stream_closed(StreamId /*stream*/, std::optional<std::uint64_t> /*code*/) {}
  // open_bidi() may succeed again.
  virtual void on_streams_available() {}
  virtual void on_datagram(ByteSpan bytes) = 0;
  // The peer's address changed and the new one is validated (server), see peer_address().
  virtual void on_path_changed(const net::Endpoint& /*peer*/, const net::Endpoint& /*local*/) {}
  // Exactly once, last of all, for every way a connection can end; client: also when it never came
  // up (then without on_connected).
  virtual void on_closed(const CloseInfo& info) = 0;
};

}  // namespace pf::native::quic
