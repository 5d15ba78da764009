// SPAKE2 over edwards25519 as native clients speak it (punktfunk1.md 5.4): client is side A, host
// is side B. Both roles, because the reference client and the tests are clients. Any one thread at
// a time.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "native/pairing/errc.hpp"

namespace pf::native::pairing {

enum class Role : std::uint8_t { Client = 1, Host };

using SpakeMessage = std::array<std::uint8_t, 33>;  // side byte, compressed point
using Mac = std::array<std::uint8_t, 32>;
using Scalar = std::array<std::uint8_t, 32>;  // little-endian, below the group order

// The proofs of both sides; wiped when it goes.
struct Proofs {
  Mac key{};             // for nothing but the two proofs
  Mac confirm_host{};    // HMAC-SHA256(key, "punktfunk-pair-host" ‖ client ‖ host)
  Mac confirm_client{};  // HMAC-SHA256(key, "punktfunk-pair-client" ‖ client ‖ host)
  Proofs() = default;
  Proofs(const Proofs&) = default;
  Proofs& operator=(const Proofs&) = default;
  ~Proofs();
};

// One side of one exchange. Its secrets are wiped when it goes.
class Spake2 {
 public:
  // `password`: the PIN's ASCII digits. `client_id`, `host_id`: SHA-256 of the certificates as seen
  // on this very connection, raw. Draws a fresh scalar.
  Spake2(Role role, ByteSpan password, ByteSpan client_id, ByteSpan host_id);
  // With a given scalar in 1 … order-1, for known vectors.
  Spake2(Role role, ByteSpan password, ByteSpan client_id, ByteSpan host_id, const Scalar& scalar);
  Spake2(const Spake2&) = delete;
  Spake2& operator=(const Spake2&) = delete;
  ~Spake2();

  // What goes to the peer.
  const SpakeMessage& message() const { return message_; }
  // Errc::BadMessage: not 33 bytes, the wrong side, or not a point of the prime-order group.
  Result<Proofs> finish(ByteSpan peer_message) const;
  // Whether finish() could take it, as far as its own bytes say.
  static bool acceptable(Role sender, ByteSpan message);

 private:
  void start(ByteSpan password, ByteSpan client_id, ByteSpan host_id);

  const Role role_;
  Scalar scalar_{};
  Scalar w_{};  // the password as a scalar
  std::array<std::uint8_t, 32> password_digest_{};
  std::array<std::uint8_t, 64> ids_digest_{};
  Bytes client_id_, host_id_;
  SpakeMessage message_{};
};

// Time depends on nothing secret.
bool proof_matches(const Mac& expected, ByteSpan got);

}  // namespace pf::native::pairing
