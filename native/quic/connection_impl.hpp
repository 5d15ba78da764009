// The connection itself, over ngtcp2, without socket or clock: packets come in by read(), go out
// through the engine. Internal to this room; pf-quic.
#pragma once

#include <array>
#include <deque>
#include <exception>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/quic/connection.hpp"
#include "native/quic/datagram_queue.hpp"
#include "native/quic/send_buffer.hpp"
#include "native/quic/tls.hpp"
#include "native/quic/types.hpp"

namespace pf::native::quic {

class Engine;

class ConnectionImpl final : public Connection {
 public:
  enum class Intake : std::uint8_t {
    Taken = 1,
    NeedsRetry,  // the first Initial is not the start of the ClientHello (quic-notes 2.2)
    Drop,        // forget the connection without a word
  };
  // How it ended; what the engine needs to let it linger.
  struct Ending {
    CloseInfo info;
    bool lingers = false;  // its IDs stay known for `period`
    Timestamp period = 0;
    Bytes packet;  // CONNECTION_CLOSE, empty when the peer closed
    net::Endpoint to;
    net::Endpoint from;
  };

  // Null when the library fails. `original` = the client's first DCID when a Retry token proved it.
  static std::unique_ptr<ConnectionImpl> make_server(Engine& engine, ConnectionRef ref,
                                                     const ngtcp2_pkt_hd& hd,
                                                     const std::optional<ngtcp2_cid>& original,
                                                     const net::Endpoint& local,
                                                     const net::Endpoint& remote, Timestamp now);
  static std::unique_ptr<ConnectionImpl> make_client(Engine& engine, ConnectionRef ref,
                                                     std::shared_ptr<const Tls> tls,
                                                     const net::Endpoint& local,
                                                     const net::Endpoint& remote, Timestamp now);
  ~ConnectionImpl() override;

  // For the engine.
  Intake read(ByteSpan packet, const net::Endpoint& local, const net::Endpoint& remote,
              Timestamp now);
  void expire(Timestamp now);
  void flush(Timestamp now);
  // The endpoint stops: close and end at once.
  void shut_down(std::uint64_t code, std::string_view reason, Timestamp now);
  Timestamp deadline() const { return deadline_; }
  bool established() const { return established_; }
  const std::optional<Ending>& ending() const { return ending_; }
  const std::vector<Cid>& cids() const { return cids_; }
  bool has_ports() const { return !ports_.empty(); }
  void set_handler(std::unique_ptr<ConnectionHandler> handler) { handler_ = std::move(handler); }
  // Tells the handler that it is over and destroys it. Once, after ending() is set.
  void say_goodbye() noexcept;
  bool touched = false;  // waits in the engine's list for flush()

  ConnectionRef ref() const override { return ref_; }
  bool is_server() const override { return tls_->is_server(); }
  const std::string& alpn() const override { return alpn_; }
  const std::optional<crypto::Fingerprint>& peer_fingerprint() const override {
    return fingerprint_;
  }
  const Bytes& peer_certificate() const override { return certificate_; }
  net::Endpoint peer_address() const override { return peer_; }
  net::Endpoint local_address() const override { return local_; }
  Result<> export_key(std::string_view label, ByteSpan context, MutableByteSpan out) override;
  Result<StreamId> open_bidi() override;
  Result<> write(StreamId stream, ByteSpan bytes, bool fin) override;
  std::size_t write_room(StreamId stream) const override;
  void reset(StreamId stream, std::uint64_t code) override;
  void stop(StreamId stream, std::uint64_t code) override;
  void pause(StreamId stream) override;
  void resume(StreamId stream) override;
  DatagramSend send_datagram(ByteSpan bytes) override;
  std::size_t max_datagram_bytes() const override;
  std::size_t max_udp_payload_bytes() const override;
  std::shared_ptr<DatagramPort> open_datagram_port(std::size_t slots,
                                                   std::size_t slot_bytes) override;
  void close(std::uint64_t code, std::string_view reason) override;
  bool closing() const override { return close_.has_value() || ending_.has_value(); }
  ConnectionStats stats() const override;

 private:
  struct Stream {
    SendBuffer out;
    bool writable = false;  // has a sending side that is not shut
    bool fin_wanted = false;
    bool fin_sent = false;
    bool queued = false;      // in ready_
    bool wants_room = false;  // a write was refused
    bool readable = true;     // false after stop()
    bool paused = false;
    std::uint64_t owed = 0;  // credit held back while paused
    bool pending() const {
      return writable && (out.unsent_bytes() > 0 || (fin_wanted && !fin_sent));
    }
  };
  struct LocalClose {
    std::uint64_t code;
    std::string reason;
    Timestamp at;  // leaves then at the latest; 0 until the first flush
  };
  struct Callbacks;  // the library's, in connection_callbacks.cpp

  ConnectionImpl(Engine& engine, ConnectionRef ref, std::shared_ptr<const Tls> tls,
                 const net::Endpoint& local, const net::Endpoint& remote);
  bool start(ngtcp2_conn* conn);
  void fill(ngtcp2_settings& settings, ngtcp2_transport_params& params, Timestamp now) const;
  void own(const Cid& cid);

  // What the library reports; each returns 0 or NGTCP2_ERR_CALLBACK_FAILURE.
  int on_handshake_completed();
  int on_new_cid(ngtcp2_cid& cid, std::uint8_t* token, std::size_t length);
  void on_cid_retired(const ngtcp2_cid& cid);
  int on_opened(StreamId id);
  int on_data(StreamId id, ByteSpan bytes, bool fin);
  int on_reset(StreamId id, std::uint64_t code);
  int on_acked(StreamId id, std::uint64_t offset);
  int on_closed(StreamId id, std::optional<std::uint64_t> code);
  int on_room(StreamId id);
  int on_more_streams();
  int on_datagram(ByteSpan bytes);
  void on_validated(const ngtcp2_path& path);

  // Runs a call into the handler; an exception fails the connection.
  template <class Call>
  int tell(Call&& call) noexcept {
    if (!handler_ || closing()) return 0;
    try {
      call(*handler_);
      return 0;
    } catch (const std::exception& e) {
      failure_ = e.what();
    } catch (...) {
      failure_ = "unknown exception";
    }
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  template <class Call>
  void tell_later(Call&& call, Timestamp now) {
    if (tell(call) != 0) fail(NGTCP2_ERR_CALLBACK_FAILURE, now);
  }

  void after_progress(Timestamp now);
  void write_packets(Timestamp now);
  ngtcp2_ssize write_packet(MutableByteSpan out, ngtcp2_path& path, Timestamp now);
  ngtcp2_ssize write_datagrams(MutableByteSpan out, ngtcp2_path& path, Timestamp now);
  ngtcp2_ssize write_stream(StreamId id, MutableByteSpan out, ngtcp2_path& path, Timestamp now);
  StreamId next_stream();
  bool has_unsent() const;
  void stop_writing(Stream& stream);
  void queue(StreamId id, Stream& stream);
  bool pull_datagram();
  void squeeze_ports();
  void tell_room(Timestamp now);
  void publish_limits();

  void fail(int library_error, Timestamp now);
  void end_with(const compat::CloseError& error, CloseInfo info, Timestamp now);
  void end_by_peer();
  void finish_close(CloseKind kind, Timestamp now);
  Timestamp linger_period() const;

  Engine& engine_;
  const ConnectionRef ref_;
  const std::shared_ptr<const Tls> tls_;
  SessionRef session_ref_;
  TlsSession session_;
  ngtcp2_conn* conn_ = nullptr;
  std::unique_ptr<ConnectionHandler> handler_;
  std::vector<Cid> cids_;

  net::Endpoint peer_;
  net::Endpoint local_;
  struct {
    bool fresh = false;
    net::Endpoint peer{};
    net::Endpoint local{};
  } validated_;

  bool established_ = false;
  std::string alpn_;
  Bytes certificate_;
  std::optional<crypto::Fingerprint> fingerprint_;

  std::unordered_map<StreamId, Stream> streams_;
  std::deque<StreamId> ready_;
  std::vector<StreamId> stopped_;  // on_stream_stopped to be told
  std::size_t backlog_ = 0;        // of all streams
  bool room_wanted_ = false;       // some stream wants_room
  bool streams_wanted_ = false;    // open_bidi() was refused
  DatagramQueue datagrams_;
  std::vector<std::shared_ptr<DatagramPort>> ports_;
  std::size_t next_port_ = 0;
  std::uint64_t next_datagram_id_ = 0;

  std::optional<LocalClose> close_;
  std::optional<std::uint8_t> alert_;     // ours, decided after the handshake
  std::optional<std::uint64_t> refusal_;  // transport code, likewise
  std::string failure_;                   // what a handler threw
  bool reset_received_ = false;
  std::optional<Ending> ending_;
  Timestamp deadline_ = kNever;
  ConnectionStats stats_;
};

}  // namespace pf::native::quic
