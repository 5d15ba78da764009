// The certificate that an operator brings for a TLS listener, checked before anything shows it, and
// what people want to know of a certificate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/server.hpp"

namespace pf::http {

struct CertificateFacts {
  std::string subject, issuer;  // "CN = den.example.org"
  crypto::Fingerprint fingerprint;
  std::int64_t not_before_unix = 0, not_after_unix = 0;
  std::vector<std::string> names;  // DNS names that it is for, lower case; "*.example.org" as well
};
// Any thread.
CertificateFacts facts_of(const crypto::Certificate& certificate);

struct CheckedIdentity {
  TlsIdentity identity;  // re-encoded: nothing but the chain and the key
  CertificateFacts facts;
};

// What read_identity() insists on.
enum class Strictness : std::uint8_t {
  Usable = 1,  // it is well formed and the key is the certificate's
  Presentable  // and browsers would take it at `now_unix`: dates, key, signature, purpose, names
};

// `chain_pem`: the host's own certificate, then the ones that signed it, each by the next; up to 8.
// `key_pem`: its private key, not encrypted. Errc::BadTlsIdentity, whose context is a sentence for
// people. Any thread.
Result<CheckedIdentity> read_identity(std::string_view chain_pem, std::string_view key_pem,
                                      Strictness strictness, std::int64_t now_unix);

// Whether a name that a client asks for is one of `names`: itself, or one label below "*.".
bool covers(const std::vector<std::string>& names, std::string_view asked);

}  // namespace pf::http
