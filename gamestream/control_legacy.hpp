// The control stream of clients from before April 2021 (gamestream.md 5.5): messages in the clear,
// without a length, and input sealed by itself under an IV that follows from what was sent before.
// One object per stream, one thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/aead.hpp"
#include "gamestream/control_envelope.hpp"
#include "gamestream/errc.hpp"

namespace pf::gamestream {

class LegacyControl {
 public:
  // `key`: the 16 bytes of rikey; `key_id`: rikeyid, where the IV begins.
  static Result<LegacyControl> create(ByteSpan key, std::uint32_t key_id);

  // One datagram of the client as the message that current clients would have sent: `text` has
  // type, length and payload, with input decrypted, and refers to an inner buffer until the next
  // call. Ignored: malformed. Forged: the input's tag does not verify. What is not input is not
  // authenticated at all; it may ask for pictures and nothing else.
  ControlCipher::Opened open(ByteSpan wire, ByteSpan& text) noexcept;

  // A complete message as these clients read it: without its length, and with their form of a
  // termination. Empty when it is none.
  static Bytes seal(ByteSpan text);

  // These clients have no message that asks for an IDR: they name the last 32 frames as lost
  // instead.
  static bool means_idr(std::uint64_t first, std::uint64_t last) {
    return first == 0 || last - first == kIdrSpan;
  }

 private:
  static constexpr std::uint64_t kIdrSpan = 0x20;
  LegacyControl(crypto::Aes128Gcm cipher, std::uint32_t key_id);

  ControlCipher::Opened open_input(ByteSpan sealed, ByteSpan& text) noexcept;

  crypto::Aes128Gcm cipher_;
  std::array<std::uint8_t, 16> iv_{};
  std::array<std::uint8_t, ControlCipher::kMaxMessage> buffer_{};
};

}  // namespace pf::gamestream
