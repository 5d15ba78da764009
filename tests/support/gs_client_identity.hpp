// A GameStream client's certificate and key, and the look-alikes that a stranger could make of
// them. Test support.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "crypto/ossl.hpp"

namespace pf::test::gs {

struct CertificateOptions {
  std::string common_name = "NVIDIA GameStream Client";
  std::int64_t serial = 0;  // as Qt and embedded do (gamestream.md 2.2)
  bool version1 = false;
  std::int64_t valid_from_s = 0;  // relative to now
  std::int64_t valid_for_s = 20LL * 365 * 24 * 3600;
};

// A value; copies share the key.
class ClientIdentity {
 public:
  // A fresh RSA key with a self-signed certificate.
  static ClientIdentity generate(const CertificateOptions& options = {}, unsigned bits = 2048);
  static ClientIdentity from_parts(const std::string& certificate_pem,
                                   std::shared_ptr<EVP_PKEY> key);
  // Certificate and key as PEM in one file, so that programs share what is dear to make. Nothing
  // when the file is not there or not whole.
  static std::optional<ClientIdentity> load(const std::string& file);
  void save(const std::string& file) const;

  // The same key in another self-signed certificate.
  ClientIdentity reissue(const CertificateOptions& options) const;
  // A fresh key in a certificate signed by this one.
  ClientIdentity issue_child(const CertificateOptions& options) const;

  const std::string& pem() const { return pem_; }
  const Bytes& der() const { return der_; }
  std::string fingerprint() const;  // lower-case hex SHA-256 of the DER
  Bytes signature() const;          // sig(cert), gamestream.md 3.1
  // RSASSA-PKCS1-v1_5 with SHA-256.
  Bytes sign(ByteSpan message) const;

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

 private:
  ClientIdentity(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key);
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
  std::string pem_;
  Bytes der_;
};

std::shared_ptr<X509> parse_pem(const std::string& pem);  // null when it is none
Bytes certificate_der(X509* certificate);
Bytes certificate_signature(X509* certificate);
bool verify(X509* certificate, ByteSpan message, ByteSpan signature);

}  // namespace pf::test::gs
