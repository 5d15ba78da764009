// The pairing exchange as plain functions (gamestream.md 3.1). Random values are parameters, so
// recorded exchanges become tests. Waiting and order are in pairing_attempts.hpp.
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/identity.hpp"
#include "crypto/x509.hpp"

namespace pf::gamestream::pairing {

using Block = std::array<std::uint8_t, 16>;

// K: the first 16 bytes of SHA-256(salt ‖ PIN digits).
Block derive_key(const Block& salt, std::string_view pin);

// Phase 2. `client_challenge`: 16 encrypted bytes. `host_signature`: the signature bits of the
// host's certificate. Returns the 48 bytes of `challengeresponse`: E(SHA-256(Cc ‖ signature ‖ Ss) ‖
// Cs).
Result<Bytes> answer_challenge(const Block& key, ByteSpan client_challenge, ByteSpan host_signature,
                               const Block& server_secret, const Block& server_challenge);

// Phase 3, what the client commits to: D of 32 bytes. With a wrong PIN it is garbage that nobody
// can tell from a hash.
Result<crypto::Sha256> open_commitment(const Block& key, ByteSpan encrypted);

// Phase 3, the reply `pairingsecret`: Ss ‖ signature of Ss under the host's key.
Result<Bytes> pairing_secret(const crypto::Identity& host, const Block& server_secret);

// Phase 4. `client_pairing_secret`: Sc (16 bytes) ‖ signature of Sc.
enum class Verdict : std::uint8_t {
  Good = 1,
  Malformed,       // no room for a signature
  WrongHash,       // another PIN was typed, or somebody sits in between
  WrongSignature,  // the client does not hold its certificate's key
};
Verdict judge_client(const crypto::Certificate& client, const Block& server_challenge,
                     const crypto::Sha256& commitment, ByteSpan client_pairing_secret);

}  // namespace pf::gamestream::pairing
