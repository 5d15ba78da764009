#include "crypto/cbc.hpp"

#include "crypto/ossl.hpp"

namespace pf::crypto {

struct Aes128Cbc::Impl {
  CipherCtxPtr encrypt;
  CipherCtxPtr decrypt;
};

Aes128Cbc::Aes128Cbc(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Aes128Cbc::Aes128Cbc(Aes128Cbc&&) noexcept = default;
Aes128Cbc& Aes128Cbc::operator=(Aes128Cbc&&) noexcept = default;
Aes128Cbc::~Aes128Cbc() = default;

Result<Aes128Cbc> Aes128Cbc::create(ByteSpan key) {
  if (key.size() != 16) return fail(Errc::BadKey, "AES-128 needs 16 bytes");
  auto impl = std::make_unique<Impl>();
  impl->encrypt.reset(EVP_CIPHER_CTX_new());
  impl->decrypt.reset(EVP_CIPHER_CTX_new());
  if (!impl->encrypt || !impl->decrypt ||
      EVP_EncryptInit_ex(impl->encrypt.get(), EVP_aes_128_cbc(), nullptr, key.data(), nullptr) !=
          1 ||
      EVP_DecryptInit_ex(impl->decrypt.get(), EVP_aes_128_cbc(), nullptr, key.data(), nullptr) != 1)
    return fail(Errc::LibraryFailed, "AES-128-CBC");
  return Aes128Cbc(std::move(impl));
}

std::size_t Aes128Cbc::encrypt(ByteSpan iv, ByteSpan text, MutableByteSpan out) noexcept {
  auto* ctx = impl_->encrypt.get();
  int head = 0;
  int tail = 0;
  if (iv.size() != 16 || out.size() < text.size() / 16 * 16 + 16) return 0;
  if (EVP_EncryptInit_ex(ctx, nullptr, nullptr, nullptr, iv.data()) != 1 ||
      EVP_EncryptUpdate(ctx, out.data(), &head, text.data(), static_cast<int>(text.size())) != 1 ||
      EVP_EncryptFinal_ex(ctx, out.data() + head, &tail) != 1)
    return 0;
  return static_cast<std::size_t>(head) + static_cast<std::size_t>(tail);
}

std::size_t Aes128Cbc::decrypt(ByteSpan iv, ByteSpan cipher, MutableByteSpan out) noexcept {
  auto* ctx = impl_->decrypt.get();
  int head = 0;
  int tail = 0;
  if (iv.size() != 16 || out.size() < cipher.size() + 16) return 0;
  if (EVP_DecryptInit_ex(ctx, nullptr, nullptr, nullptr, iv.data()) != 1 ||
      EVP_DecryptUpdate(ctx, out.data(), &head, cipher.data(), static_cast<int>(cipher.size())) !=
          1 ||
      EVP_DecryptFinal_ex(ctx, out.data() + head, &tail) != 1)
    return 0;
  return static_cast<std::size_t>(head) + static_cast<std::size_t>(tail);
}

namespace {

Result<Bytes> ecb(ByteSpan key, ByteSpan data, int encrypt) {
  if (key.size() != 16 || data.size() % 16 != 0) return fail(Errc::BadKey, "AES-128-ECB");
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes out(data.size() + 16);
  int written = 0;
  if (!ctx ||
      EVP_CipherInit_ex(ctx.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr, encrypt) != 1 ||
      EVP_CIPHER_CTX_set_padding(ctx.get(), 0) != 1 ||
      EVP_CipherUpdate(ctx.get(), out.data(), &written, data.data(),
                       static_cast<int>(data.size())) != 1)
    return fail(Errc::LibraryFailed, "AES-128-ECB");
  out.resize(static_cast<std::size_t>(written));
  return out;
}

}  // namespace

Result<Bytes> ecb_encrypt(ByteSpan key, ByteSpan data) {
  return ecb(key, data, 1);
}
Result<Bytes> ecb_decrypt(ByteSpan key, ByteSpan data) {
  return ecb(key, data, 0);
}

}  // namespace pf::crypto
