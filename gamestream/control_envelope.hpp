// The encrypted envelope of the control stream (gamestream.md 5.2): both IV schemes, and the window
// that refuses replays. One object per stream, one thread.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "gamestream/errc.hpp"

namespace pf::gamestream {

enum class ControlScheme : std::uint8_t {
  A = 1,  // 12-byte IV with direction; encryptionEnabled bit 0
  B,      // 16-byte IV that repeats every 256 messages; clients before 2024 only
};

// Which end of the stream a ControlCipher speaks for; the other end is for tests.
enum class ControlEnd : std::uint8_t { Host = 1, Client };

// Remembers the newest sequences. The channels of one stream overtake each other, so late messages
// are legitimate and only repeats are refused.
class ReplayWindow {
 public:
  // Whether `sequence` is new; marks it. Call only for messages whose tag verified.
  bool accept(std::uint32_t sequence) noexcept;
  // Whether nothing that came later in the sequence was accepted; marks nothing.
  bool is_newest(std::uint32_t sequence) const noexcept { return !any_ || sequence > highest_; }

 private:
  static constexpr std::uint32_t kSize = 1024;
  std::bitset<kSize> seen_;  // index: sequence % kSize
  std::uint32_t highest_ = 0;
  bool any_ = false;
};

class ControlCipher {
 public:
  static constexpr std::size_t kOverhead = 24;
  static constexpr std::size_t kMaxMessage = 4096;  // plaintext; the largest real one is below 200

  // `key`: the 16 bytes of rikey.
  static Result<ControlCipher> create(ByteSpan key, ControlScheme scheme,
                                      ControlEnd end = ControlEnd::Host);

  enum class Opened : std::uint8_t {
    Message = 1,
    Ignored,  // not an envelope, wrong length, or a repeat: drop it
    Forged,   // the tag does not verify: the stream must end
  };
  // Decrypts one datagram from the other end. `text` refers to an inner buffer, until the next
  // call.
  Opened open(ByteSpan wire, ByteSpan& text) noexcept;
  // Whether the other end wrote this after everything that open() has taken: a copy of an older
  // message is none, and neither is anything of scheme B, which cannot tell. Changes nothing.
  bool is_news(ByteSpan wire) noexcept;

  // Seals one message under the next sequence number. Empty when it is too long or the library
  // fails.
  Bytes seal(ByteSpan text);

 private:
  ControlCipher(crypto::Aes128Gcm cipher, ControlScheme scheme, ControlEnd end)
      : cipher_(std::move(cipher)), scheme_(scheme), end_(end) {}
  struct Envelope {
    std::uint32_t sequence = 0;
    ByteSpan tag, cipher;
  };
  static std::optional<Envelope> parse(ByteSpan wire) noexcept;
  bool decrypt(const Envelope& envelope, MutableByteSpan text) noexcept;
  std::size_t make_iv(std::uint32_t sequence, bool from_host,
                      std::array<std::uint8_t, 16>& iv) const noexcept;

  crypto::Aes128Gcm cipher_;
  ControlScheme scheme_;
  ControlEnd end_;
  std::uint32_t next_sequence_ = 0;
  ReplayWindow window_;
  std::array<std::uint8_t, kMaxMessage> buffer_{};
};

}  // namespace pf::gamestream
