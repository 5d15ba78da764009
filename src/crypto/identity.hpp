// The host's own identity: one self-signed RSA-2048 certificate that every client pins
// (gamestream.md 2.2), used for GameStream, the management API and the native plane alike.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "crypto/x509.hpp"

namespace pf::crypto {

class Identity {
 public:
  // Loads `host-cert.pem` and `host-key.pem` from `folder`, or makes and stores them when neither
  // exists. Any other state (one missing, unreadable, not matching) is an error that names the
  // file: a new identity would make every paired client a stranger. Key file 0600.
  static Result<Identity> load_or_create(const std::filesystem::path& folder);
  // For tests: a fresh identity that is stored nowhere. `bits` ≥ 2048 except in tests of old
  // vectors.
  static Result<Identity> generate(const std::string& common_name, unsigned bits = 2048);
  static Result<Identity> from_pem(const std::string& certificate_pem, const std::string& key_pem);

  const Certificate& certificate() const { return certificate_; }
  const std::string& certificate_pem() const { return certificate_pem_; }
  const std::string& key_pem() const { return key_pem_; }  // secret
  // RSASSA-PKCS1-v1_5 with SHA-256.
  Result<Bytes> sign_rsa_sha256(ByteSpan message) const;

 private:
  Certificate certificate_;
  std::string certificate_pem_;
  std::string key_pem_;
};

}  // namespace pf::crypto
