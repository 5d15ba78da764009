// The DESCRIBE body (gamestream.md 4.3): what this host offers, as text that clients scan.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "media/colour.hpp"

namespace pf::gamestream {

// Bits of encryptionSupported, encryptionRequested and encryptionEnabled.
namespace encryption {
inline constexpr std::uint32_t kControl = 1, kVideo = 2, kAudio = 4;
inline constexpr std::uint32_t kAll = kControl | kVideo | kAudio;
}  // namespace encryption

struct EncryptionPolicy {
  std::uint32_t supported = encryption::kAll;
  std::uint32_t requested = encryption::kControl;  // asks also clients that would not opt in
  std::uint32_t required = 0;                      // ANNOUNCE without these bits is answered 403
};

// `codecs`: what encoders on this machine really offer; H.264 has no line of its own.
std::string describe(std::span<const media::Codec> codecs, const EncryptionPolicy& policy);

}  // namespace pf::gamestream
