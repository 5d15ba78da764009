// Keys and nonces of sealed media packets: punktfunk1.md 6.2, punktfunk2.md 7.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "native/media/errc.hpp"
#include "native/media/generation.hpp"

namespace pf::native::media {

using wire::Suite;
constexpr std::size_t key_bytes(Suite suite) {
  return suite == Suite::Aes128Gcm ? 16 : 32;
}
crypto::AeadKind aead_kind(Suite suite);

enum class Direction : std::uint8_t { HostToClient = 0, ClientToHost = 1 };

using Nonce = std::array<std::uint8_t, 12>;
using Salt = std::array<std::uint8_t, 4>;

// The secret of one session's media, either generation. A value; wiped when it goes.
class Keys {
 public:
  // `key`: 16 bytes for AES, 32 for ChaCha20, random per session; `salt`: Welcome's, as sent.
  // Errc::BadConfig for another size.
  static Result<Keys> v1(Suite suite, ByteSpan key, const Salt& salt);
  // `exporter`: the 32 bytes of the TLS exporter (punktfunk2.md 7.1). Errc::BadConfig otherwise.
  static Result<Keys> v2(Suite suite, ByteSpan exporter);
  Keys(const Keys&) = default;
  Keys& operator=(const Keys&) = default;
  ~Keys();

  Generation generation() const { return generation_; }
  Suite suite() const { return suite_; }
  ByteSpan secret() const;  // V1: the cipher's key; V2: the exporter's output
  const Salt& salt() const { return salt_; }

 private:
  Keys(Generation generation, Suite suite, ByteSpan secret, const Salt& salt);
  Generation generation_;
  Suite suite_;
  std::array<std::uint8_t, 32> secret_{};
  Salt salt_{};
};

// punktfunk1.md 6.2.
Nonce nonce_v1(const Salt& salt, Direction direction, std::uint64_t number) noexcept;

// A key serves 2^23 packet numbers (punktfunk2.md 7.1).
inline constexpr unsigned kKeyIndexShift = 23;
constexpr std::uint64_t key_index(std::uint64_t number) {
  return number >> kKeyIndexShift;
}

struct EpochKeyV2 {
  Nonce iv{};
  std::array<std::uint8_t, 32> key{};  // the first key_bytes(suite) count
  // IV XOR packet number.
  Nonce nonce(std::uint64_t number) const noexcept;
};

// The key schedule of one direction. A value, wiped when it goes. Nothing allocates.
class KeyScheduleV2 {
 public:
  // `exporter`: 32 bytes, else Errc::BadConfig.
  static Result<KeyScheduleV2> create(ByteSpan exporter, Direction direction);
  KeyScheduleV2(const KeyScheduleV2&) = default;
  KeyScheduleV2& operator=(const KeyScheduleV2&) = default;
  ~KeyScheduleV2();

  // S_h2c or S_c2h.
  const std::array<std::uint8_t, 32>& direction_secret() const { return secret_; }
  // IV_n and K_n. Wiping `out` is the caller's.
  void derive(std::uint64_t index, Suite suite, EpochKeyV2& out) const noexcept;

 private:
  KeyScheduleV2() = default;
  std::array<std::uint8_t, 32> secret_{};
};

}  // namespace pf::native::media
