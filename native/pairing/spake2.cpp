#include "native/pairing/spake2.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "crypto/digest.hpp"

namespace pf::native::pairing {
namespace {

using Point = std::array<std::uint8_t, crypto_core_ed25519_BYTES>;

// The constants M and N of the exchange (punktfunk1.md 5.4).
constexpr Point kM = {0x15, 0xcf, 0xd1, 0x8e, 0x38, 0x59, 0x52, 0x98, 0x2b, 0x6a, 0x8f,
                      0x8c, 0x78, 0x54, 0x96, 0x3b, 0x58, 0xe3, 0x43, 0x88, 0xc8, 0xe6,
                      0xda, 0xe8, 0x91, 0xdb, 0x75, 0x64, 0x81, 0xa0, 0x23, 0x12};
constexpr Point kN = {0xf0, 0x4f, 0x2e, 0x7e, 0xb7, 0x34, 0xb2, 0xa8, 0xf8, 0xb4, 0x72,
                      0xea, 0xf9, 0xc3, 0xc6, 0x32, 0x57, 0x6a, 0xc6, 0x4a, 0xea, 0x65,
                      0x0b, 0x49, 0x6a, 0x8a, 0x20, 0xff, 0x00, 0xe5, 0x83, 0xc3};

constexpr std::uint8_t side(Role role) {
  return role == Role::Client ? 'A' : 'B';
}
// The blinding constant of what `role` sends.
constexpr const Point& blind(Role role) {
  return role == Role::Client ? kM : kN;
}
constexpr Role other(Role role) {
  return role == Role::Client ? Role::Host : Role::Client;
}

// HMAC-SHA256 over the parts one after the other.
Mac hmac(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const auto part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  Mac out;
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

// HKDF-SHA256(password, no salt, "SPAKE2 pw", 48 bytes), read as a big-endian number, modulo the
// group order.
Scalar password_scalar(ByteSpan password) {
  constexpr std::size_t kLength = 48;
  const std::array<std::uint8_t, 32> no_salt{};
  const std::array<std::uint8_t, 1> one{1}, two{2};
  auto extracted = hmac(no_salt, {password});
  auto first = hmac(extracted, {as_bytes("SPAKE2 pw"), one});
  auto second = hmac(extracted, {first, as_bytes("SPAKE2 pw"), two});
  // The reduction wants 64 bytes, least significant first.
  std::array<std::uint8_t, crypto_core_ed25519_NONREDUCEDSCALARBYTES> wide{};
  std::copy(first.begin(), first.end(), wide.begin());
  std::copy_n(second.begin(), kLength - first.size(), wide.begin() + first.size());
  std::reverse(wide.begin(), wide.begin() + kLength);
  Scalar w;
  crypto_core_ed25519_scalar_reduce(w.data(), wide.data());
  for (auto* secret : {&extracted, &first, &second}) crypto::wipe(*secret);
  crypto::wipe(wide);
  return w;
}

void initialise() {
  static const int ready = sodium_init();
  PF_ASSERT(ready >= 0);
}

}  // namespace

Proofs::~Proofs() {
  for (auto* secret : {&key, &confirm_host, &confirm_client}) crypto::wipe(*secret);
}

Spake2::Spake2(Role role, ByteSpan password, ByteSpan client_id, ByteSpan host_id) : role_(role) {
  initialise();
  crypto_core_ed25519_scalar_random(scalar_.data());  // never zero
  start(password, client_id, host_id);
}

Spake2::Spake2(Role role, ByteSpan password, ByteSpan client_id, ByteSpan host_id,
               const Scalar& scalar)
    : role_(role), scalar_(scalar) {
  initialise();
  start(password, client_id, host_id);
}

Spake2::~Spake2() {
  crypto::wipe(scalar_);
  crypto::wipe(w_);
  crypto::wipe(password_digest_);
}

void Spake2::start(ByteSpan password, ByteSpan client_id, ByteSpan host_id) {
  w_ = password_scalar(password);
  password_digest_ = crypto::sha256(password);
  const auto client_digest = crypto::sha256(client_id);
  const auto host_digest = crypto::sha256(host_id);
  std::copy(client_digest.begin(), client_digest.end(), ids_digest_.begin());
  std::copy(host_digest.begin(), host_digest.end(), ids_digest_.begin() + 32);
  client_id_.assign(client_id.begin(), client_id.end());
  host_id_.assign(host_id.begin(), host_id.end());

  Point public_part, blinding;
  const int made =
      crypto_scalarmult_ed25519_base_noclamp(public_part.data(), scalar_.data()) |
      crypto_scalarmult_ed25519_noclamp(blinding.data(), w_.data(), blind(role_).data()) |
      crypto_core_ed25519_add(message_.data() + 1, public_part.data(), blinding.data());
  PF_ASSERT(made == 0);  // the scalars are not zero and the constants are in the group
  message_[0] = side(role_);
  // Each of them with the message gives the password away to whoever tries all of them.
  crypto::wipe(public_part);
  crypto::wipe(blinding);
}

bool Spake2::acceptable(Role sender, ByteSpan message) {
  initialise();
  return message.size() == SpakeMessage().size() && message[0] == side(sender) &&
         crypto_core_ed25519_is_valid_point(message.data() + 1) == 1;
}

Result<Proofs> Spake2::finish(ByteSpan peer_message) const {
  const auto peer = other(role_);
  if (!acceptable(peer, peer_message)) return fail(Errc::BadMessage, "public part");
  Point blinding, unblinded, shared;
  // The last step refuses the identity, which only a dishonest peer can bring about.
  const bool made =
      crypto_scalarmult_ed25519_noclamp(blinding.data(), w_.data(), blind(peer).data()) == 0 &&
      crypto_core_ed25519_sub(unblinded.data(), peer_message.data() + 1, blinding.data()) == 0 &&
      crypto_scalarmult_ed25519_noclamp(shared.data(), scalar_.data(), unblinded.data()) == 0;
  crypto::wipe(blinding);
  crypto::wipe(unblinded);
  if (!made) return fail(Errc::BadMessage, "public part");

  const auto own_point = ByteSpan(message_).subspan(1);
  const auto peer_point = peer_message.subspan(1);
  const bool client = role_ == Role::Client;
  Proofs proofs;
  proofs.key = crypto::sha256({password_digest_, ids_digest_, client ? own_point : peer_point,
                               client ? peer_point : own_point, shared});
  crypto::wipe(shared);
  proofs.confirm_host = hmac(proofs.key, {as_bytes("punktfunk-pair-host"), client_id_, host_id_});
  proofs.confirm_client =
      hmac(proofs.key, {as_bytes("punktfunk-pair-client"), client_id_, host_id_});
  return proofs;
}

bool proof_matches(const Mac& expected, ByteSpan got) {
  return crypto::equal_constant_time(expected, got);
}

}  // namespace pf::native::pairing
