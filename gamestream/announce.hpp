// ANNOUNCE: what the client wants (gamestream.md 4.5), as a typed value and as the stream
// configuration that follows from it. Pure functions; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "gamestream/describe.hpp"
#include "gamestream/errc.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

// x-nv-general.useReliableUdp of every client since April 2021.
inline constexpr std::uint32_t kEncryptedControl = 13;

// Attributes that matter to the host, with the defaults of 4.5. Numbers are bounded by the parser.
struct Announce {
  std::uint32_t width = 0;            // pixels, even
  std::uint32_t height = 0;           // pixels, even
  std::uint32_t max_fps = 0;          // frames per second
  std::uint32_t refresh_x100 = 0;     // 1/100 Hz, 0 = unknown
  std::uint32_t packet_size = 0;      // S of 7.2, a multiple of 16
  std::uint32_t configured_kbps = 0;  // the user's whole setting, 0 = an old client
  std::uint32_t maximum_kbps = 0;     // legacy encoder bitrate
  std::uint32_t min_fec_packets = 0;  // parity shards per block at least
  std::uint32_t slices = 1;           // per frame at least
  media::Codec codec = media::Codec::H264;
  bool ten_bit = false;
  bool yuv444 = false;
  std::uint32_t max_references = 0;      // 0 = the host's choice
  std::uint32_t csc_mode = 0;            // (space << 1) | full range
  std::uint32_t reliable_udp = 1;        // 13 = encrypted control protocol
  std::uint32_t nv_features = 135;       // bit 0x20: the client decrypts audio
  std::uint32_t ml_features = 0;         // bit 0 FEC status, bit 1 ping payload and connect data
  std::uint32_t encryption_enabled = 0;  // bits of namespace encryption
  audio::Speakers speakers = audio::Speakers::Stereo;
  bool surround_high_quality = false;
  std::chrono::milliseconds audio_duration{5};
  bool video_qos = false;  // traffic class tagging allowed
  bool audio_qos = false;

  bool encrypts_control_v2() const { return (encryption_enabled & encryption::kControl) != 0; }
  bool encrypts_video() const { return (encryption_enabled & encryption::kVideo) != 0; }
  // Bit 0x20 binds the host whatever was negotiated (4.5).
  bool encrypts_audio() const {
    return (nv_features & 0x20U) != 0 || (encryption_enabled & encryption::kAudio) != 0;
  }
  bool reports_fec() const { return (ml_features & 1U) != 0; }
  // From before April 2021 (5.5): plaintext control, sealed input, one FEC block a frame.
  bool legacy_control() const { return reliable_udp != kEncryptedControl; }
  bool uses_connect_data() const { return (ml_features & 2U) != 0; }
};

// Errc::BadRequest for anything malformed, missing or out of range: RTSP 400.
Result<Announce> parse_announce(std::string_view body);

// Whether this host may stream what was asked: Errc::Refused (403) when the client does not encrypt
// what `policy` requires, Errc::Unsupported (400) for a codec, depth or chroma that is not offered.
Result<> check_announce(const Announce& announce, const Offer& offer,
                        const EncryptionPolicy& policy);

// `host_header`: the Host field of the ANNOUNCE request, which carries the stereo quality (4.7).
// `fec_percent`: the share that is subtracted from the client's total (4.5).
session::StreamConfig stream_config(const Announce& announce, std::string_view host_header,
                                    unsigned fec_percent);

// The exact rate: refresh_x100 when it lies within 1 % of max_fps (5994 → 60000/1001), else
// max_fps.
media::Rational exact_rate(std::uint32_t max_fps, std::uint32_t refresh_x100);

// What sound takes out of the client's total, in kbit/s (4.5).
std::uint32_t audio_kbps(const audio::Layout& layout);

// The encoder's share of the client's total, in kbit/s (4.5).
std::uint32_t encoder_kbps(std::uint32_t configured_kbps, unsigned fec_percent,
                           const audio::Layout& layout);

}  // namespace pf::gamestream
