// Authenticated ciphers with one context per key: the key is expanded once, each packet sets only
// its IV (performance notes, Sealing). Not thread-safe: one object per sealing thread.
#pragma once

#include <memory>
#include <string_view>

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

enum class AeadKind : std::uint8_t {
  Aes128Gcm = 1,     // NIST SP 800-38D, 16-byte key
  ChaCha20Poly1305,  // RFC 8439, 32-byte key
};
constexpr std::size_t aead_key_bytes(AeadKind kind) {
  return kind == AeadKind::Aes128Gcm ? 16 : 32;
}

// Packets of one shape, `stride` bytes apart, each of which holds its additional data, its text and
// its tag.
struct SealBatch {
  std::uint8_t* packets = nullptr;
  std::size_t stride = 0;
  std::size_t count = 0;
  std::size_t additional_bytes = 0;  // from the first byte of a packet
  std::size_t text_offset = 0;
  std::size_t text_bytes = 0;
  std::size_t tag_offset = 0;  // outside the text
  // 12 bytes each; may lie within the packets.
  const std::uint8_t* nonces = nullptr;
  std::size_t nonce_stride = 0;
};

class AeadEngine;

// A cipher with additional data, 12-byte nonces and 16-byte tags, whose key can be replaced. After
// create() nothing allocates. Done by the best library of this machine (aead_libraries.hpp).
class Aead {
 public:
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;

  // `key`: aead_key_bytes(kind). `library`: the name of a usable one, for tests and measurements.
  // Errc::BadKey, LibraryFailed.
  static Result<Aead> create(AeadKind kind, ByteSpan key, std::string_view library = {});
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  ~Aead();

  AeadKind kind() const { return kind_; }
  // Everything from now on uses this key. False for a wrong size or when the library fails.
  bool set_key(ByteSpan key) noexcept;
  // Encrypts `text` in place and writes the tag. A nonce is never reused for a key. False only when
  // the library fails or a size is wrong.
  bool seal(ByteSpan nonce, ByteSpan additional, MutableByteSpan text,
            MutableByteSpan tag) noexcept;
  // The same for many packets in one call. After false none of them may be sent.
  bool seal(const SealBatch& batch) noexcept;
  // Decrypts in place. False when the tag does not verify; `text` is then garbage.
  bool open(ByteSpan nonce, ByteSpan additional, MutableByteSpan text, ByteSpan tag) noexcept;

 private:
  Aead(AeadKind kind, std::unique_ptr<AeadEngine> engine);
  AeadKind kind_;
  std::unique_ptr<AeadEngine> engine_;
};

}  // namespace pf::crypto
