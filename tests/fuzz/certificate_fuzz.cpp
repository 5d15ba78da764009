// Certificates of peers, as DER (TLS) and as PEM (pairing).
#include "base/result.hpp"
#include "crypto/x509.hpp"

namespace {

using namespace pf;

void check(const Result<crypto::Certificate>& certificate) {
  if (!certificate) return;
  PF_ASSERT(crypto::is_fingerprint(certificate->fingerprint()));
  PF_ASSERT(!certificate->der().empty());
  PF_ASSERT(certificate->pem().starts_with("-----BEGIN CERTIFICATE-----"));
  // Nobody signs this.
  const Bytes signature(certificate->rsa_bits() / 8, 0x5A);
  PF_ASSERT(!certificate->verify_rsa_sha256(as_bytes("message"), signature));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(crypto::Certificate::from_der({data, size}));
  check(crypto::Certificate::from_pem(as_text({data, size})));
  return 0;
}
