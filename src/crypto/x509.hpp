// X.509 certificates as peers present them. Trust is the exact SHA-256 of the leaf's DER and
// nothing else: no chain building, no dates, no names (product notes, Security rules 1).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/errc.hpp"

namespace pf::crypto {

// Lower-case hex SHA-256 of the certificate's DER (64 characters).
using Fingerprint = std::string;

class Certificate {
 public:
  // Accepts X.509 v1 to v3, any serial, any dates. The input must be one certificate, ≤ 16 KiB.
  static Result<Certificate> from_pem(std::string_view pem);
  static Result<Certificate> from_der(ByteSpan der);

  const Bytes& der() const { return der_; }
  const Fingerprint& fingerprint() const { return fingerprint_; }
  std::string pem() const;
  // The raw signatureValue bits (gamestream.md 3.1, sig(cert)).
  const Bytes& signature() const { return signature_; }
  bool is_rsa() const { return rsa_bits_ != 0; }
  unsigned rsa_bits() const { return rsa_bits_; }

  // RSASSA-PKCS1-v1_5 with SHA-256 over `message` under the certificate's key.
  bool verify_rsa_sha256(ByteSpan message, ByteSpan signature) const;

 private:
  Bytes der_;
  Bytes signature_;
  Fingerprint fingerprint_;
  unsigned rsa_bits_ = 0;
};

bool is_fingerprint(std::string_view text);  // 64 hex digits, either case

}  // namespace pf::crypto
