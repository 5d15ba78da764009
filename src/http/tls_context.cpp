#include "http/tls_context.hpp"

#include <openssl/ssl.h>

#include "crypto/ossl.hpp"
#include "http/certificate.hpp"

namespace pf::http {
namespace asio = boost::asio;

namespace {

// Replaces the library's path building: serial 0, wrong dates, X.509 v1 and unknown issuers are all
// fine here. The peer still has to prove that it holds the key.
int accept_any_certificate(X509_STORE_CTX*, void*) {
  return 1;
}

constexpr unsigned char kSessionContext[] = {'p', 'f'};

// What a context shows to those who ask by name. Belongs to the library's context, because a
// handshake may outlast ours.
struct ByName {
  std::shared_ptr<asio::ssl::context> context;
  std::vector<std::string> names;
};

void free_by_name(void*, void* data, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ByName*>(data);
}

int by_name_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_by_name);
  return index;
}

int choose_by_name(SSL* ssl, int*, void*) {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const auto* by_name =
      static_cast<const ByName*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), by_name_index()));
  if (asked == nullptr || by_name == nullptr || !covers(by_name->names, asked))
    return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(ssl, by_name->context->native_handle());
  return SSL_TLSEXT_ERR_OK;
}

Result<> add_named(SSL_CTX* ctx, const NamedTls& named) {
  auto other = make_tls_context(named.identity);
  if (!other) return pass(other);
  auto owned = std::make_unique<ByName>(ByName{std::move(*other), named.names});
  if (by_name_index() < 0 || SSL_CTX_set_ex_data(ctx, by_name_index(), owned.get()) != 1)
    return fail(Errc::BadTlsIdentity, "no memory for a second certificate");
  static_cast<void>(owned.release());  // the context owns it now
  // The function behind the macro, whose cast is of the old style.
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(choose_by_name));
  return {};
}

}  // namespace

Result<std::shared_ptr<asio::ssl::context>> make_tls_context(const TlsIdentity& identity,
                                                             const NamedTls* named) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  context->use_certificate_chain(asio::buffer(identity.certificate_pem), error);
  if (error) return fail(Errc::BadTlsIdentity, "certificate: " + error.message());
  context->use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem, error);
  if (error) return fail(Errc::BadTlsIdentity, "private key: " + error.message());

  auto* const ctx = context->native_handle();
  if (SSL_CTX_check_private_key(ctx) != 1)
    return fail(Errc::BadTlsIdentity, "the private key does not belong to the certificate");
  if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
    return fail(Errc::BadTlsIdentity, "TLS 1.2 is not available");
  SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(ctx, 0);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(ctx, kSessionContext, sizeof kSessionContext);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, accept_any_certificate, nullptr);
  if (named != nullptr)
    if (auto added = add_named(ctx, *named); !added) return pass(added);
  return context;
}

std::shared_ptr<const crypto::Certificate> peer_certificate_of(SSL* ssl) {
  const crypto::X509Ptr x509(SSL_get1_peer_certificate(ssl));
  if (!x509) return nullptr;
  unsigned char* encoded = nullptr;
  const int length = i2d_X509(x509.get(), &encoded);
  if (length <= 0) return nullptr;
  const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owner(
      encoded);
  auto certificate = crypto::Certificate::from_der({encoded, static_cast<std::size_t>(length)});
  if (!certificate) return nullptr;
  return std::make_shared<const crypto::Certificate>(std::move(*certificate));
}

}  // namespace pf::http
