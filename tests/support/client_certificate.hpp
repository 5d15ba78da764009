// Client certificates as game-stream clients make them: self-signed RSA, often with serial number
// 0, sometimes X.509 v1, and dates that nobody should look at.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>

#include "base/result.hpp"
#include "crypto/identity.hpp"
#include "crypto/ossl.hpp"

namespace pf::test {

struct ClientCertificateOptions {
  long version = X509_VERSION_3;
  long serial = 0;
  unsigned bits = 2048;
  bool out_of_date = false;
};

inline crypto::Identity make_client_identity(const ClientCertificateOptions& options = {}) {
  const crypto::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  EVP_PKEY* raw = nullptr;
  PF_ASSERT(EVP_PKEY_keygen_init(ctx.get()) == 1);
  PF_ASSERT(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx.get(), static_cast<int>(options.bits)) == 1);
  PF_ASSERT(EVP_PKEY_keygen(ctx.get(), &raw) == 1);
  const crypto::PkeyPtr key(raw);
  const crypto::X509Ptr x509(X509_new());
  X509_set_version(x509.get(), options.version);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), options.serial);
  const long begin = options.out_of_date ? -900'000 : -86'400;
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), begin);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), begin + 800'000);
  X509_set_pubkey(x509.get(), key.get());
  auto* const name = X509_get_subject_name(x509.get());
  const std::string subject = "NVIDIA GameStream Client";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509.get(), name);
  PF_ASSERT(X509_sign(x509.get(), key.get(), EVP_sha256()) > 0);
  const auto pem = [](auto write) {
    const crypto::BioPtr bio(BIO_new(BIO_s_mem()));
    PF_ASSERT(write(bio.get()) == 1);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(length));
  };
  auto identity = crypto::Identity::from_pem(
      pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509.get()); }), pem([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      }));
  PF_ASSERT(identity.has_value());
  return *identity;
}

}  // namespace pf::test
