#include "native/media/media_keys.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "crypto/digest.hpp"

namespace pf::native::media {
namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

crypto::AeadKind aead_kind(Suite suite) {
  return suite == Suite::Aes128Gcm ? crypto::AeadKind::Aes128Gcm
                                   : crypto::AeadKind::ChaCha20Poly1305;
}

Keys::Keys(Generation generation, Suite suite, ByteSpan secret, const Salt& salt)
    : generation_(generation), suite_(suite), salt_(salt) {
  std::copy(secret.begin(), secret.end(), secret_.begin());
}

Keys::~Keys() {
  crypto::wipe(secret_);
}

Result<Keys> Keys::v1(Suite suite, ByteSpan key, const Salt& salt) {
  if (key.size() != key_bytes(suite)) return fail(Errc::BadConfig, "size of the media key");
  return Keys(Generation::V1, suite, key, salt);
}

Result<Keys> Keys::v2(Suite suite, ByteSpan exporter) {
  if (exporter.size() != kSecretBytes) return fail(Errc::BadConfig, "size of the exporter secret");
  return Keys(Generation::V2, suite, exporter, {});
}

ByteSpan Keys::secret() const {
  return generation_ == Generation::V1 ? ByteSpan(secret_).first(key_bytes(suite_))
                                       : ByteSpan(secret_);
}

Nonce nonce_v1(const Salt& salt, Direction direction, std::uint64_t number) noexcept {
  Nonce nonce;
  std::copy(salt.begin(), salt.end(), nonce.begin());
  nonce[0] = static_cast<std::uint8_t>((salt[0] & 0x7F) | static_cast<unsigned>(direction) << 7);
  store_be(nonce.data() + 4, number);
  return nonce;
}

Nonce EpochKeyV2::nonce(std::uint64_t number) const noexcept {
  Nonce nonce = iv;
  for (std::size_t i = 0; i < 8; ++i)
    nonce[4 + i] = static_cast<std::uint8_t>(nonce[4 + i] ^ number >> 8 * (7 - i));
  return nonce;
}

namespace {

// HKDF-Expand (RFC 5869) for outputs of at most one block: HMAC(prk, info || 01). libsodium's HMAC
// keeps its state on the stack; OpenSSL's would allocate, and keys change on the media path.
void expand(ByteSpan prk, std::string_view label, ByteSpan info, MutableByteSpan out) noexcept {
  constexpr std::uint8_t kFirst = 1;
  crypto_auth_hmacsha256_state state;
  crypto::Sha256 block;
  crypto_auth_hmacsha256_init(&state, prk.data(), prk.size());
  crypto_auth_hmacsha256_update(&state, as_bytes(label).data(), label.size());
  crypto_auth_hmacsha256_update(&state, info.data(), info.size());
  crypto_auth_hmacsha256_update(&state, &kFirst, 1);
  crypto_auth_hmacsha256_final(&state, block.data());
  std::copy_n(block.begin(), out.size(), out.begin());
  crypto::wipe(block);
  sodium_memzero(&state, sizeof state);
}

}  // namespace

Result<KeyScheduleV2> KeyScheduleV2::create(ByteSpan exporter, Direction direction) {
  if (exporter.size() != kSecretBytes) return fail(Errc::BadConfig, "size of the exporter secret");
  KeyScheduleV2 made;
  expand(exporter, direction == Direction::HostToClient ? "pf2 media h2c" : "pf2 media c2h", {},
         made.secret_);
  return made;
}

KeyScheduleV2::~KeyScheduleV2() {
  crypto::wipe(secret_);
}

void KeyScheduleV2::derive(std::uint64_t index, Suite suite, EpochKeyV2& out) const noexcept {
  std::array<std::uint8_t, 8> number;
  store_be(number.data(), index);
  out.key.fill(0);
  expand(secret_, "pf2 iv", number, out.iv);
  expand(secret_, "pf2 key", number, MutableByteSpan(out.key).first(key_bytes(suite)));
}

}  // namespace pf::native::media
