// What client and host tell each other to open a session: one set of structs for both generations.
// A decoder hands out values that are already made sane (unknown enumerators, odd rates and channel
// counts replaced by their defaults); an encoder writes what it is given.
// Sources: punktfunk1.md 3.2 to 3.5; punktfunk2.md 4.1, 4.2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/wire/constants.hpp"

namespace pf::native::wire {

struct WireMode {
  std::uint32_t width = 0;  // pixels
  std::uint32_t height = 0;
  std::uint32_t refresh_hz = 0;
  bool operator==(const WireMode&) const = default;
};

// Colour by the code points of ITU-T H.273.
struct Cicp {
  std::uint8_t primaries = 1;  // 1 BT.709, 9 BT.2020
  std::uint8_t transfer = 1;   // 1 BT.709, 16 PQ, 18 HLG
  std::uint8_t matrix = 1;     // 1 BT.709, 9 BT.2020 NCL
  std::uint8_t full_range = 0;
  bool operator==(const Cicp&) const = default;
};

// Mastering display and content light (punktfunk1.md 7.11).
struct HdrMetadata {
  struct Chromaticity {
    std::uint16_t x = 0, y = 0;  // 1/50000
    bool operator==(const Chromaticity&) const = default;
  };
  Chromaticity green, blue, red, white;
  std::uint32_t max_luminance = 0;  // 0.0001 cd/m²
  std::uint32_t min_luminance = 0;  // 0.0001 cd/m²
  std::uint16_t max_content_light = 0;
  std::uint16_t max_frame_average_light = 0;
  bool operator==(const HdrMetadata&) const = default;
};

struct LinkFacts {
  LinkKind kind = LinkKind::Unknown;
  std::uint32_t mbps = 0;  // 0 = unknown
  bool operator==(const LinkFacts&) const = default;
};

struct StreamPreset {
  std::string id;    // printable ASCII, at most 32 bytes
  std::string name;  // UTF-8, at most 64 bytes
  bool operator==(const StreamPreset&) const = default;
};

struct DeliveryAsk {
  std::uint8_t profile = 0;
  std::uint8_t flags = 0;  // 0x02 probe only
  bool operator==(const DeliveryAsk&) const = default;
};

// What generation 2 says in ClientHello and generation 1 only in the extension block of Start.
struct ClientDetails {
  std::string label;              // application and platform, for the log; at most 96 bytes
  std::uint8_t abr_features = 0;  // abr_feature
  std::optional<StreamPreset> preset;
  std::optional<DeliveryAsk> delivery;
  LinkFacts link;
  bool probe_only = false;  // diagnostic dial: serve probes, build no pipeline
  std::uint16_t pyrowave_bpp_x100 = 0;
  bool operator==(const ClientDetails&) const = default;
};

using SessionId = std::array<std::uint8_t, 16>;

struct ClientHello {
  std::uint32_t wire_version = kWireVersion;  // generation 1; decoders deliver 2 only
  std::optional<SessionId> resume;            // generation 2: the session that this client lost
  std::vector<std::uint8_t> suites;           // generation 2: Suite ids, most wanted first
  WireMode mode;
  Compositor compositor = Compositor::Automatic;
  GamepadKind gamepad = GamepadKind::Automatic;
  std::uint32_t bitrate_kbps = 0;  // 0 = automatic
  std::string name;                // at most 64 bytes; empty = none
  std::string launch;              // library entry to start, at most 128 bytes; empty = none
  std::uint8_t video_caps = 0;     // video_cap
  std::uint8_t client_caps = 0;    // client_cap
  std::uint64_t features = 0;      // generation 2: feature, bits 32 to 63
  std::uint8_t audio_channels = 2;
  std::uint8_t codecs = codec_bit::kHevc;
  std::uint8_t preferred_codec = 0;  // codec_bit, 0 = none
  std::optional<HdrMetadata> hdr;
  std::uint16_t max_shard_payload = 0;  // 0 = cannot follow ShardPayloadChanged
  std::uint32_t audio_rate_hz = 48'000;
  std::uint8_t audio_bits = 16;
  std::uint8_t audio_layout = 0;
  std::uint8_t video_fit = 0;
  ClientDetails details;     // generation 2; generation 1 has it in Ready
  std::string profile;       // generation 2; at most 64 bytes
  bool access_only = false;  // generation 2: ask for approval, start no session
  bool operator==(const ClientHello&) const = default;
};

// ServerHello of generation 2, Welcome of generation 1.
struct ServerHello {
  // Generation 1 only.
  std::uint32_t wire_version = kWireVersion;
  std::uint16_t udp_port = 0;
  bool encrypt = true;
  std::array<std::uint8_t, 16> key{};  // AES-128-GCM
  std::array<std::uint8_t, 4> salt{};
  std::array<std::uint8_t, 32> chacha_key{};  // when suite is ChaCha20Poly1305

  // Generation 2 only.
  SessionId session_id{};
  std::uint64_t clock_origin_ns = 0;  // Unix time of media time 0
  std::uint64_t features = 0;         // feature, bits 32 to 63
  std::string profile;                // at most 64 bytes

  // Both. Generation 1 calls the suite "cipher" and always has one.
  std::optional<Suite> suite = Suite::Aes128Gcm;
  WireMode mode;
  FecScheme fec_scheme = FecScheme::Gf16;
  std::uint8_t fec_percent = 0;
  std::uint16_t max_data_per_block = 0;  // shards
  std::uint16_t shard_payload = 0;       // bytes, even
  std::uint32_t frames = 0;              // 0 = unbounded
  Compositor compositor = Compositor::Automatic;
  GamepadKind gamepad = GamepadKind::Automatic;
  std::uint32_t bitrate_kbps = 0;  // wire budget; 0 = not stated
  std::uint8_t bit_depth = 8;
  Cicp colour;
  std::uint8_t chroma_format = 1;  // chroma_format_idc: 1 = 4:2:0, 3 = 4:4:4
  std::uint8_t audio_channels = 2;
  std::uint8_t codec = codec_bit::kHevc;  // one codec_bit
  std::uint8_t host_caps = 0;             // host_cap
  std::uint8_t host_caps2 = 0;            // host_cap2
  std::uint16_t management_port = 0;      // 0 = not stated
  std::optional<std::uint32_t> grants;    // grant_bit; none = everything
  std::uint32_t expires_in_s = 0;         // 0 = never
  AudioCodec audio_codec = AudioCodec::Opus;
  std::uint32_t audio_rate_hz = 48'000;
  std::uint8_t audio_bits = 16;
  std::uint16_t audio_frame_us = 0;  // PCM; 0 = not stated
  std::uint8_t audio_layout = 0;
  bool operator==(const ServerHello&) const = default;
};

}  // namespace pf::native::wire
