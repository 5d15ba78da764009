// Which libraries do the AEAD ciphers here (performance notes, Sealing).
#pragma once

#include <string>
#include <vector>

namespace pf::crypto {

struct AeadLibrary {
  const char* name;    // "ipsec-mb", "openssl"
  std::string reason;  // why it is not used, for people; empty when it is usable
};

// In order of preference; the last one is always usable. The first call, from any thread, loads
// what is optional and lets every library give known answers for both ciphers; one that gives
// another answer is not used.
const std::vector<AeadLibrary>& aead_libraries();

// The one that Aead takes by itself.
const char* best_aead_library();

}  // namespace pf::crypto
