#include "crypto/identity.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>

#include "base/atomic_file.hpp"
#include "crypto/digest.hpp"
#include "crypto/ossl.hpp"

namespace pf::crypto {
namespace {

constexpr int kYears = 20;

std::string bio_text(BIO* bio) {
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

PkeyPtr read_key(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // The empty password keeps the library from asking on the terminal for an encrypted key.
  static char no_password[] = "";
  return PkeyPtr(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password) : nullptr);
}

PkeyPtr make_rsa(unsigned bits) {
  const PkeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  EVP_PKEY* key = nullptr;
  if (!ctx || EVP_PKEY_keygen_init(ctx.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(ctx.get(), static_cast<int>(bits)) != 1 ||
      EVP_PKEY_keygen(ctx.get(), &key) != 1)
    return nullptr;
  return PkeyPtr(key);
}

X509Ptr self_sign(EVP_PKEY* key, const std::string& common_name) {
  X509Ptr x509(X509_new());
  if (!x509) return nullptr;
  auto serial = random_array<8>();
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x01);  // positive and not zero
  const std::unique_ptr<BIGNUM, OsslDelete<BN_free>> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509.get()));
  X509_set_version(x509.get(), X509_VERSION_3);
  // A day back, for clients whose clock is behind.
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -86'400);
  X509_time_adj_ex(X509_getm_notAfter(x509.get()), kYears * 365, 0, nullptr);
  X509_set_pubkey(x509.get(), key);
  auto* const name = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(x509.get(), name);
  if (X509_sign(x509.get(), key, EVP_sha256()) == 0) return nullptr;
  return x509;
}

}  // namespace

Result<Identity> Identity::from_pem(const std::string& certificate_pem,
                                    const std::string& key_pem) {
  auto certificate = Certificate::from_pem(certificate_pem);
  if (!certificate) return pass(certificate);
  const auto key = read_key(key_pem);
  if (!key) return fail(Errc::BadKey, "private key");
  const BioPtr bio(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const X509Ptr x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!x509 || X509_check_private_key(x509.get(), key.get()) != 1)
    return fail(Errc::BadKey, "the private key does not belong to the certificate");
  Identity identity;
  identity.certificate_ = std::move(*certificate);
  identity.certificate_pem_ = identity.certificate_.pem();
  identity.key_pem_ = key_pem;
  return identity;
}

Result<Identity> Identity::generate(const std::string& common_name, unsigned bits) {
  const auto key = make_rsa(bits);
  if (!key) return fail(Errc::LibraryFailed, "RSA key");
  const auto x509 = self_sign(key.get(), common_name);
  const BioPtr cert_out(BIO_new(BIO_s_mem()));
  const BioPtr key_out(BIO_new(BIO_s_mem()));
  if (!x509 || !cert_out || !key_out || PEM_write_bio_X509(cert_out.get(), x509.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1)
    return fail(Errc::LibraryFailed, "certificate");
  return from_pem(bio_text(cert_out.get()), bio_text(key_out.get()));
}

Result<Identity> Identity::load_or_create(const std::filesystem::path& folder) {
  const auto cert_path = folder / "host-cert.pem";
  const auto key_path = folder / "host-key.pem";
  std::error_code ignored;
  const bool have_cert = std::filesystem::exists(cert_path, ignored);
  const bool have_key = std::filesystem::exists(key_path, ignored);
  if (!have_cert && !have_key) {
    auto identity = generate("punktfunk host");
    if (!identity) return identity;
    // The certificate is written last: a key without certificate is a half-made identity that
    // nobody has seen yet, and is made anew below.
    if (auto written = write_file_atomically(key_path, identity->key_pem_, 0600); !written)
      return pass(written);
    if (auto written = write_file_atomically(cert_path, identity->certificate_pem_, 0644); !written)
      return pass(written);
    return identity;
  }
  if (have_key && !have_cert) {
    // Killed between the two writes of the first start.
    std::filesystem::remove(key_path, ignored);
    return load_or_create(folder);
  }
  const auto advice = ": restore it from a backup (punktfunk-host restore), or remove both " +
                      cert_path.string() + " and " + key_path.string() +
                      " to start anew; every client then has to pair again";
  if (!have_key) return fail(Errc::FileUnreadable, key_path.string() + " is missing" + advice);
  auto cert_pem = read_file(cert_path, 64 * 1024);
  if (!cert_pem) return fail(Errc::FileUnreadable, cert_pem.error().message() + advice);
  auto key_pem = read_file(key_path, 64 * 1024);
  if (!key_pem) return fail(Errc::FileUnreadable, key_pem.error().message() + advice);
  auto identity = from_pem(*cert_pem, *key_pem);
  if (!identity)
    return fail(Errc::FileUnreadable, cert_path.string() + " or " + key_path.string() +
                                          " is damaged (" + identity.error().message() + ")" +
                                          advice);
  return identity;
}

Result<Bytes> Identity::sign_rsa_sha256(ByteSpan message) const {
  const auto key = read_key(key_pem_);
  const MdCtxPtr ctx(EVP_MD_CTX_new());
  std::size_t length = 0;
  if (!key || !ctx ||
      EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(ctx.get(), nullptr, &length, message.data(), message.size()) != 1)
    return fail(Errc::LibraryFailed, "RSA signature");
  Bytes signature(length);
  if (EVP_DigestSign(ctx.get(), signature.data(), &length, message.data(), message.size()) != 1)
    return fail(Errc::LibraryFailed, "RSA signature");
  signature.resize(length);
  return signature;
}

}  // namespace pf::crypto
