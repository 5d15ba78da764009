// What one library offers behind aead.hpp. Private to this room. Sizes are checked by Aead before
// an engine sees them. One owning thread; after creation nothing allocates.
#pragma once

#include <memory>

#include "crypto/aead.hpp"

namespace pf::crypto {

// One packet, in place.
struct AeadPiece {
  const std::uint8_t* nonce;  // 12 bytes
  ByteSpan additional;
  MutableByteSpan text;
};

inline AeadPiece piece_of(const SealBatch& batch, std::size_t i) noexcept {
  std::uint8_t* packet = batch.packets + i * batch.stride;
  return {batch.nonces + i * batch.nonce_stride,
          {packet, batch.additional_bytes},
          {packet + batch.text_offset, batch.text_bytes}};
}

class AeadEngine {
 public:
  virtual ~AeadEngine() = default;
  // `key`: aead_key_bytes(kind). False when the library fails, as everywhere here.
  virtual bool set_key(const std::uint8_t* key) noexcept = 0;
  // `tag`: 16 bytes.
  virtual bool seal(const AeadPiece& piece, std::uint8_t* tag) noexcept = 0;
  virtual bool seal(const SealBatch& batch) noexcept = 0;
  virtual bool open(const AeadPiece& piece, const std::uint8_t* tag) noexcept = 0;
};

// Without a key. Null when the library fails.
std::unique_ptr<AeadEngine> make_openssl_engine(AeadKind kind);

// The engine of one usable library (aead_libraries.hpp), with its key; null when it fails. An empty
// name: the first usable one.
std::unique_ptr<AeadEngine> make_engine(std::string_view library, AeadKind kind, ByteSpan key);

}  // namespace pf::crypto
