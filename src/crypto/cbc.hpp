// AES-128-CBC with PKCS#7 padding (GameStream audio) and AES-128-ECB without padding (GameStream
// pairing). One context per key.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/errc.hpp"

namespace pf::crypto {

class Aes128Cbc {
 public:
  static Result<Aes128Cbc> create(ByteSpan key);  // 16 bytes
  Aes128Cbc(Aes128Cbc&&) noexcept;
  Aes128Cbc& operator=(Aes128Cbc&&) noexcept;
  ~Aes128Cbc();

  // `out` needs room for text.size() rounded up past the next multiple of 16. Returns the bytes
  // written, 0 on failure. No allocation.
  std::size_t encrypt(ByteSpan iv, ByteSpan text, MutableByteSpan out) noexcept;
  // Returns the plain bytes written, or nothing when the padding is wrong.
  std::size_t decrypt(ByteSpan iv, ByteSpan cipher, MutableByteSpan out) noexcept;

 private:
  struct Impl;
  explicit Aes128Cbc(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// gamestream.md 3.1, E(x) and D(x). `data` must be a multiple of 16 bytes.
Result<Bytes> ecb_encrypt(ByteSpan key, ByteSpan data);
Result<Bytes> ecb_decrypt(ByteSpan key, ByteSpan data);

}  // namespace pf::crypto
