// What a client's hello and this host's abilities come to: pure, for both generations. Sources:
// punktfunk1.md 3.2, 3.3, 3.7, 6.12; punktfunk2.md 4.1, 4.2, 6.1.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "audio/layout.hpp"
#include "base/result.hpp"
#include "media/colour.hpp"
#include "media/format_cost.hpp"
#include "media/mode.hpp"
#include "native/errc.hpp"
#include "native/wire/hello.hpp"

namespace pf::native {

// What this host can do right now.
struct HostAbilities {
  // Worth choosing: a graphics card codes them, or they are cheap enough in software.
  std::vector<pf::media::Codec> codecs{pf::media::Codec::H264};
  // Also possible, at a price: taken only when nothing of the above is in common.
  std::vector<pf::media::Codec> last_resort;
  // In which of them 10 bit and 4:4:4 are worth choosing for who asks.
  std::vector<pf::media::VideoFormat> formats;
  std::vector<pf::media::FormatCost> costs;  // of formats that the processor encodes
  std::uint8_t fec_percent = 10;             // 0..90, at the start
  // The code of the parity. Every client repairs with either; the larger field has larger blocks.
  wire::FecScheme fec_scheme = wire::FecScheme::Gf16;
  std::uint32_t automatic_kbps = 20'000;  // for clients that leave the bitrate to the host
  std::uint16_t management_port = 0;      // 0 = none
  bool clipboard = false;                 // sessions have one that can be shared
  bool cursor = false;                    // sessions know the pointer apart from the picture
  bool wlroots = true;                    // sessions show a compositor of that kind
};

// How the connection is carried.
struct Carrier {
  wire::Generation generation = wire::Generation::V2;
  bool ipv6 = false;  // a longer IP header: smaller shards
};

inline constexpr std::uint16_t kShardPayloadV4 = 1408, kShardPayloadV6 = 1388;
// D: of GF(2^8) so that D + ceil(0.9 D), the most that any client takes, is within its 255 shards.
inline constexpr std::uint16_t kDataShardsPerBlock = 4096, kDataShardsPerBlockGf8 = 134;
constexpr std::uint16_t data_per_block(wire::FecScheme scheme) {
  return scheme == wire::FecScheme::Gf8 ? kDataShardsPerBlockGf8 : kDataShardsPerBlock;
}
inline constexpr std::uint32_t kMinBitrateKbps = 500, kMaxBitrateKbps = 8'000'000;

struct Agreement {
  pf::media::Mode mode;
  pf::media::Codec codec = pf::media::Codec::H264;
  pf::media::Colour colour;
  std::uint32_t budget_kbps = 0;  // on the wire: parity, headers and sound included (6.12)
  bool automatic_bitrate = false;
  std::uint16_t shard_payload = kShardPayloadV4;
  std::uint8_t fec_percent = 10;
  wire::FecScheme fec_scheme = wire::FecScheme::Gf16;
  wire::Suite suite = wire::Suite::Aes128Gcm;
  audio::Layout audio;
  audio::Format audio_format;
  std::chrono::microseconds audio_packet{5000};
  bool redundant_audio = false;  // 0xD2
  bool host_timing = false;      // 0xCF
  bool stream_config = false;    // epochs above 0 may be used (punktfunk2.md 6.5)
  bool reads_bitrate_reason = false;
  bool cursor = false;  // the client draws the pointer
  bool probes = false;  // the client tells probe filler from pictures
};

// Makes a mode of what the client asked for: odd sizes lose a row or column, the rate is held to
// 1..480. Errc::BadMode, in words for the user.
Result<pf::media::Mode> to_mode(const wire::WireMode& wanted);
wire::WireMode to_wire(const pf::media::Mode& mode);
std::uint8_t codec_bit(pf::media::Codec codec);  // wire::codec_bit

// Errc::BadMode, Errc::NoCodec; the context is a sentence for the user.
Result<Agreement> negotiate(const wire::ClientHello& hello, const HostAbilities& abilities,
                            const Carrier& carrier);

// The answer that both generations can be written from. Keys, ports, session id, clock and access
// are the caller's to fill in.
wire::ServerHello answer(const wire::ClientHello& hello, const Agreement& agreement,
                         const HostAbilities& abilities);

}  // namespace pf::native
