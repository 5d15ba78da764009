#include "native/media/media_keys.hpp"

#include <algorithm>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/ossl.hpp"

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

struct KeyScheduleV2::Impl {
  crypto::MdCtxPtr digest;
  std::array<std::uint8_t, kSecretBytes> secret{};

  ~Impl() { crypto::wipe(secret); }

  // One pass of HMAC (RFC 2104): hash of key XOR `pad`, then the text. The context keeps its
  // algorithm, so beginning anew allocates nothing.
  bool pass(ByteSpan key, std::uint8_t pad, std::initializer_list<ByteSpan> text,
            crypto::Sha256& out) noexcept {
    std::array<std::uint8_t, 64> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i)
      block[i] = static_cast<std::uint8_t>(block[i] ^ key[i]);
    bool ok = EVP_DigestInit_ex(digest.get(), nullptr, nullptr) == 1 &&
              EVP_DigestUpdate(digest.get(), block.data(), block.size()) == 1;
    for (const auto part : text)
      ok = ok && EVP_DigestUpdate(digest.get(), part.data(), part.size()) == 1;
    ok = ok && EVP_DigestFinal_ex(digest.get(), out.data(), nullptr) == 1;
    crypto::wipe(block);
    return ok;
  }

  // HKDF-Expand (RFC 5869) for outputs of at most one block: HMAC(prk, info || 01).
  bool expand(ByteSpan prk, std::initializer_list<ByteSpan> info, MutableByteSpan out) noexcept {
    constexpr std::uint8_t kFirst[] = {1};
    std::array<ByteSpan, 3> parts{};
    std::copy(info.begin(), info.end(), parts.begin());
    crypto::Sha256 inner, outer;
    const bool ok =
        pass(prk, 0x36, {parts[0], parts[1], kFirst}, inner) && pass(prk, 0x5C, {inner}, outer);
    if (ok) std::copy_n(outer.begin(), out.size(), out.begin());
    crypto::wipe(inner);
    crypto::wipe(outer);
    return ok;
  }
};

KeyScheduleV2::KeyScheduleV2(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyScheduleV2::KeyScheduleV2(KeyScheduleV2&&) noexcept = default;
KeyScheduleV2& KeyScheduleV2::operator=(KeyScheduleV2&&) noexcept = default;
KeyScheduleV2::~KeyScheduleV2() = default;

Result<KeyScheduleV2> KeyScheduleV2::create(ByteSpan exporter, Direction direction) {
  if (exporter.size() != kSecretBytes) return fail(Errc::BadConfig, "size of the exporter secret");
  auto impl = std::make_unique<Impl>();
  impl->digest.reset(EVP_MD_CTX_new());
  const std::string_view label =
      direction == Direction::HostToClient ? "pf2 media h2c" : "pf2 media c2h";
  if (!impl->digest || EVP_DigestInit_ex(impl->digest.get(), EVP_sha256(), nullptr) != 1 ||
      !impl->expand(exporter, {as_bytes(label)}, impl->secret))
    return fail(Errc::CryptoFailed, "media key schedule");
  return KeyScheduleV2(std::move(impl));
}

const std::array<std::uint8_t, 32>& KeyScheduleV2::direction_secret() const {
  return impl_->secret;
}

bool KeyScheduleV2::derive(std::uint64_t index, Suite suite, EpochKeyV2& out) noexcept {
  std::array<std::uint8_t, 8> number;
  store_be(number.data(), index);
  out.key.fill(0);
  return impl_->expand(impl_->secret, {as_bytes("pf2 iv"), number}, out.iv) &&
         impl_->expand(impl_->secret, {as_bytes("pf2 key"), number},
                       MutableByteSpan(out.key).first(key_bytes(suite)));
}

}  // namespace pf::native::media
