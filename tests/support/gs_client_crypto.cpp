#include "support/gs_client_crypto.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/result.hpp"
#include "crypto/ossl.hpp"

namespace pf::test::gs {
namespace {

int count(ByteSpan bytes) {
  return static_cast<int>(bytes.size());
}

}  // namespace

Block random_block() {
  Block block;
  PF_ASSERT(RAND_bytes(block.data(), static_cast<int>(block.size())) == 1);
  return block;
}

Digest sha256(ByteSpan bytes) {
  Digest digest;
  SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

Sealed gcm_seal(const Block& key, ByteSpan iv, ByteSpan text) {
  const crypto::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Sealed sealed{Bytes(text.size()), {}};
  int written = 0;
  PF_ASSERT(EVP_EncryptInit_ex(ctx.get(), EVP_aes_128_gcm(), nullptr, nullptr, nullptr) == 1);
  PF_ASSERT(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_IVLEN, count(iv), nullptr) == 1);
  PF_ASSERT(EVP_EncryptInit_ex(ctx.get(), nullptr, nullptr, key.data(), iv.data()) == 1);
  PF_ASSERT(
      EVP_EncryptUpdate(ctx.get(), sealed.cipher.data(), &written, text.data(), count(text)) == 1);
  PF_ASSERT(EVP_EncryptFinal_ex(ctx.get(), nullptr, &written) == 1);
  PF_ASSERT(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, 16, sealed.tag.data()) == 1);
  return sealed;
}

std::optional<Bytes> gcm_open(const Block& key, ByteSpan iv, ByteSpan tag, ByteSpan cipher) {
  const crypto::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes text(cipher.size());
  Bytes tag_copy(tag.begin(), tag.end());
  int written = 0;
  if (tag.size() != 16) return std::nullopt;
  PF_ASSERT(EVP_DecryptInit_ex(ctx.get(), EVP_aes_128_gcm(), nullptr, nullptr, nullptr) == 1);
  PF_ASSERT(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_IVLEN, count(iv), nullptr) == 1);
  PF_ASSERT(EVP_DecryptInit_ex(ctx.get(), nullptr, nullptr, key.data(), iv.data()) == 1);
  PF_ASSERT(EVP_DecryptUpdate(ctx.get(), text.data(), &written, cipher.data(), count(cipher)) == 1);
  PF_ASSERT(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, 16, tag_copy.data()) == 1);
  if (EVP_DecryptFinal_ex(ctx.get(), nullptr, &written) != 1) return std::nullopt;
  return text;
}

std::optional<Bytes> cbc_open(const Block& key, const Block& iv, ByteSpan cipher) {
  const crypto::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes text(cipher.size() + 16);
  int head = 0;
  int tail = 0;
  PF_ASSERT(EVP_DecryptInit_ex(ctx.get(), EVP_aes_128_cbc(), nullptr, key.data(), iv.data()) == 1);
  if (EVP_DecryptUpdate(ctx.get(), text.data(), &head, cipher.data(), count(cipher)) != 1 ||
      EVP_DecryptFinal_ex(ctx.get(), text.data() + head, &tail) != 1)
    return std::nullopt;
  text.resize(static_cast<std::size_t>(head + tail));
  return text;
}

Bytes ecb(const Block& key, ByteSpan data, bool encrypt) {
  PF_ASSERT(data.size() % 16 == 0);
  const crypto::CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  Bytes out(data.size() + 16);
  int written = 0;
  PF_ASSERT(EVP_CipherInit_ex(ctx.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr,
                              encrypt ? 1 : 0) == 1);
  EVP_CIPHER_CTX_set_padding(ctx.get(), 0);
  PF_ASSERT(EVP_CipherUpdate(ctx.get(), out.data(), &written, data.data(), count(data)) == 1);
  out.resize(static_cast<std::size_t>(written));
  return out;
}

Block pin_key(ByteSpan salt, std::string_view pin) {
  const auto digest = sha256(joined({salt, as_bytes(pin)}));
  Block key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

Block audio_iv(std::uint32_t rikeyid, std::uint16_t sequence) {
  Block iv{};
  store_be<std::uint32_t>(iv.data(), rikeyid + sequence);
  return iv;
}

std::array<std::uint8_t, 12> message_iv(std::uint32_t sequence, char first, char second) {
  std::array<std::uint8_t, 12> iv{};
  store_le<std::uint32_t>(iv.data(), sequence);
  iv[10] = static_cast<std::uint8_t>(first);
  iv[11] = static_cast<std::uint8_t>(second);
  return iv;
}

Bytes joined(std::initializer_list<ByteSpan> parts) {
  Bytes all;
  for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace pf::test::gs
