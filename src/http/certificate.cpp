#include "http/certificate.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "crypto/ossl.hpp"
#include "http/tls_context.hpp"

namespace pf::http {
namespace {

using crypto::BioPtr;
using crypto::PkeyPtr;
using crypto::X509Ptr;

constexpr std::size_t kMostCertificates = 8;
constexpr std::size_t kLongestPem = 64 * 1024;
constexpr std::size_t kMostNames = 100;
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
constexpr int kLeastSignatureBits = 112;  // SHA-1 is below

Failure refused(std::string sentence) {
  return fail(Errc::BadTlsIdentity, std::move(sentence));
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

std::string text_of(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return {};
  return text_of(bio.get());
}

std::int64_t unix_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(::timegm(&parts)) : 0;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// A DNS name in lower case; empty when it is none (an address, bytes that end it early).
std::string dns_name(const ASN1_STRING* text) {
  const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  std::string name(bytes, static_cast<std::size_t>(ASN1_STRING_length(text)));
  std::transform(name.begin(), name.end(), name.begin(), lower);
  const auto labels = std::string_view(name).substr(name.starts_with("*.") ? 2 : 0);
  const bool fine =
      !labels.empty() && labels.size() <= 253 &&
      std::all_of(labels.begin(), labels.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
      });
  return fine ? name : std::string();
}

std::vector<std::string> names_of(X509* x509) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, crypto::OsslDelete<GENERAL_NAMES_free>> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type != GEN_DNS || names.size() >= kMostNames) continue;
    if (auto text = dns_name(name->d.dNSName); !text.empty()) names.push_back(std::move(text));
  }
  return names;
}

CertificateFacts facts_of(X509* x509, const crypto::Fingerprint& fingerprint) {
  return {
      text_of(X509_get_subject_name(x509)), text_of(X509_get_issuer_name(x509)), fingerprint,
      unix_of(X509_get0_notBefore(x509)),   unix_of(X509_get0_notAfter(x509)),   names_of(x509)};
}

Result<std::vector<X509Ptr>> read_chain(std::string_view pem) {
  std::vector<X509Ptr> chain;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (bio && chain.size() <= kMostCertificates) {
    X509Ptr next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    chain.push_back(std::move(next));
  }
  if (chain.empty())
    return refused(
        "The certificate is not PEM text. It begins with the line -----BEGIN CERTIFICATE-----.");
  if (chain.size() > kMostCertificates)
    return refused(fmt::format("There are more than {} certificates.", kMostCertificates));
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) != X509_V_OK)
      return refused(
          fmt::format("Certificate number {} did not sign the one before it. The host's "
                      "own comes first, then the one that signed it, and so on.",
                      i + 1));
  return chain;
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

Result<PkeyPtr> read_key(std::string_view pem) {
  if (pem.find("ENCRYPTED") != std::string_view::npos)
    return refused(
        "The private key is protected by a passphrase, which the host does not know when it "
        "starts. Take it off first: openssl pkey -in key.pem -out plain.pem.");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  PkeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key)
    return refused(
        "The private key is not PEM text. It begins with the line -----BEGIN PRIVATE KEY-----.");
  return key;
}

Result<> check_strength(EVP_PKEY* key, X509* leaf) {
  const int bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    if (bits < kLeastRsaBits)
      return refused(fmt::format("The key is too weak: RSA with {} bits. Make one with {} or more.",
                                 bits, kLeastRsaBits));
    if (bits > kMostRsaBits)
      return refused(
          fmt::format("The key is too long: RSA with {} bits makes every connection "
                      "slow. Make one with {} at most.",
                      bits, kMostRsaBits));
  } else {
    char group[64]{};
    std::size_t length = 0;
    const bool known =
        EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
        (std::string_view(group) == "prime256v1" || std::string_view(group) == "secp384r1");
    if (!known)
      return refused(
          "Browsers do not take this kind of key. Make an RSA key with 2048 bits or more, or an EC "
          "key on the curve P-256 or P-384.");
  }
  int strength = 0;
  if (X509_get_signature_info(leaf, nullptr, nullptr, &strength, nullptr) != 1 ||
      strength < kLeastSignatureBits)
    return refused(
        "The certificate is signed with an old, weak digest. Have it issued again with SHA-256.");
  return {};
}

Result<> check_presentable(EVP_PKEY* key, X509* leaf, const CertificateFacts& facts,
                           std::int64_t now) {
  const auto day = [](std::int64_t at) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(at)));
  };
  if (auto strong = check_strength(key, leaf); !strong) return strong;
  if (now >= facts.not_after_unix)
    return refused(
        fmt::format("The certificate expired on {}. Have it renewed.", day(facts.not_after_unix)));
  if (now < facts.not_before_unix)
    return refused(
        fmt::format("The certificate is not valid before {}. If that is in the past, "
                    "the clock of this machine is wrong.",
                    day(facts.not_before_unix)));
  if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1)
    return refused("The certificate is not meant for servers. Have one issued for a web server.");
  if (facts.names.empty())
    return refused(
        "The certificate has no DNS name (subjectAltName). The host shows it to those who ask by "
        "such a name; by address it keeps its own, which devices know by its fingerprint.");
  return {};
}

}  // namespace

CertificateFacts facts_of(const crypto::Certificate& certificate) {
  const auto* at = certificate.der().data();
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
  return x509 ? facts_of(x509.get(), certificate.fingerprint()) : CertificateFacts{};
}

Result<CheckedIdentity> read_identity(std::string_view chain_pem, std::string_view key_pem,
                                      Strictness strictness, std::int64_t now_unix) {
  if (chain_pem.size() > kLongestPem || key_pem.size() > kLongestPem)
    return refused("The certificate or the key is too long.");
  auto chain = read_chain(chain_pem);
  if (!chain) return pass(chain);
  auto key = read_key(key_pem);
  if (!key) return pass(key);
  if (X509_check_private_key(chain->front().get(), key->get()) != 1)
    return refused(
        "The private key does not belong to the first certificate. The host's own certificate "
        "comes first.");

  CheckedIdentity out;
  const BioPtr certificates(BIO_new(BIO_s_mem()));
  const BioPtr secret(BIO_new(BIO_s_secmem()));
  bool written = certificates && secret &&
                 PEM_write_bio_PrivateKey(secret.get(), key->get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1;
  for (const auto& one : *chain)
    written = written && PEM_write_bio_X509(certificates.get(), one.get()) == 1;
  if (!written) return refused("The certificate could not be read.");
  out.identity = {text_of(certificates.get()), text_of(secret.get())};
  auto leaf = crypto::Certificate::from_pem(out.identity.certificate_pem);
  if (!leaf) return refused("The certificate could not be read.");
  out.facts = facts_of(chain->front().get(), leaf->fingerprint());
  if (strictness == Strictness::Presentable)
    if (auto fine = check_presentable(key->get(), chain->front().get(), out.facts, now_unix); !fine)
      return pass(fine);
  if (auto context = make_tls_context(out.identity); !context) return pass(context);
  return out;
}

bool covers(const std::vector<std::string>& names, std::string_view asked) {
  std::string name(asked);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  const auto dot = name.find('.');
  return std::any_of(names.begin(), names.end(), [&](const std::string& known) {
    if (!known.starts_with("*.")) return known == name;
    return dot != std::string::npos && dot > 0 &&
           std::string_view(name).substr(dot) == std::string_view(known).substr(1);
  });
}

}  // namespace pf::http
