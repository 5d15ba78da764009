#include "crypto/aead.hpp"

#include "crypto/aead_engine.hpp"
#include "crypto/ossl.hpp"

namespace pf::crypto {

struct Aes128Gcm::Impl {
  CipherCtxPtr encrypt;
  CipherCtxPtr decrypt;
  std::size_t encrypt_iv = 12;
  std::size_t decrypt_iv = 12;
};

namespace {

constexpr std::size_t kTag = 16;

bool set_iv_length(EVP_CIPHER_CTX* ctx, std::size_t& current, std::size_t wanted) {
  if (current == wanted) return true;
  current = wanted;
  return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(wanted), nullptr) == 1;
}

}  // namespace

Aes128Gcm::Aes128Gcm(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Aes128Gcm::Aes128Gcm(Aes128Gcm&&) noexcept = default;
Aes128Gcm& Aes128Gcm::operator=(Aes128Gcm&&) noexcept = default;
Aes128Gcm::~Aes128Gcm() = default;

Result<Aes128Gcm> Aes128Gcm::create(ByteSpan key) {
  if (key.size() != 16) return fail(Errc::BadKey, "AES-128 needs 16 bytes");
  auto impl = std::make_unique<Impl>();
  impl->encrypt.reset(EVP_CIPHER_CTX_new());
  impl->decrypt.reset(EVP_CIPHER_CTX_new());
  if (!impl->encrypt || !impl->decrypt ||
      EVP_EncryptInit_ex(impl->encrypt.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr) !=
          1 ||
      EVP_DecryptInit_ex(impl->decrypt.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr) != 1)
    return fail(Errc::LibraryFailed, "AES-128-GCM");
  return Aes128Gcm(std::move(impl));
}

bool Aes128Gcm::seal(ByteSpan iv, MutableByteSpan text, MutableByteSpan tag) noexcept {
  auto* ctx = impl_->encrypt.get();
  int written = 0;
  return tag.size() == kTag && set_iv_length(ctx, impl_->encrypt_iv, iv.size()) &&
         EVP_EncryptInit_ex(ctx, nullptr, nullptr, nullptr, iv.data()) == 1 &&
         EVP_EncryptUpdate(ctx, text.data(), &written, text.data(),
                           static_cast<int>(text.size())) == 1 &&
         EVP_EncryptFinal_ex(ctx, text.data() + written, &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kTag, tag.data()) == 1;
}

bool Aes128Gcm::open(ByteSpan iv, MutableByteSpan text, ByteSpan tag) noexcept {
  if (tag.size() != kTag) return false;
  auto* ctx = impl_->decrypt.get();
  int written = 0;
  std::uint8_t expected[kTag];
  std::copy(tag.begin(), tag.end(), expected);  // the call takes a non-const pointer
  return set_iv_length(ctx, impl_->decrypt_iv, iv.size()) &&
         EVP_DecryptInit_ex(ctx, nullptr, nullptr, nullptr, iv.data()) == 1 &&
         EVP_DecryptUpdate(ctx, text.data(), &written, text.data(),
                           static_cast<int>(text.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kTag, expected) == 1 &&
         EVP_DecryptFinal_ex(ctx, text.data() + written, &written) == 1;
}

Aead::Aead(AeadKind kind, std::unique_ptr<AeadEngine> engine)
    : kind_(kind), engine_(std::move(engine)) {}
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;
Aead::~Aead() = default;

Result<Aead> Aead::create(AeadKind kind, ByteSpan key, std::string_view library) {
  if (key.size() != aead_key_bytes(kind)) return fail(Errc::BadKey, "size of an AEAD key");
  auto engine = make_engine(library, kind, key);
  if (!engine) return fail(Errc::LibraryFailed, "AEAD");
  return Aead(kind, std::move(engine));
}

bool Aead::set_key(ByteSpan key) noexcept {
  return key.size() == aead_key_bytes(kind_) && engine_->set_key(key.data());
}

bool Aead::seal(ByteSpan nonce, ByteSpan additional, MutableByteSpan text,
                MutableByteSpan tag) noexcept {
  return nonce.size() == kNonceBytes && tag.size() == kTagBytes &&
         engine_->seal({nonce.data(), additional, text}, tag.data());
}

bool Aead::seal(const SealBatch& batch) noexcept {
  return engine_->seal(batch);
}

bool Aead::open(ByteSpan nonce, ByteSpan additional, MutableByteSpan text, ByteSpan tag) noexcept {
  return nonce.size() == kNonceBytes && tag.size() == kTagBytes &&
         engine_->open({nonce.data(), additional, text}, tag.data());
}

}  // namespace pf::crypto
