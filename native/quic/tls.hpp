// The TLS side of connections: credentials and rules that all connections of an endpoint (or one
// client connection) share, and one session per connection (punktfunk2.md 2.2, quic-notes 3).
// Internal to this room.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/identity.hpp"
#include "native/quic/errc.hpp"
#include "native/quic/ngtcp2_compat.hpp"

namespace pf::native::quic {

struct SessionDelete {
  void operator()(gnutls_session_t session) const { gnutls_deinit(session); }
};
using TlsSession = std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, SessionDelete>;

class Tls;

// Where the library's callbacks find the connection of a session. Lives in the connection, because
// the session keeps its address.
struct SessionRef {
  SessionRef();
  SessionRef(const SessionRef&) = delete;
  SessionRef& operator=(const SessionRef&) = delete;

  ngtcp2_crypto_conn_ref ref{};
  ngtcp2_conn* conn = nullptr;
  const Tls* tls = nullptr;
};

constexpr std::uint8_t kAlertNoApplicationProtocol = 120;  // RFC 7301 3.2

// Immutable once made; any thread.
class Tls {
 public:
  // Errc::BadIdentity, BadOptions, LibraryFailed. ALPNs in order of our preference.
  static Result<std::shared_ptr<const Tls>> server(const crypto::Identity& identity,
                                                   const std::vector<std::string>& alpns);
  // `hello_padding_bytes` > 0 (tests) makes the ClientHello as large as those of newer clients with
  // their post-quantum key shares, which need two or more packets.
  static Result<std::shared_ptr<const Tls>> client(
      const std::optional<crypto::Identity>& identity, const std::vector<std::string>& alpns,
      const std::optional<crypto::Fingerprint>& expected_host, std::size_t hello_padding_bytes = 0);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // `ref` must outlive the session, as must this object. Null when the library fails.
  TlsSession new_session(SessionRef& ref) const;
  bool is_server() const { return server_; }
  // The pin of a client; none = any host.
  const std::optional<crypto::Fingerprint>& expected_host() const { return expected_host_; }
  std::size_t hello_padding_bytes() const { return hello_padding_bytes_; }
  // A secret that outlives restarts, for stateless reset tokens (RFC 9000 10.3.2): hosts that were
  // restarted are noticed by their clients at once.
  const std::vector<std::uint8_t>& reset_secret() const { return reset_secret_; }

 private:
  Tls() = default;
  static Result<std::unique_ptr<Tls>> make(bool server, const crypto::Identity* identity,
                                           const std::vector<std::string>& alpns);

  bool server_ = false;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  gnutls_priority_t priority_ = nullptr;
  std::vector<std::string> alpns_;
  std::optional<crypto::Fingerprint> expected_host_;
  std::size_t hello_padding_bytes_ = 0;
  std::vector<std::uint8_t> reset_secret_;
};

// What the finished handshake chose; empty when the peer offered no protocol of ours (GnuTLS lets a
// peer without the extension through, quic-notes 2.5).
std::string selected_alpn(gnutls_session_t session);
// DER of the peer's leaf, empty without one.
Bytes peer_leaf(gnutls_session_t session);
crypto::Fingerprint fingerprint_of(ByteSpan der);
bool export_keying_material(gnutls_session_t session, std::string_view label, ByteSpan context,
                            MutableByteSpan out);

}  // namespace pf::native::quic
