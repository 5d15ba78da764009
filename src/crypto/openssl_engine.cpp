#include <algorithm>

#include "crypto/aead_engine.hpp"
#include "crypto/ossl.hpp"

namespace pf::crypto {
namespace {

class OpensslEngine final : public AeadEngine {
 public:
  explicit OpensslEngine(AeadKind kind) {
    const EVP_CIPHER* cipher =
        kind == AeadKind::Aes128Gcm ? EVP_aes_128_gcm() : EVP_chacha20_poly1305();
    encrypt_.reset(EVP_CIPHER_CTX_new());
    decrypt_.reset(EVP_CIPHER_CTX_new());
    // Both ciphers' default IV is the 12 bytes that are used here. Freeing a context wipes its key.
    made_ = encrypt_ && decrypt_ &&
            EVP_EncryptInit_ex(encrypt_.get(), cipher, nullptr, nullptr, nullptr) == 1 &&
            EVP_DecryptInit_ex(decrypt_.get(), cipher, nullptr, nullptr, nullptr) == 1;
  }
  bool made() const { return made_; }

  bool set_key(const std::uint8_t* key) noexcept override {
    return EVP_EncryptInit_ex(encrypt_.get(), nullptr, nullptr, key, nullptr) == 1 &&
           EVP_DecryptInit_ex(decrypt_.get(), nullptr, nullptr, key, nullptr) == 1;
  }

  bool seal(const AeadPiece& piece, std::uint8_t* tag) noexcept override {
    auto* ctx = encrypt_.get();
    int written = 0;
    return EVP_EncryptInit_ex(ctx, nullptr, nullptr, nullptr, piece.nonce) == 1 &&
           (piece.additional.empty() ||
            EVP_EncryptUpdate(ctx, nullptr, &written, piece.additional.data(),
                              static_cast<int>(piece.additional.size())) == 1) &&
           EVP_EncryptUpdate(ctx, piece.text.data(), &written, piece.text.data(),
                             static_cast<int>(piece.text.size())) == 1 &&
           EVP_EncryptFinal_ex(ctx, piece.text.data() + written, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, Aead::kTagBytes, tag) == 1;
  }

  bool seal(const SealBatch& batch) noexcept override {
    for (std::size_t i = 0; i < batch.count; ++i)
      if (!seal(piece_of(batch, i), batch.packets + i * batch.stride + batch.tag_offset))
        return false;
    return true;
  }

  bool open(const AeadPiece& piece, const std::uint8_t* tag) noexcept override {
    auto* ctx = decrypt_.get();
    int written = 0;
    std::uint8_t expected[Aead::kTagBytes];
    std::copy_n(tag, Aead::kTagBytes, expected);  // the call takes a non-const pointer
    return EVP_DecryptInit_ex(ctx, nullptr, nullptr, nullptr, piece.nonce) == 1 &&
           (piece.additional.empty() ||
            EVP_DecryptUpdate(ctx, nullptr, &written, piece.additional.data(),
                              static_cast<int>(piece.additional.size())) == 1) &&
           EVP_DecryptUpdate(ctx, piece.text.data(), &written, piece.text.data(),
                             static_cast<int>(piece.text.size())) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, Aead::kTagBytes, expected) == 1 &&
           EVP_DecryptFinal_ex(ctx, piece.text.data() + written, &written) == 1;
  }

 private:
  CipherCtxPtr encrypt_;
  CipherCtxPtr decrypt_;
  bool made_ = false;
};

}  // namespace

std::unique_ptr<AeadEngine> make_openssl_engine(AeadKind kind) {
  auto engine = std::make_unique<OpensslEngine>(kind);
  if (!engine->made()) return nullptr;
  return engine;
}

}  // namespace pf::crypto
