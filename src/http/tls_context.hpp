// The server side of TLS for this host (gamestream.md 2.2). Private to the room.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "base/result.hpp"
#include "http/server.hpp"

namespace pf::http {

// TLS 1.2 and 1.3, no session resumption. Asks for a client certificate and takes any: who may do
// what is decided by exact fingerprint after the handshake. `named` (may be null) is shown to those
// who ask for one of its names.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(
    const TlsIdentity& identity, const NamedTls* named = nullptr);

// The leaf that the client presented; nothing when there was none or it is not usable.
std::shared_ptr<const crypto::Certificate> peer_certificate_of(SSL* ssl);

}  // namespace pf::http
