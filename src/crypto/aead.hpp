// AES-128-GCM with one cipher context per key: the key is expanded once, each packet sets only its
// IV (performance notes, Sealing). Not thread-safe: one object per sealing thread.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/errc.hpp"

namespace pf::crypto {

class Aes128Gcm {
 public:
  // `key`: 16 bytes.
  static Result<Aes128Gcm> create(ByteSpan key);
  Aes128Gcm(Aes128Gcm&&) noexcept;
  Aes128Gcm& operator=(Aes128Gcm&&) noexcept;
  ~Aes128Gcm();

  // Encrypts `text` in place and writes the 16-byte tag. `iv`: 12 or 16 bytes, never reused for a
  // key. No additional data. False only when the library fails.
  bool seal(ByteSpan iv, MutableByteSpan text, MutableByteSpan tag) noexcept;
  // Decrypts in place. False when the tag does not verify; `text` is then garbage.
  bool open(ByteSpan iv, MutableByteSpan text, ByteSpan tag) noexcept;

 private:
  struct Impl;
  explicit Aes128Gcm(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::crypto
