#include "crypto/x509.hpp"

#include <openssl/pem.h>

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "crypto/ossl.hpp"

namespace pf::crypto {
namespace {

constexpr std::size_t kMaxBytes = 16 * 1024;

X509Ptr parse(ByteSpan der) {
  const unsigned char* at = der.data();
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  // Trailing bytes would make two different inputs share one certificate.
  if (x509 && at != der.data() + der.size()) x509.reset();
  return x509;
}

}  // namespace

Result<Certificate> Certificate::from_der(ByteSpan der) {
  if (der.empty() || der.size() > kMaxBytes) return fail(Errc::BadCertificate, "size");
  const auto x509 = parse(der);
  if (!x509) return fail(Errc::BadCertificate, "DER");
  auto* const key = X509_get0_pubkey(x509.get());
  if (key == nullptr) return fail(Errc::BadCertificate, "public key");

  Certificate certificate;
  certificate.der_.assign(der.begin(), der.end());
  certificate.fingerprint_ = to_hex(sha256(der));
  const ASN1_BIT_STRING* signature = nullptr;
  X509_get0_signature(&signature, nullptr, x509.get());
  const auto* bits = ASN1_STRING_get0_data(signature);
  certificate.signature_.assign(bits, bits + ASN1_STRING_length(signature));
  if (EVP_PKEY_base_id(key) == EVP_PKEY_RSA)
    certificate.rsa_bits_ = static_cast<unsigned>(EVP_PKEY_bits(key));
  return certificate;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  if (pem.empty() || pem.size() > 2 * kMaxBytes) return fail(Errc::BadPem, "size");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr x509(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!x509) return fail(Errc::BadPem);
  unsigned char* encoded = nullptr;
  const int length = i2d_X509(x509.get(), &encoded);
  if (length <= 0) return fail(Errc::BadCertificate, "DER");
  const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owner(
      encoded);
  return from_der({encoded, static_cast<std::size_t>(length)});
}

std::string Certificate::pem() const {
  const auto x509 = parse(der_);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PF_ASSERT(x509 && bio && PEM_write_bio_X509(bio.get(), x509.get()) == 1);
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

bool Certificate::verify_rsa_sha256(ByteSpan message, ByteSpan signature) const {
  const auto x509 = parse(der_);
  const MdCtxPtr ctx(EVP_MD_CTX_new());
  if (!x509 || !ctx || !is_rsa()) return false;
  return EVP_DigestVerifyInit(ctx.get(), nullptr, EVP_sha256(), nullptr,
                              X509_get0_pubkey(x509.get())) == 1 &&
         EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

bool is_fingerprint(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

}  // namespace pf::crypto
