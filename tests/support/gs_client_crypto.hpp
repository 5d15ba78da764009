// The client's side of every cipher that the GameStream notes name, on OpenSSL alone, so that the
// host's own crypto room is checked by other code. Test support; any thread.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace pf::test::gs {

using Block = std::array<std::uint8_t, 16>;
using Digest = std::array<std::uint8_t, 32>;

Block random_block();
Digest sha256(ByteSpan bytes);

struct Sealed {
  Bytes cipher;
  Block tag;
};
// AES-128-GCM without additional data; `iv` 12 or 16 bytes.
Sealed gcm_seal(const Block& key, ByteSpan iv, ByteSpan text);
// Nothing when the tag does not verify.
std::optional<Bytes> gcm_open(const Block& key, ByteSpan iv, ByteSpan tag, ByteSpan cipher);

// AES-128-CBC with PKCS#7 padding (gamestream.md 8.2); nothing when the padding is wrong.
std::optional<Bytes> cbc_open(const Block& key, const Block& iv, ByteSpan cipher);
// AES-128-ECB without padding (gamestream.md 3.1); `data` a multiple of 16 bytes.
Bytes ecb(const Block& key, ByteSpan data, bool encrypt);

// K of gamestream.md 3.1.
Block pin_key(ByteSpan salt, std::string_view pin);
// The audio IV of gamestream.md 8.2.
Block audio_iv(std::uint32_t rikeyid, std::uint16_t sequence);
// Twelve bytes: `sequence` little endian, zeros, two letters (gamestream.md 4.6, 5.2).
std::array<std::uint8_t, 12> message_iv(std::uint32_t sequence, char first, char second);

Bytes joined(std::initializer_list<ByteSpan> parts);

}  // namespace pf::test::gs
