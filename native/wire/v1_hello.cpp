#include "native/wire/v1_hello.hpp"

#include <algorithm>
#include <cstring>

#include "native/wire/datagram.hpp"
#include "native/wire/details.hpp"
#include "native/wire/sane.hpp"
#include "native/wire/v1_codec.hpp"

namespace pf::native::wire::v1 {
namespace {

constexpr std::size_t kHdrBytes = 28;
constexpr std::size_t kMaxExtBlock = 4096, kMaxExtEntries = 64;
enum ExtTag : std::uint16_t {
  kExtLabel = 2,
  kExtAbr = 3,
  kExtPreset = 4,
  kExtLink = 5,
  kExtProbeOnly = 6,
  kExtPyroWave = 7
};

// Optional trailing fields: after the first one that is not there, all others are absent too.
class Tail {
 public:
  explicit Tail(ByteSpan rest) : in_(rest) {}
  template <class T>
  T le(T absent) {
    if (sizeof(T) > in_.remaining()) end();
    return ended_ ? absent : in_.le<T>();
  }
  std::uint8_t u8(std::uint8_t absent) { return le(absent); }
  // A len8 text; its length counts for the position of what follows even when it is refused.
  std::string text(std::size_t max) {
    const std::size_t length = u8(0);
    if (length > in_.remaining()) end();
    return ended_ ? std::string() : sane::text(in_.take(length), max);
  }
  bool has(std::size_t count) const { return !ended_ && in_.remaining() >= count; }
  ByteSpan take(std::size_t count) { return in_.take(count); }
  ByteSpan rest() const { return ended_ ? ByteSpan() : in_.rest(); }

 private:
  void end() { ended_ = true; }
  ByteReader in_;
  bool ended_ = false;
};

Result<void> check_head(ByteSpan payload, std::size_t minimum) {
  if (payload.size() < 4 || std::memcmp(payload.data(), kHelloMagic, 4) != 0)
    return fail(Errc::BadMagic);
  if (payload.size() < minimum) return fail(Errc::Truncated);
  return {};
}

WireMode load_mode(ByteReader& in) {
  WireMode mode;
  mode.width = in.le<std::uint32_t>();
  mode.height = in.le<std::uint32_t>();
  mode.refresh_hz = in.le<std::uint32_t>();
  return mode;
}

void apply_entry(std::uint16_t tag, ByteSpan value, ClientDetails& out) {
  switch (tag) {
    case kExtLabel:
      out.label = sane::text(value, kMaxLabel);
      break;
    case kExtAbr:
      if (!value.empty()) out.abr_features = value[0];
      break;
    case kExtPreset:
      out.preset = load_preset(value);
      break;
    case kExtLink:
      load_link_or_delivery(value, true, out);
      break;
    case kExtProbeOnly:
      out.probe_only = !value.empty() && value[0] == 1;
      break;
    case kExtPyroWave:
      if (value.size() >= 2) out.pyrowave_bpp_x100 = load_le<std::uint16_t>(value.data());
      break;
    default:
      break;
  }
}

// An absent block is fine; a malformed one is not (punktfunk1.md 3.5).
Result<ClientDetails> read_extensions(ByteSpan rest) {
  ClientDetails out;
  if (rest.empty()) return out;
  if (rest.size() < 2) return fail(Errc::BadField, "extension block");
  const std::size_t length = load_le<std::uint16_t>(rest.data());
  if (length > rest.size() - 2 || length + 2 > kMaxExtBlock)
    return fail(Errc::BadField, "extension block");
  ByteReader in(rest.subspan(2, length));
  std::array<std::uint16_t, kMaxExtEntries> seen;
  std::size_t count = 0;
  while (in.remaining() > 0) {
    const auto tag = in.le<std::uint16_t>();
    const auto value = in.take(in.le<std::uint16_t>());
    if (!in.ok()) return fail(Errc::BadField, "extension entry");
    if (count == seen.size()) return fail(Errc::BadLength, "extension entries");
    if (std::find(seen.begin(), seen.begin() + count, tag) != seen.begin() + count)
      return fail(Errc::RepeatedField, "extension entry");
    seen[count++] = tag;
    apply_entry(tag, value, out);
  }
  return out;
}

void put_entry(Bytes& out, ExtTag tag, ByteSpan value) {
  ByteWriter(out)
      .le(static_cast<std::uint16_t>(tag))
      .le(static_cast<std::uint16_t>(value.size()))
      .bytes(value);
}

void put_text(ByteWriter& out, const std::string& text, std::size_t max) {
  const auto fits = fit_text(text, max);
  out.u8(static_cast<std::uint8_t>(fits.size())).bytes(as_bytes(fits));
}

}  // namespace

Result<ClientHello> decode_hello(ByteSpan payload) {
  auto head = check_head(payload, 8);
  if (!head) return pass(head);
  ByteReader in(payload.subspan(4));
  // For a short time clients filled the field with 3 and meant 2 (punktfunk1.md 13.1).
  const auto version = in.le<std::uint32_t>();
  if (version != kWireVersion && version != 3)
    return fail(Errc::WireVersion, std::to_string(version));
  if (payload.size() < 20) return fail(Errc::Truncated);
  ClientHello hello;
  hello.mode = load_mode(in);

  Tail tail(in.rest());
  hello.compositor = sane::compositor(tail.u8(0));
  hello.gamepad = sane::gamepad(tail.u8(0));
  hello.bitrate_kbps = tail.le<std::uint32_t>(0);
  hello.name = tail.text(64);
  hello.launch = tail.text(128);
  hello.video_caps = tail.u8(0);
  hello.audio_channels = sane::channels(tail.u8(2));
  hello.codecs = sane::codecs(tail.u8(0));
  hello.preferred_codec = tail.u8(0);
  // What may follow the block is shorter than the block itself, so the length decides.
  if (tail.has(kHdrBytes)) hello.hdr = load_hdr(tail.take(kHdrBytes).first<kHdrBytes>());
  hello.client_caps = tail.u8(0);
  hello.max_shard_payload = tail.le<std::uint16_t>(0);
  hello.audio_rate_hz = sane::asked_rate(tail.le<std::uint32_t>(0));
  hello.audio_bits = sane::audio_bits(tail.u8(16));
  hello.audio_layout = tail.u8(0);
  hello.video_fit = tail.u8(0);
  return hello;
}

Result<ServerHello> decode_welcome(ByteSpan payload, bool extensions) {
  auto head = check_head(payload, 53);
  if (!head) return pass(head);
  ByteReader in(payload.subspan(4));
  ServerHello welcome;
  welcome.wire_version = in.le<std::uint32_t>();
  welcome.udp_port = in.le<std::uint16_t>();
  welcome.mode = load_mode(in);
  welcome.fec_scheme = sane::fec(in.u8());
  welcome.fec_percent = in.u8();
  welcome.max_data_per_block = in.le<std::uint16_t>();
  welcome.shard_payload = in.le<std::uint16_t>();
  welcome.encrypt = in.u8() != 0;
  const auto copy = [](ByteSpan from, auto& to) {
    std::copy(from.begin(), from.end(), to.begin());
  };
  copy(in.take(welcome.key.size()), welcome.key);
  copy(in.take(welcome.salt.size()), welcome.salt);
  welcome.frames = in.le<std::uint32_t>();

  Tail tail(in.rest());
  welcome.compositor = sane::compositor(tail.u8(0));
  welcome.gamepad = sane::gamepad(tail.u8(0));
  welcome.bitrate_kbps = tail.le<std::uint32_t>(0);
  welcome.bit_depth = sane::bit_depth(tail.u8(8));
  welcome.colour.primaries = tail.u8(1);
  welcome.colour.transfer = tail.u8(1);
  welcome.colour.matrix = tail.u8(1);
  welcome.colour.full_range = tail.u8(0);
  welcome.chroma_format = sane::chroma(tail.u8(1));
  welcome.audio_channels = sane::channels(tail.u8(2));
  welcome.codec = sane::codec(tail.u8(0));
  welcome.host_caps = tail.u8(0);
  const auto cipher = tail.u8(0);
  if (cipher > 1) return fail(Errc::BadValue, "cipher");
  welcome.suite = static_cast<Suite>(cipher);
  if (welcome.suite == Suite::ChaCha20Poly1305) {
    if (!tail.has(welcome.chacha_key.size())) return fail(Errc::Truncated, "cipher key");
    copy(tail.take(welcome.chacha_key.size()), welcome.chacha_key);
  }
  welcome.management_port = tail.le<std::uint16_t>(0);
  if (tail.has(4)) welcome.grants = tail.le<std::uint32_t>(0);
  welcome.expires_in_s = welcome.grants ? tail.le<std::uint32_t>(0) : 0;
  if (!welcome.grants) return welcome;
  welcome.audio_codec = static_cast<AudioCodec>(tail.u8(0));
  welcome.audio_rate_hz = sane::granted_rate(tail.le<std::uint32_t>(0));
  welcome.audio_bits = sane::audio_bits(tail.u8(16));
  welcome.audio_frame_us = sane::frame_us(tail.le<std::uint16_t>(0));
  welcome.host_caps2 = tail.u8(0);
  welcome.audio_layout = tail.u8(0);
  if (extensions) {
    // No entry is defined for Welcome; the block must be well formed all the same.
    auto ignored = read_extensions(tail.rest());
    if (!ignored) return pass(ignored);
  }
  return welcome;
}

Result<Ready> decode_start(ByteSpan payload, bool extensions) {
  auto head = check_head(payload, 6);
  if (!head) return pass(head);
  Ready ready;
  ready.client_udp_port = load_le<std::uint16_t>(payload.data() + 4);
  if (extensions) {
    auto details = read_extensions(payload.subspan(6));
    if (!details) return pass(details);
    ready.details = std::move(*details);
  }
  return ready;
}

void write_hello(const ClientHello& hello, Bytes& out) {
  ByteWriter w(out);
  w.bytes(kHelloMagic).le(hello.wire_version);
  w.le(hello.mode.width).le(hello.mode.height).le(hello.mode.refresh_hz);
  auto end = out.size();  // behind the last field that says something
  const auto mark = [&](bool needed) {
    if (needed) end = out.size();
  };
  w.u8(static_cast<std::uint8_t>(hello.compositor));
  mark(hello.compositor != Compositor::Automatic);
  w.u8(static_cast<std::uint8_t>(hello.gamepad));
  mark(hello.gamepad != GamepadKind::Automatic);
  w.le(hello.bitrate_kbps);
  mark(hello.bitrate_kbps != 0);
  put_text(w, hello.name, 64);
  mark(!hello.name.empty());
  put_text(w, hello.launch, 128);
  mark(!hello.launch.empty());
  w.u8(hello.video_caps);
  mark(hello.video_caps != 0);
  w.u8(hello.audio_channels);
  mark(hello.audio_channels != 2);
  w.u8(hello.codecs);
  mark(hello.codecs != 0 && hello.codecs != codec_bit::kHevc);
  w.u8(hello.preferred_codec);
  mark(hello.preferred_codec != 0);
  if (hello.hdr) {
    std::array<std::uint8_t, kHdrBytes> block;
    store_hdr(*hello.hdr, block);
    w.bytes(block);
    mark(true);
  }
  w.u8(hello.client_caps);
  mark(hello.client_caps != 0);
  w.le(hello.max_shard_payload);
  mark(hello.max_shard_payload != 0);
  w.le(hello.audio_rate_hz);
  mark(hello.audio_rate_hz != 0 && hello.audio_rate_hz != 48'000);
  w.u8(hello.audio_bits);
  mark(hello.audio_bits == 24);
  w.u8(hello.audio_layout);
  mark(hello.audio_layout != 0);
  w.u8(hello.video_fit);
  mark(hello.video_fit != 0);
  out.resize(end);
}

void write_welcome(const ServerHello& welcome, Bytes& out) {
  ByteWriter w(out);
  w.bytes(kHelloMagic).le(welcome.wire_version).le(welcome.udp_port);
  w.le(welcome.mode.width).le(welcome.mode.height).le(welcome.mode.refresh_hz);
  w.u8(static_cast<std::uint8_t>(welcome.fec_scheme)).u8(welcome.fec_percent);
  w.le(welcome.max_data_per_block).le(welcome.shard_payload);
  w.u8(welcome.encrypt ? 1 : 0).bytes(welcome.key).bytes(welcome.salt).le(welcome.frames);
  w.u8(static_cast<std::uint8_t>(welcome.compositor));
  w.u8(static_cast<std::uint8_t>(welcome.gamepad)).le(welcome.bitrate_kbps);
  w.u8(welcome.bit_depth).u8(welcome.colour.primaries).u8(welcome.colour.transfer);
  w.u8(welcome.colour.matrix).u8(welcome.colour.full_range).u8(welcome.chroma_format);
  w.u8(welcome.audio_channels).u8(welcome.codec).u8(welcome.host_caps);

  // Later groups force the earlier ones; each was a step in the protocol's history.
  const bool chacha = welcome.suite == Suite::ChaCha20Poly1305;
  const bool audio = welcome.audio_codec != AudioCodec::Opus || welcome.audio_rate_hz != 48'000 ||
                     welcome.audio_bits != 16 || welcome.audio_frame_us != 0 ||
                     welcome.host_caps2 != 0 || welcome.audio_layout != 0;
  const bool access = audio || welcome.grants.has_value() || welcome.expires_in_s != 0;
  const bool management = access || welcome.management_port != 0;
  if (chacha || management) w.u8(chacha ? 1 : 0);
  if (chacha) w.bytes(welcome.chacha_key);
  if (management) w.le(welcome.management_port);
  if (access) w.le(welcome.grants.value_or(grant_bit::kAll)).le(welcome.expires_in_s);
  if (!audio) return;
  w.u8(static_cast<std::uint8_t>(welcome.audio_codec)).le(welcome.audio_rate_hz);
  w.u8(welcome.audio_bits).le(welcome.audio_frame_us);
  w.u8(welcome.host_caps2).u8(welcome.audio_layout);
}

void write_start(const Ready& ready, Bytes& out) {
  ByteWriter w(out);
  w.bytes(kHelloMagic).le(ready.client_udp_port);
  const auto& details = ready.details;
  Bytes block;
  if (!details.label.empty())
    put_entry(block, kExtLabel, as_bytes(fit_text(details.label, kMaxLabel)));
  if (details.abr_features != 0) put_entry(block, kExtAbr, {&details.abr_features, 1});
  if (details.preset) put_entry(block, kExtPreset, store_preset(*details.preset));
  if (const auto link = store_link_or_delivery(details); !link.empty())
    put_entry(block, kExtLink, link);
  constexpr std::uint8_t kOne = 1;
  if (details.probe_only) put_entry(block, kExtProbeOnly, {&kOne, 1});
  if (details.pyrowave_bpp_x100 != 0) {
    std::array<std::uint8_t, 2> value;
    store_le(value.data(), details.pyrowave_bpp_x100);
    put_entry(block, kExtPyroWave, value);
  }
  if (!block.empty()) w.le(static_cast<std::uint16_t>(block.size())).bytes(block);
}

}  // namespace pf::native::wire::v1
