// What the QUIC library tells a connection, and how a connection is made with it.
#include "native/quic/connection_impl.hpp"
#include "native/quic/engine.hpp"

namespace pf::native::quic {

// C callbacks: each finds the connection and hands on. `tell` keeps exceptions inside.
struct ConnectionImpl::Callbacks {
  static ConnectionImpl& self(void* user) { return *static_cast<ConnectionImpl*>(user); }

  static int handshake_completed(ngtcp2_conn*, void* user) noexcept {
    return self(user).on_handshake_completed();
  }
  static int get_new_cid(ngtcp2_conn*, ngtcp2_cid* cid, std::uint8_t* token, std::size_t length,
                         void* user) noexcept {
    return self(user).on_new_cid(*cid, token, length);
  }
  static int remove_cid(ngtcp2_conn*, const ngtcp2_cid* cid, void* user) noexcept {
    self(user).on_cid_retired(*cid);
    return 0;
  }
  static int stream_open(ngtcp2_conn*, std::int64_t id, void* user) noexcept {
    return self(user).on_opened(id);
  }
  static int stream_data(ngtcp2_conn*, std::uint32_t flags, std::int64_t id, std::uint64_t,
                         const std::uint8_t* data, std::size_t size, void* user, void*) noexcept {
    return self(user).on_data(id, ByteSpan(data, size), (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0);
  }
  static int stream_reset(ngtcp2_conn*, std::int64_t id, std::uint64_t, std::uint64_t code,
                          void* user, void*) noexcept {
    return self(user).on_reset(id, code);
  }
  static int stream_acked(ngtcp2_conn*, std::int64_t id, std::uint64_t offset, std::uint64_t size,
                          void* user, void*) noexcept {
    return self(user).on_acked(id, offset + size);
  }
  static int stream_close(ngtcp2_conn*, std::uint32_t flags, std::int64_t id, std::uint64_t code,
                          void* user, void*) noexcept {
    const bool with_code = (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) != 0;
    return self(user).on_closed(id, with_code ? std::optional(code) : std::nullopt);
  }
  static int more_room(ngtcp2_conn*, std::int64_t id, std::uint64_t, void* user, void*) noexcept {
    return self(user).on_room(id);
  }
  static int more_streams(ngtcp2_conn*, std::uint64_t, void* user) noexcept {
    return self(user).on_more_streams();
  }
  static int datagram(ngtcp2_conn*, std::uint32_t, const std::uint8_t* data, std::size_t size,
                      void* user) noexcept {
    return self(user).on_datagram(ByteSpan(data, size));
  }
  static int datagram_acked(ngtcp2_conn*, std::uint64_t, void* user) noexcept {
    ++self(user).stats_.datagrams_acked;
    return 0;
  }
  static int datagram_lost(ngtcp2_conn*, std::uint64_t, void* user) noexcept {
    ++self(user).stats_.datagrams_lost;
    return 0;
  }
  static int stateless_reset(ngtcp2_conn*, const ngtcp2_pkt_stateless_reset*, void* user) noexcept {
    self(user).reset_received_ = true;
    return 0;
  }
  static PF_PATH_VALIDATION(path_validation, path, result, user) {
    if (result == NGTCP2_PATH_VALIDATION_RESULT_SUCCESS) self(user).on_validated(*path);
    return 0;
  }
  static void random(std::uint8_t* out, std::size_t size, const ngtcp2_rand_ctx*) noexcept {
    // Without random numbers nothing here is safe, but this call cannot report it.
    PF_ASSERT(gnutls_rnd(GNUTLS_RND_NONCE, out, size) == 0);
  }

  static ngtcp2_callbacks table() {
    ngtcp2_callbacks c{};
    c.client_initial = ngtcp2_crypto_client_initial_cb;
    c.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
    c.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
    c.encrypt = ngtcp2_crypto_encrypt_cb;
    c.decrypt = ngtcp2_crypto_decrypt_cb;
    c.hp_mask = ngtcp2_crypto_hp_mask_cb;
    c.recv_retry = ngtcp2_crypto_recv_retry_cb;
    c.update_key = ngtcp2_crypto_update_key_cb;
    c.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
    c.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
    c.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
    c.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
    c.rand = random;
    c.handshake_completed = handshake_completed;
    c.get_new_connection_id = get_new_cid;
    c.remove_connection_id = remove_cid;
    c.stream_open = stream_open;
    c.recv_stream_data = stream_data;
    c.stream_reset = stream_reset;
    c.acked_stream_data_offset = stream_acked;
    c.stream_close = stream_close;
    c.extend_max_stream_data = more_room;
    c.extend_max_local_streams_bidi = more_streams;
    c.recv_datagram = datagram;
    c.ack_datagram = datagram_acked;
    c.lost_datagram = datagram_lost;
    c.recv_stateless_reset = stateless_reset;
    c.path_validation = path_validation;
    return c;
  }
};

std::unique_ptr<ConnectionImpl> ConnectionImpl::make_server(
    Engine& engine, ConnectionRef ref, const ngtcp2_pkt_hd& hd,
    const std::optional<ngtcp2_cid>& original, const net::Endpoint& local,
    const net::Endpoint& remote, Timestamp now) {
  std::unique_ptr<ConnectionImpl> made(
      new ConnectionImpl(engine, ref, engine.options().tls, local, remote));
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  made->fill(settings, params, now);
  if (original) {
    compat::set_retry_token(settings, hd);
    compat::set_original_dcid(params, *original);
    params.retry_scid = hd.dcid;
    params.retry_scid_present = 1;
  } else {
    compat::set_original_dcid(params, hd.dcid);
  }
  const ngtcp2_cid scid = Engine::random_cid();
  if (!engine.reset_token(scid, params.stateless_reset_token)) return nullptr;
  params.stateless_reset_token_present = 1;
  const PathView path(local, remote);
  const auto callbacks = Callbacks::table();
  ngtcp2_conn* conn = nullptr;
  if (ngtcp2_conn_server_new(&conn, &hd.scid, &scid, path.get(), hd.version, &callbacks, &settings,
                             &params, nullptr, made.get()) != 0 ||
      !made->start(conn))
    return nullptr;
  made->own(Cid(scid));
  made->own(Cid(hd.dcid));  // what the client uses until it has seen our choice
  return made;
}

std::unique_ptr<ConnectionImpl> ConnectionImpl::make_client(Engine& engine, ConnectionRef ref,
                                                            std::shared_ptr<const Tls> tls,
                                                            const net::Endpoint& local,
                                                            const net::Endpoint& remote,
                                                            Timestamp now) {
  std::unique_ptr<ConnectionImpl> made(
      new ConnectionImpl(engine, ref, std::move(tls), local, remote));
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  made->fill(settings, params, now);
  const ngtcp2_cid scid = Engine::random_cid();
  const ngtcp2_cid dcid = Engine::random_cid();
  const PathView path(local, remote);
  const auto callbacks = Callbacks::table();
  ngtcp2_conn* conn = nullptr;
  if (ngtcp2_conn_client_new(&conn, &dcid, &scid, path.get(), NGTCP2_PROTO_VER_V1, &callbacks,
                             &settings, &params, nullptr, made.get()) != 0 ||
      !made->start(conn))
    return nullptr;
  made->own(Cid(scid));
  return made;
}

int ConnectionImpl::on_new_cid(ngtcp2_cid& cid, std::uint8_t* token, std::size_t length) {
  PF_ASSERT(length == kCidBytes);
  cid = Engine::random_cid();
  if (!engine_.reset_token(cid, token)) return NGTCP2_ERR_CALLBACK_FAILURE;
  own(Cid(cid));
  return 0;
}

void ConnectionImpl::on_cid_retired(const ngtcp2_cid& cid) {
  const Cid gone(cid);
  engine_.forget(gone);
  std::erase(cids_, gone);
}

int ConnectionImpl::on_opened(StreamId id) {
  const bool bidirectional = ngtcp2_is_bidi_stream(id) != 0;
  streams_[id].writable = bidirectional;
  return tell([&](ConnectionHandler& h) { h.on_stream_opened(id, bidirectional); });
}

int ConnectionImpl::on_data(StreamId id, ByteSpan bytes, bool fin) {
  ngtcp2_conn_extend_max_offset(conn_, bytes.size());
  const auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.readable) return 0;
  // Before the call: a handler that pauses now has taken these bytes.
  if (found->second.paused)
    found->second.owed += bytes.size();
  else
    ngtcp2_conn_extend_max_stream_offset(conn_, id, bytes.size());
  return tell([&](ConnectionHandler& h) { h.on_stream_data(id, bytes, fin); });
}

int ConnectionImpl::on_reset(StreamId id, std::uint64_t code) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.readable) return 0;
  found->second.readable = false;
  return tell([&](ConnectionHandler& h) { h.on_stream_reset(id, code); });
}

int ConnectionImpl::on_acked(StreamId id, std::uint64_t offset) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return 0;
  const auto before = found->second.out.backlog();
  found->second.out.acknowledge(offset);
  backlog_ -= before - found->second.out.backlog();
  return 0;
}

int ConnectionImpl::on_closed(StreamId id, std::optional<std::uint64_t> code) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return 0;
  backlog_ -= found->second.out.backlog();
  streams_.erase(found);
  // The peer's streams are counted by how many it may still open.
  if ((id & 1) != (is_server() ? 1 : 0)) {
    if (ngtcp2_is_bidi_stream(id) != 0)
      ngtcp2_conn_extend_max_streams_bidi(conn_, 1);
    else
      ngtcp2_conn_extend_max_streams_uni(conn_, 1);
  }
  return tell([&](ConnectionHandler& h) { h.on_stream_closed(id, code); });
}

int ConnectionImpl::on_room(StreamId id) {
  if (const auto found = streams_.find(id); found != streams_.end()) queue(id, found->second);
  return 0;
}

int ConnectionImpl::on_more_streams() {
  if (!established_ || !streams_wanted_) return 0;
  streams_wanted_ = false;
  return tell([](ConnectionHandler& h) { h.on_streams_available(); });
}

int ConnectionImpl::on_datagram(ByteSpan bytes) {
  ++stats_.datagrams_received;
  return tell([&](ConnectionHandler& h) { h.on_datagram(bytes); });
}

void ConnectionImpl::on_validated(const ngtcp2_path& path) {
  validated_ = {true, endpoint_of(path.remote), endpoint_of(path.local)};
}

}  // namespace pf::native::quic
