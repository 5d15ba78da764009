#include "native/quic/connection_impl.hpp"

#include "base/log.hpp"
#include "native/quic/engine.hpp"

namespace pf::native::quic {
namespace {

constexpr std::size_t kMaxReason = 256;            // punktfunk1.md 2.4
constexpr std::uint64_t kConnectionRefused = 0x2;  // RFC 9000 20.1
constexpr std::uint64_t kCryptoErrors = 0x100;     // 0x100 + alert
constexpr std::chrono::milliseconds kMaxKeepAlive{4000};
// Our short header, the peer's longest connection ID, packet number, tag, frame header: what a
// datagram's packet costs at most (quic-notes 4).
constexpr std::size_t kDatagramOverhead = 44;
constexpr std::size_t kDatagramFrameHeader = 3;
constexpr Timestamp kCloseDelay = 50'000'000;

ngtcp2_duration ns(std::chrono::milliseconds ms) {
  return static_cast<ngtcp2_duration>(std::chrono::nanoseconds(ms).count());
}

// The longest head of at most `limit` bytes that does not cut a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

ConnectionImpl::ConnectionImpl(Engine& engine, ConnectionRef ref, std::shared_ptr<const Tls> tls,
                               const net::Endpoint& local, const net::Endpoint& remote)
    : engine_(engine),
      ref_(ref),
      tls_(std::move(tls)),
      peer_(remote),
      local_(local),
      datagrams_(engine.options().limits.datagram_queue_bytes) {}

ConnectionImpl::~ConnectionImpl() {
  for (const auto& port : ports_) port->close();
  if (conn_ != nullptr) ngtcp2_conn_del(conn_);
}

void ConnectionImpl::own(const Cid& cid) {
  cids_.push_back(cid);
  engine_.learn(cid, *this);
}

bool ConnectionImpl::start(ngtcp2_conn* conn) {
  conn_ = conn;
  session_ref_.conn = conn;
  session_ = tls_->new_session(session_ref_);
  if (!session_) return false;
  ngtcp2_conn_set_tls_native_handle(conn_, session_.get());
  deadline_ = 0;
  return true;
}

void ConnectionImpl::fill(ngtcp2_settings& settings, ngtcp2_transport_params& params,
                          Timestamp now) const {
  const auto& options = engine_.options();
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now;
  // Lost handshake packets are sent again after about 0.3 s instead of 1 s.
  settings.initial_rtt = 100 * NGTCP2_MILLISECONDS;
  settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
  settings.max_tx_udp_payload_size = kMaxUdpPayload;
  settings.handshake_timeout = ns(options.timing.handshake_timeout);
  compat::set_mtu_probes(settings);

  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = options.limits.stream_window_bytes;
  params.initial_max_stream_data_bidi_remote = options.limits.stream_window_bytes;
  params.initial_max_stream_data_uni = options.limits.stream_window_bytes;
  params.initial_max_data = options.limits.connection_window_bytes;
  params.initial_max_streams_bidi = options.limits.streams;
  params.initial_max_streams_uni = options.limits.streams;
  params.max_idle_timeout = ns(options.timing.idle_timeout);
  params.max_udp_payload_size = kMaxUdpPayload;
  params.active_connection_id_limit = 4;
  params.max_datagram_frame_size = 65535;
  params.grease_quic_bit = 0;
}

ConnectionImpl::Intake ConnectionImpl::read(ByteSpan packet, const net::Endpoint& local,
                                            const net::Endpoint& remote, Timestamp now) {
  if (ending_) return Intake::Taken;
  const PathView path(local, remote);
  const ngtcp2_pkt_info info{};
  const int error =
      ngtcp2_conn_read_pkt(conn_, path.get(), &info, packet.data(), packet.size(), now);
  switch (error) {
    case 0:
      after_progress(now);
      return Intake::Taken;
    case NGTCP2_ERR_RETRY:
      return Intake::NeedsRetry;
    case NGTCP2_ERR_DROP_CONN:
      return Intake::Drop;
    default:
      fail(error, now);
      return Intake::Taken;
  }
}

void ConnectionImpl::expire(Timestamp now) {
  if (ending_) return;
  const int error = ngtcp2_conn_handle_expiry(conn_, now);
  if (error != 0)
    fail(error, now);
  else
    after_progress(now);
}

void ConnectionImpl::after_progress(Timestamp now) {
  engine_.touch(*this);
  if (validated_.fresh) {
    // Media follow only an address that answered a challenge and is the one in use
    // (quic-notes 2.6).
    const auto* const current = ngtcp2_conn_get_path(conn_);
    if (endpoint_of(current->remote) == validated_.peer) {
      validated_.fresh = false;
      if (peer_ != validated_.peer || local_ != validated_.local) {
        peer_ = validated_.peer;
        local_ = validated_.local;
        ++stats_.path_changes;
        tell_later([&](ConnectionHandler& h) { h.on_path_changed(peer_, local_); }, now);
      }
    }
  }
}

void ConnectionImpl::shut_down(std::uint64_t code, std::string_view reason, Timestamp now) {
  if (ending_) return;
  if (!close_) close_ = LocalClose{code, std::string(cut_utf8(reason, kMaxReason)), 0};
  write_packets(now);
  if (!ending_) finish_close(CloseKind::EndpointStopped, now);
}

void ConnectionImpl::flush(Timestamp now) {
  if (ending_) return;
  write_packets(now);
  if (!ending_ && close_) {
    // What was written before close() leaves before the close itself, unless the network is stuck.
    if (close_->at == 0) close_->at = now + kCloseDelay;
    if (now >= close_->at || !has_unsent()) finish_close(CloseKind::Application, now);
  }
  if (!ending_) {
    publish_limits();
    deadline_ = ngtcp2_conn_get_expiry(conn_);
    if (close_) deadline_ = std::min(deadline_, close_->at);
  }
}

// ---------------------------------------------------------------------------------- how it ends

Timestamp ConnectionImpl::linger_period() const {
  return 3 * ngtcp2_conn_get_pto(conn_);
}

void ConnectionImpl::finish_close(CloseKind kind, Timestamp now) {
  const auto error = compat::application_error(close_->code, close_->reason);
  end_with(error, {false, kind, close_->code, close_->reason}, now);
}

void ConnectionImpl::end_with(const compat::CloseError& error, CloseInfo info, Timestamp now) {
  Ending ending;
  ending.info = std::move(info);
  ending.period = linger_period();
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info packet_info{};
  std::array<std::uint8_t, kMaxUdpPayload> out;
  const auto size = ngtcp2_conn_write_connection_close(conn_, &path.path, &packet_info, out.data(),
                                                       out.size(), &error, now);
  // Nothing is written where there are no keys yet, or the peer's address has no credit left.
  if (size > 0) {
    ending.lingers = true;
    ending.packet.assign(out.begin(), out.begin() + size);
    ending.to = endpoint_of(path.path.remote);
    ending.from = endpoint_of(path.path.local);
    engine_.send(ending.packet, ending.to, ending.from);
  }
  ending_ = std::move(ending);
  deadline_ = 0;
}

void ConnectionImpl::fail(int error, Timestamp now) {
  if (ending_) return;
  switch (error) {
    case NGTCP2_ERR_DRAINING:
      end_by_peer();
      return;
    case NGTCP2_ERR_IDLE_CLOSE:
      ending_ = Ending{{false, CloseKind::IdleTimeout, 0, {}}, false, 0, {}, {}, {}};
      deadline_ = 0;
      return;
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
      ending_ = Ending{{false, CloseKind::HandshakeTimeout, 0, {}}, false, 0, {}, {}, {}};
      deadline_ = 0;
      return;
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
      ending_ = Ending{{true, CloseKind::Refused, 0, "version negotiation"}, false, 0, {}, {}, {}};
      deadline_ = 0;
      return;
    default:
      break;
  }
  if (alert_ || error == NGTCP2_ERR_CRYPTO) {
    const auto alert = alert_ ? *alert_ : ngtcp2_conn_get_tls_alert(conn_);
    end_with(compat::alert_error(alert), {false, CloseKind::TlsAlert, alert, {}}, now);
    return;
  }
  auto close = compat::library_error(error);
  CloseInfo info{false, CloseKind::Transport, close.error_code, ngtcp2_strerror(error)};
  if (refusal_) {
    close.error_code = *refusal_;
    info = {false, CloseKind::Refused, *refusal_, {}};
  } else if (!failure_.empty()) {
    info.reason = failure_;
    log::error("quic", "a connection's handler failed", "connection", ref_.id, "what", failure_);
  }
  end_with(close, std::move(info), now);
}

void ConnectionImpl::end_by_peer() {
  Ending ending;
  ending.lingers = true;  // silently: what is still under way must not draw stateless resets
  ending.period = linger_period();
  ending.info.by_peer = true;
  if (reset_received_) {
    ending.lingers = false;
    ending.info.kind = CloseKind::StatelessReset;
  } else {
    const auto error = compat::received_error(conn_);
    ending.info.code = error.error_code;
    ending.info.reason.assign(reinterpret_cast<const char*>(error.reason), error.reasonlen);
    if (compat::is_application(error)) {
      ending.info.kind = CloseKind::Application;
    } else if (error.error_code >= kCryptoErrors && error.error_code < kCryptoErrors + 0x100) {
      ending.info.kind = CloseKind::TlsAlert;
      ending.info.code = error.error_code - kCryptoErrors;
    } else if (error.error_code == kConnectionRefused) {
      ending.info.kind = CloseKind::Refused;
    } else {
      ending.info.kind = CloseKind::Transport;
    }
  }
  ending_ = std::move(ending);
  deadline_ = 0;
}

void ConnectionImpl::say_goodbye() noexcept {
  for (const auto& port : ports_) port->close();
  if (!handler_) return;
  try {
    handler_->on_closed(ending_->info);
    handler_.reset();
  } catch (const std::exception& e) {
    log::error("quic", "a connection's handler failed at its end", "what", e.what());
  }
}

// --------------------------------------------------------------------------------- the front end

Result<> ConnectionImpl::export_key(std::string_view label, ByteSpan context, MutableByteSpan out) {
  if (!established_ || ending_) return pf::fail(Errc::Closed);
  if (!export_keying_material(session_.get(), label, context, out))
    return pf::fail(Errc::LibraryFailed, "exporter");
  return {};
}

Result<StreamId> ConnectionImpl::open_bidi() {
  if (!established_ || closing()) return pf::fail(Errc::Closed);
  StreamId id = -1;
  const int error = ngtcp2_conn_open_bidi_stream(conn_, &id, nullptr);
  if (error == NGTCP2_ERR_STREAM_ID_BLOCKED) {
    streams_wanted_ = true;
    return pf::fail(Errc::StreamLimit);
  }
  if (error != 0) return pf::fail(Errc::LibraryFailed, ngtcp2_strerror(error));
  streams_[id].writable = true;
  return id;
}

std::size_t ConnectionImpl::write_room(StreamId id) const {
  const auto found = streams_.find(id);
  if (closing() || found == streams_.end() || !found->second.writable || found->second.fin_wanted)
    return 0;
  const auto& limits = engine_.options().limits;
  const auto left = [](std::size_t limit, std::size_t used) {
    return limit > used ? limit - used : 0;
  };
  return std::min(left(limits.stream_backlog_bytes, found->second.out.backlog()),
                  left(limits.connection_backlog_bytes, backlog_));
}

Result<> ConnectionImpl::write(StreamId id, ByteSpan bytes, bool fin) {
  if (closing()) return pf::fail(Errc::Closed);
  const auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.writable || found->second.fin_wanted)
    return pf::fail(Errc::NoSuchStream);
  auto& stream = found->second;
  if (bytes.size() > write_room(id)) {
    stream.wants_room = true;
    room_wanted_ = true;
    return pf::fail(Errc::Backlog);
  }
  stream.out.append(bytes);
  backlog_ += bytes.size();
  stream.fin_wanted = fin;
  queue(id, stream);
  return {};
}

void ConnectionImpl::queue(StreamId id, Stream& stream) {
  if (!stream.queued && stream.pending()) {
    stream.queued = true;
    ready_.push_back(id);
  }
  engine_.touch(*this);
}

void ConnectionImpl::reset(StreamId id, std::uint64_t code) {
  const auto found = streams_.find(id);
  if (ending_ || found == streams_.end()) return;
  stop_writing(found->second);
  compat::shutdown_write(conn_, id, code);
  engine_.touch(*this);
}

void ConnectionImpl::stop(StreamId id, std::uint64_t code) {
  const auto found = streams_.find(id);
  if (ending_ || found == streams_.end() || !found->second.readable) return;
  found->second.readable = false;
  compat::shutdown_read(conn_, id, code);
  engine_.touch(*this);
}

void ConnectionImpl::pause(StreamId id) {
  const auto found = streams_.find(id);
  if (found != streams_.end()) found->second.paused = true;
}

void ConnectionImpl::resume(StreamId id) {
  const auto found = streams_.find(id);
  if (ending_ || found == streams_.end() || !found->second.paused) return;
  found->second.paused = false;
  ngtcp2_conn_extend_max_stream_offset(conn_, id, found->second.owed);
  found->second.owed = 0;
  engine_.touch(*this);
}

DatagramSend ConnectionImpl::send_datagram(ByteSpan bytes) {
  const auto most = max_datagram_bytes();
  if (closing() || most == 0) return DatagramSend::Closed;
  if (bytes.size() > most) return DatagramSend::TooLarge;
  const auto dropped = datagrams_.push(bytes);
  stats_.datagrams_dropped += dropped;
  engine_.counters().datagrams_dropped.add(dropped);
  engine_.touch(*this);
  return DatagramSend::Queued;
}

std::size_t ConnectionImpl::max_datagram_bytes() const {
  if (!established_ || ending_) return 0;
  const auto* const params = ngtcp2_conn_get_remote_transport_params(conn_);
  if (params == nullptr || params->max_datagram_frame_size <= kDatagramFrameHeader) return 0;
  const auto frame = params->max_datagram_frame_size - kDatagramFrameHeader;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(frame, max_udp_payload_bytes() - kDatagramOverhead));
}

std::size_t path_search_top() {
  return compat::kPathSearchTop;
}

std::size_t ConnectionImpl::max_udp_payload_bytes() const {
  return std::max(ngtcp2_conn_get_path_max_tx_udp_payload_size(conn_), kMinInitial);
}

std::shared_ptr<DatagramPort> ConnectionImpl::open_datagram_port(std::size_t slots,
                                                                 std::size_t slot_bytes) {
  auto port = std::make_shared<DatagramPort>(engine_.doorbell(), slots, slot_bytes);
  if (closing()) {
    port->close();
    return port;
  }
  port->set_max_datagram_bytes(max_datagram_bytes());
  ports_.push_back(port);
  return port;
}

void ConnectionImpl::close(std::uint64_t code, std::string_view reason) {
  if (closing()) return;
  close_ = LocalClose{code, std::string(cut_utf8(reason, kMaxReason)), 0};
  engine_.touch(*this);
}

ConnectionStats ConnectionImpl::stats() const {
  auto stats = stats_;
  const auto now = compat::stat(conn_);
  const auto time = [](ngtcp2_duration d) {
    return std::chrono::nanoseconds(d == UINT64_MAX ? 0 : d);
  };
  stats.smoothed_rtt = time(now.smoothed_rtt);
  stats.latest_rtt = time(now.latest_rtt);
  stats.min_rtt = time(now.min_rtt);
  stats.congestion_window_bytes = now.cwnd;
  return stats;
}

void ConnectionImpl::publish_limits() {
  if (ports_.empty()) return;
  const auto most = max_datagram_bytes();
  for (const auto& port : ports_) port->set_max_datagram_bytes(most);
}

// ------------------------------------------------------------------------------------- handshake

int ConnectionImpl::on_handshake_completed() {
  alpn_ = selected_alpn(session_.get());
  if (alpn_.empty()) {
    alert_ = kAlertNoApplicationProtocol;
    ngtcp2_conn_set_tls_alert(conn_, *alert_);
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  if (!engine_.admit()) {
    refusal_ = kConnectionRefused;
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  certificate_ = peer_leaf(session_.get());
  if (!certificate_.empty()) fingerprint_ = fingerprint_of(certificate_);
  established_ = true;
  engine_.counters().accepted.add();

  const auto& timing = engine_.options().timing;
  auto idle = timing.idle_timeout;
  if (const auto* const params = ngtcp2_conn_get_remote_transport_params(conn_);
      params != nullptr && params->max_idle_timeout != 0)
    idle = std::min(idle, std::chrono::milliseconds(params->max_idle_timeout / 1'000'000));
  const auto keep_alive = timing.keep_alive.value_or(std::min(idle / 2, kMaxKeepAlive));
  if (keep_alive.count() > 0) ngtcp2_conn_set_keep_alive_timeout(conn_, ns(keep_alive));

  const auto* const path = ngtcp2_conn_get_path(conn_);
  peer_ = endpoint_of(path->remote);
  local_ = endpoint_of(path->local);
  try {
    if (is_server()) handler_ = engine_.options().acceptor(*this);
    if (!handler_) {
      close(0, {});
      return 0;
    }
    handler_->on_connected(*this);
    return 0;
  } catch (const std::exception& e) {
    failure_ = e.what();
  } catch (...) {
    failure_ = "unknown exception";
  }
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

}  // namespace pf::native::quic
