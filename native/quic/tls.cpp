#include "native/quic/tls.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace pf::native::quic {
namespace {

constexpr const char* kPriority =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%SERVER_PRECEDENCE:"
    "%DISABLE_TLS13_COMPAT_MODE";
constexpr std::string_view kServerName = "punktfunk";  // punktfunk1.md 2.1
constexpr unsigned kTransportParameters = 0x39;        // RFC 9001 8.2
constexpr unsigned kPrivateExtension = 0xFF77;         // RFC 8446 11: private use
constexpr std::size_t kMaxHandshakeBytes = 64 * 1024;

SessionRef& ref_of(gnutls_session_t session) {
  auto* const ref = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
  return *static_cast<SessionRef*>(ref->user_data);
}

ngtcp2_conn* connection_of(gnutls_session_t session) {
  return ref_of(session).conn;
}

// Our own transport-parameter extension instead of the helper's: it never advertises
// grease_quic_bit, which 0.12.1 always does. A peer that saw it would clear the fixed bit, and its
// packets could not be told from media (quic-notes 2.1, punktfunk2.md 2.4).
int receive_parameters(gnutls_session_t session, const unsigned char* data, std::size_t size) {
  auto* const conn = connection_of(session);
  const int error = compat::set_remote_parameters(conn, data, size);
  if (error == 0) return 0;
  ngtcp2_conn_set_tls_error(conn, error);
  return -1;
}

int send_parameters(gnutls_session_t session, gnutls_buffer_t extension) {
  auto* const conn = connection_of(session);
  ngtcp2_transport_params params = *ngtcp2_conn_get_local_transport_params(conn);
  params.grease_quic_bit = 0;
  std::array<std::uint8_t, 512> buffer;
  const auto size = compat::encode_parameters(buffer, ngtcp2_conn_is_server(conn) != 0, params);
  if (size < 0) return -1;
  if (gnutls_buffer_append_data(extension, buffer.data(), static_cast<std::size_t>(size)) != 0)
    return -1;
  return static_cast<int>(size);
}

int ignore_padding(gnutls_session_t, const unsigned char*, std::size_t) {
  return 0;
}

int send_padding(gnutls_session_t session, gnutls_buffer_t extension) {
  const std::vector<std::uint8_t> zeros(ref_of(session).tls->hello_padding_bytes());
  if (gnutls_buffer_append_data(extension, zeros.data(), zeros.size()) != 0) return -1;
  return static_cast<int>(zeros.size());
}

// Trust is the fingerprint alone: a server takes any certificate and lets the front end decide, a
// client compares with its pin. The peer's signature over the handshake is verified by the library
// in any case.
int check_certificate(gnutls_session_t session) {
  const auto& expected = ref_of(session).tls->expected_host();
  if (!expected) return 0;
  return fingerprint_of(peer_leaf(session)) == *expected ? 0 : -1;
}

std::vector<std::uint8_t> derive_reset_secret(const std::string& key_pem) {
  static constexpr std::string_view kLabel = "punktfunk stateless reset";
  std::vector<std::uint8_t> secret(32);
  if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_pem.data(), key_pem.size(), kLabel.data(),
                       kLabel.size(), secret.data()) != 0)
    crypto::random_bytes(secret);
  return secret;
}

}  // namespace

SessionRef::SessionRef() {
  ref.get_conn = [](ngtcp2_crypto_conn_ref* self) {
    return static_cast<SessionRef*>(self->user_data)->conn;
  };
  ref.user_data = this;
}

Tls::~Tls() {
  if (credentials_ != nullptr) gnutls_certificate_free_credentials(credentials_);
  if (priority_ != nullptr) gnutls_priority_deinit(priority_);
  crypto::wipe(reset_secret_);
}

Result<std::unique_ptr<Tls>> Tls::make(bool server, const crypto::Identity* identity,
                                       const std::vector<std::string>& alpns) {
  const auto bad = [](const std::string& a) { return a.empty() || a.size() > 255; };
  if (alpns.empty() || std::any_of(alpns.begin(), alpns.end(), bad))
    return fail(Errc::BadOptions, "application protocols");
  std::unique_ptr<Tls> tls(new Tls);
  tls->server_ = server;
  tls->alpns_ = alpns;
  if (gnutls_priority_init(&tls->priority_, kPriority, nullptr) != 0 ||
      gnutls_certificate_allocate_credentials(&tls->credentials_) != 0)
    return fail(Errc::LibraryFailed, "TLS set-up");
  if (identity == nullptr) return tls;
  const auto datum = [](const std::string& pem) {
    return gnutls_datum_t{
        reinterpret_cast<unsigned char*>(const_cast<char*>(pem.data())),  // only read
        static_cast<unsigned>(pem.size())};
  };
  const auto certificate = datum(identity->certificate_pem());
  const auto key = datum(identity->key_pem());
  if (const int error = gnutls_certificate_set_x509_key_mem(tls->credentials_, &certificate, &key,
                                                            GNUTLS_X509_FMT_PEM);
      error < 0)
    return fail(Errc::BadIdentity, gnutls_strerror(error));
  tls->reset_secret_ = derive_reset_secret(identity->key_pem());
  return tls;
}

Result<std::shared_ptr<const Tls>> Tls::server(const crypto::Identity& identity,
                                               const std::vector<std::string>& alpns) {
  auto made = make(true, &identity, alpns);
  if (!made) return pass(made);
  return std::shared_ptr<const Tls>(std::move(*made));
}

Result<std::shared_ptr<const Tls>> Tls::client(
    const std::optional<crypto::Identity>& identity, const std::vector<std::string>& alpns,
    const std::optional<crypto::Fingerprint>& expected_host, std::size_t hello_padding_bytes) {
  if (expected_host && !crypto::is_fingerprint(*expected_host))
    return fail(Errc::BadOptions, "fingerprint");
  auto made = make(false, identity ? &*identity : nullptr, alpns);
  if (!made) return pass(made);
  if (expected_host) {
    std::string lower = *expected_host;
    for (char& c : lower)
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    (*made)->expected_host_ = std::move(lower);
  }
  (*made)->hello_padding_bytes_ = hello_padding_bytes;
  return std::shared_ptr<const Tls>(std::move(*made));
}

TlsSession Tls::new_session(SessionRef& ref) const {
  ref.tls = this;
  gnutls_session_t raw = nullptr;
  const unsigned role = server_ ? GNUTLS_SERVER : GNUTLS_CLIENT;
  if (gnutls_init(&raw, role | GNUTLS_NO_END_OF_EARLY_DATA | GNUTLS_NO_TICKETS) != 0)
    return nullptr;
  TlsSession session(raw);
  gnutls_session_set_ptr(raw, &ref.ref);
  gnutls_handshake_set_max_packet_length(raw, kMaxHandshakeBytes);
  if (gnutls_priority_set(raw, priority_) != 0 ||
      gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, credentials_) != 0 ||
      gnutls_session_ext_register(
          raw, "QUIC transport parameters", kTransportParameters, GNUTLS_EXT_TLS,
          receive_parameters, send_parameters, nullptr, nullptr, nullptr,
          GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE) != 0)
    return nullptr;
  if (hello_padding_bytes_ > 0 &&
      gnutls_session_ext_register(raw, "padding", kPrivateExtension, GNUTLS_EXT_TLS, ignore_padding,
                                  send_padding, nullptr, nullptr, nullptr,
                                  GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO) != 0)
    return nullptr;
  // Sets its hooks and then fails to register what is registered already: not an error.
  if (server_)
    ngtcp2_crypto_gnutls_configure_server_session(raw);
  else
    ngtcp2_crypto_gnutls_configure_client_session(raw);

  std::vector<gnutls_datum_t> protocols;
  for (const auto& alpn : alpns_)
    protocols.push_back({reinterpret_cast<unsigned char*>(const_cast<char*>(alpn.data())),
                         static_cast<unsigned>(alpn.size())});
  unsigned flags = GNUTLS_ALPN_MANDATORY;
  if (server_) flags |= GNUTLS_ALPN_SERVER_PRECEDENCE;
  if (gnutls_alpn_set_protocols(raw, protocols.data(), static_cast<unsigned>(protocols.size()),
                                flags) != 0)
    return nullptr;
  if (server_)
    gnutls_certificate_server_set_request(raw, GNUTLS_CERT_REQUEST);
  else if (gnutls_server_name_set(raw, GNUTLS_NAME_DNS, kServerName.data(), kServerName.size()) !=
           0)
    return nullptr;
  gnutls_session_set_verify_function(raw, check_certificate);
  return session;
}

std::string selected_alpn(gnutls_session_t session) {
  gnutls_datum_t chosen{};
  if (gnutls_alpn_get_selected_protocol(session, &chosen) != 0) return {};
  return {reinterpret_cast<const char*>(chosen.data), chosen.size};
}

Bytes peer_leaf(gnutls_session_t session) {
  unsigned count = 0;
  const auto* const chain = gnutls_certificate_get_peers(session, &count);
  if (chain == nullptr || count == 0) return {};
  return {chain[0].data, chain[0].data + chain[0].size};
}

crypto::Fingerprint fingerprint_of(ByteSpan der) {
  return to_hex(crypto::sha256(der));
}

bool export_keying_material(gnutls_session_t session, std::string_view label, ByteSpan context,
                            MutableByteSpan out) {
  return gnutls_prf_rfc5705(session, label.size(), label.data(), context.size(),
                            reinterpret_cast<const char*>(context.data()), out.size(),
                            reinterpret_cast<char*>(out.data())) == 0;
}

}  // namespace pf::native::quic
