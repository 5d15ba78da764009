#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/digest.hpp"
#include "crypto/ossl.hpp"
#include "probe/identity_store.hpp"

namespace pf::probe {
namespace {

using crypto::OsslDelete;

constexpr long kDaySeconds = 86'400;
constexpr int kYears = 30;

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

bool add_alternative_name(X509* x509) {
  const std::unique_ptr<X509_EXTENSION, OsslDelete<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:punktfunk-client"));
  return extension && X509_add_ext(x509, extension.get(), -1) == 1;
}

crypto::X509Ptr self_sign(EVP_PKEY* key) {
  crypto::X509Ptr x509(X509_new());
  if (!x509) return nullptr;
  auto serial = crypto::random_array<8>();
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7FU) | 0x01U);  // positive and not zero
  const std::unique_ptr<BIGNUM, OsslDelete<BN_free>> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509.get())) == nullptr)
    return nullptr;
  X509_set_version(x509.get(), X509_VERSION_3);
  // A day back, for hosts whose clock is behind.
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -kDaySeconds);
  X509_time_adj_ex(X509_getm_notAfter(x509.get()), kYears * 365, 0, nullptr);
  X509_set_pubkey(x509.get(), key);
  auto* const name = X509_get_subject_name(x509.get());
  static constexpr unsigned char kName[] = "punktfunk-client";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, kName, -1, -1, 0);
  X509_set_issuer_name(x509.get(), name);
  if (!add_alternative_name(x509.get()) || X509_sign(x509.get(), key, EVP_sha256()) == 0)
    return nullptr;
  return x509;
}

crypto::PkeyPtr make_key() {
  const crypto::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
  EVP_PKEY* key = nullptr;
  if (!ctx || EVP_PKEY_keygen_init(ctx.get()) != 1 ||
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx.get(), NID_X9_62_prime256v1) != 1 ||
      EVP_PKEY_keygen(ctx.get(), &key) != 1)
    return nullptr;
  return crypto::PkeyPtr(key);
}

}  // namespace

Result<crypto::Identity> make_client_identity() {
  const auto key = make_key();
  if (!key) return fail(Errc::LibraryFailed, "P-256 key");
  const auto x509 = self_sign(key.get());
  const crypto::BioPtr cert_out(BIO_new(BIO_s_mem()));
  const crypto::BioPtr key_out(BIO_new(BIO_s_mem()));
  if (!x509 || !cert_out || !key_out || PEM_write_bio_X509(cert_out.get(), x509.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1)
    return fail(Errc::LibraryFailed, "certificate");
  return crypto::Identity::from_pem(text_of(cert_out.get()), text_of(key_out.get()));
}

}  // namespace pf::probe
