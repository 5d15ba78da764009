// Certificates for servers, as an operator would bring them: good ones and every kind of bad one.
#pragma once

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <string>

#include "base/clock.hpp"
#include "crypto/ossl.hpp"

namespace pf::test {

struct CertificateWish {
  std::string common_name = "den";
  std::string alt_names = "DNS:den.example.org,DNS:*.lan.example.org";  // empty = none
  std::string purpose = "serverAuth";                                   // empty = any
  std::int64_t from_unix = 0, until_unix = 0;                           // 0 = yesterday, in a year
  const char* curve = "prime256v1";                                     // null = RSA
  unsigned rsa_bits = 2048;
  const EVP_MD* digest = EVP_sha256();
};

struct ServerCertificate {
  crypto::PkeyPtr key;
  crypto::X509Ptr x509;
  std::string certificate_pem, key_pem;
};

inline std::string bio_text(BIO* bio) {
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

inline void add_extension(X509* x509, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

// Self-signed, or signed by `issuer`.
inline ServerCertificate make_server_certificate(const CertificateWish& wish = {},
                                                 const ServerCertificate* issuer = nullptr) {
  ServerCertificate made;
  made.key.reset(wish.curve != nullptr ? EVP_EC_gen(wish.curve) : EVP_RSA_gen(wish.rsa_bits));
  made.x509.reset(X509_new());
  auto* const x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
  const auto now = unix_now();
  ASN1_TIME_set(X509_getm_notBefore(x509), wish.from_unix != 0 ? wish.from_unix : now - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(x509),
                wish.until_unix != 0 ? wish.until_unix : now + 365 * 86'400);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer != nullptr ? issuer->x509.get() : x509));
  if (!wish.alt_names.empty()) add_extension(x509, NID_subject_alt_name, wish.alt_names);
  if (!wish.purpose.empty()) add_extension(x509, NID_ext_key_usage, wish.purpose);
  X509_sign(x509, issuer != nullptr ? issuer->key.get() : made.key.get(), wish.digest);
  const crypto::BioPtr certificate(BIO_new(BIO_s_mem()));
  const crypto::BioPtr key(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate.get(), x509);
  PEM_write_bio_PrivateKey(key.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.certificate_pem = bio_text(certificate.get());
  made.key_pem = bio_text(key.get());
  return made;
}

// The same key behind a passphrase.
inline std::string with_passphrase(const ServerCertificate& certificate) {
  const crypto::BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), certificate.key.get(), EVP_aes_128_cbc(), "secret", 6,
                                nullptr, nullptr);
  return bio_text(out.get());
}

}  // namespace pf::test
