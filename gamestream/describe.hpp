// The DESCRIBE body (gamestream.md 4.3): what this host offers, as text that clients scan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/colour.hpp"
#include "media/format_cost.hpp"

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

// The policies that people choose from. "preferred": everything is offered, the client decides.
// "required": clients that do not encrypt everything are refused. "off": only the control channel
// and, with clients that insist, the sound.
enum class Encryption : std::uint8_t { Preferred = 1, Required, Off };
EncryptionPolicy policy_of(Encryption choice);

// What the probed chain of this machine really does: capture, conversion, encoder.
struct Offer {
  std::vector<media::VideoFormat> formats{{media::Codec::H264}};
  // Losses that clients name are answered by going back to an older picture (7.8).
  bool invalidates = false;
  // Of formats that the processor encodes.
  std::vector<media::FormatCost> costs{};

  bool has(const media::VideoFormat& format) const;
  bool has(media::Codec codec) const;  // in any depth
  // ServerCodecModeSupport (2.3).
  std::uint32_t codec_mask() const;
  // Something in 10 bit, which HDR needs.
  bool hdr() const;
  // What is left of it for a mode: without the codecs whose plain format does not keep up.
  Offer at(const media::Mode& mode) const;
};

// Until the probes have told more: the codec that every client plays. Clients name their losses all
// the same, since an encoder that cannot go back answers with an IDR, as it would if asked for one.
inline Offer first_offer() {
  Offer offer;
  offer.invalidates = true;
  return offer;
}

// H.264 has no line of its own.
std::string describe(const Offer& offer, const EncryptionPolicy& policy);

}  // namespace pf::gamestream
