#include "support/gs_client_identity.hpp"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cstdio>

#include "base/hex.hpp"
#include "base/result.hpp"
#include "support/gs_client_crypto.hpp"

namespace pf::test::gs {
namespace {

std::shared_ptr<EVP_PKEY> make_key(unsigned bits) {
  EVP_PKEY* key = nullptr;
  const crypto::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  PF_ASSERT(EVP_PKEY_keygen_init(ctx.get()) == 1);
  PF_ASSERT(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx.get(), static_cast<int>(bits)) == 1);
  PF_ASSERT(EVP_PKEY_keygen(ctx.get(), &key) == 1);
  return {key, EVP_PKEY_free};
}

// `issuer` and `signer`: null = self-signed.
std::shared_ptr<X509> make_certificate(const CertificateOptions& options, EVP_PKEY* key,
                                       X509* issuer, EVP_PKEY* signer) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), options.version1 ? 0 : 2);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), options.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()),
                  options.valid_from_s + options.valid_for_s);
  auto* name = X509_get_subject_name(certificate.get());
  const auto cn = as_bytes(options.common_name);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, cn.data(), static_cast<int>(cn.size()), -1,
                             0);
  X509_set_issuer_name(certificate.get(), issuer != nullptr ? X509_get_subject_name(issuer) : name);
  X509_set_pubkey(certificate.get(), key);
  PF_ASSERT(X509_sign(certificate.get(), signer != nullptr ? signer : key, EVP_sha256()) != 0);
  return certificate;
}

}  // namespace

ClientIdentity::ClientIdentity(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {
  PF_ASSERT(certificate_ != nullptr);
  der_ = certificate_der(certificate_.get());
  const crypto::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate_.get());
  pem_.resize(BIO_ctrl_pending(bio.get()));
  BIO_read(bio.get(), pem_.data(), static_cast<int>(pem_.size()));
}

ClientIdentity ClientIdentity::generate(const CertificateOptions& options, unsigned bits) {
  auto key = make_key(bits);
  auto certificate = make_certificate(options, key.get(), nullptr, nullptr);
  return {std::move(certificate), std::move(key)};
}

ClientIdentity ClientIdentity::from_parts(const std::string& certificate_pem,
                                          std::shared_ptr<EVP_PKEY> key) {
  return {parse_pem(certificate_pem), std::move(key)};
}

std::optional<ClientIdentity> ClientIdentity::load(const std::string& file) {
  const crypto::BioPtr bio(BIO_new_file(file.c_str(), "r"));
  if (bio == nullptr) return std::nullopt;
  std::shared_ptr<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                    X509_free);
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr),
                                EVP_PKEY_free);
  if (certificate == nullptr || key == nullptr) return std::nullopt;
  return ClientIdentity(std::move(certificate), std::move(key));
}

void ClientIdentity::save(const std::string& file) const {
  const auto temporary = file + "." + std::to_string(::getpid());
  {
    const crypto::BioPtr bio(BIO_new_file(temporary.c_str(), "w"));
    if (bio == nullptr) return;
    PEM_write_bio_X509(bio.get(), certificate_.get());
    PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
  ::rename(temporary.c_str(), file.c_str());
}

ClientIdentity ClientIdentity::reissue(const CertificateOptions& options) const {
  return {make_certificate(options, key_.get(), nullptr, nullptr), key_};
}

ClientIdentity ClientIdentity::issue_child(const CertificateOptions& options) const {
  auto key = make_key(2048);
  auto certificate = make_certificate(options, key.get(), certificate_.get(), key_.get());
  return {std::move(certificate), std::move(key)};
}

std::string ClientIdentity::fingerprint() const {
  return to_hex(sha256(der_));
}

Bytes ClientIdentity::signature() const {
  return certificate_signature(certificate_.get());
}

Bytes ClientIdentity::sign(ByteSpan message) const {
  const crypto::MdCtxPtr ctx(EVP_MD_CTX_new());
  std::size_t size = 0;
  PF_ASSERT(EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  PF_ASSERT(EVP_DigestSign(ctx.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes signature(size);
  PF_ASSERT(EVP_DigestSign(ctx.get(), signature.data(), &size, message.data(), message.size()) ==
            1);
  signature.resize(size);
  return signature;
}

std::shared_ptr<X509> parse_pem(const std::string& pem) {
  const crypto::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free};
}

Bytes certificate_der(X509* certificate) {
  std::uint8_t* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  PF_ASSERT(size > 0);
  Bytes der(data, data + size);
  ::CRYPTO_free(data, __FILE__, __LINE__);
  return der;
}

Bytes certificate_signature(X509* certificate) {
  const ASN1_BIT_STRING* signature = nullptr;
  X509_get0_signature(&signature, nullptr, certificate);
  return {signature->data, signature->data + signature->length};
}

bool verify(X509* certificate, ByteSpan message, ByteSpan signature) {
  const crypto::MdCtxPtr ctx(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(ctx.get(), nullptr, EVP_sha256(), nullptr,
                              X509_get0_pubkey(certificate)) == 1 &&
         EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace pf::test::gs
