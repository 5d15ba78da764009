#include "native/wire/v2_hello.hpp"

#include <algorithm>
#include <vector>

#include "native/wire/datagram.hpp"
#include "native/wire/details.hpp"
#include "native/wire/errc.hpp"
#include "native/wire/sane.hpp"
#include "native/wire/v2_fields.hpp"

namespace pf::native::wire::v2 {
namespace {

// In a hello no tag at all may repeat, so the fields are sorted by tag.
class Hello {
 public:
  static Result<Hello> parse(ByteSpan body) {
    Hello hello;
    while (!body.empty()) {
      const auto field = take_field(body);
      if (!field) return fail(Errc::BadField);
      hello.fields_.push_back(*field);
    }
    std::sort(hello.fields_.begin(), hello.fields_.end(), before);
    const auto same = [](const Field& a, const Field& b) { return a.tag == b.tag; };
    if (std::adjacent_find(hello.fields_.begin(), hello.fields_.end(), same) != hello.fields_.end())
      return fail(Errc::RepeatedField);
    return hello;
  }

  std::optional<ByteSpan> find(std::uint64_t tag) const {
    const auto at = std::lower_bound(fields_.begin(), fields_.end(), Field{tag, {}}, before);
    if (at == fields_.end() || at->tag != tag) return std::nullopt;
    return at->value;
  }
  template <std::unsigned_integral T>
  T integer(std::uint64_t tag, T absent) {
    if (const auto value = find(tag)) check(load_integer(*value, absent));
    return absent;
  }
  std::uint8_t u8(std::uint64_t tag, std::uint8_t absent = 0) { return integer(tag, absent); }
  std::uint16_t u16(std::uint64_t tag) { return integer(tag, std::uint16_t{0}); }
  std::uint32_t u32(std::uint64_t tag) { return integer(tag, std::uint32_t{0}); }
  std::string text(std::uint64_t tag, std::size_t max) {
    const auto value = find(tag);
    return value ? sane::text(*value, max) : std::string();
  }
  std::optional<SessionId> session_id(std::uint64_t tag) {
    const auto value = find(tag);
    if (!value) return std::nullopt;
    SessionId id{};
    check(value->size() == id.size());
    if (value->size() == id.size()) std::copy(value->begin(), value->end(), id.begin());
    return id;
  }
  // Bit n of the string is bit n % 8 of byte n / 8; what no feature has a number for is dropped.
  std::uint64_t bits(std::uint64_t tag) {
    std::uint64_t out = 0;
    const auto value = find(tag).value_or(ByteSpan());
    for (std::size_t i = 0; i < std::min<std::size_t>(value.size(), 8); ++i)
      out |= std::uint64_t{value[i]} << (8 * i);
    return out;
  }
  void check(bool condition) { valid_ = valid_ && condition; }
  bool valid() const { return valid_; }

 private:
  static bool before(const Field& a, const Field& b) { return a.tag < b.tag; }
  std::vector<Field> fields_;
  bool valid_ = true;
};

void write_bits(FieldWriter& w, std::uint64_t tag, std::uint64_t bits) {
  std::array<std::uint8_t, 8> raw;
  store_le(raw.data(), bits);
  std::size_t size = raw.size();
  while (size > 0 && raw[size - 1] == 0) --size;
  w.bytes(tag, ByteSpan(raw).first(size));
}

void write_text(FieldWriter& w, std::uint64_t tag, const std::string& text, std::size_t max) {
  if (!text.empty()) w.bytes(tag, as_bytes(fit_text(text, max)));
}

void read_details(Hello& in, ClientDetails& out) {
  out.label = in.text(19, kMaxLabel);
  out.abr_features = in.u8(20);
  if (const auto preset = in.find(21)) out.preset = load_preset(*preset);
  if (const auto link = in.find(22)) load_link_or_delivery(*link, false, out);
  out.probe_only = in.find(24).has_value();
  if (const auto bpp = in.find(25); bpp && bpp->size() >= 2)
    in.check(load_integer(*bpp, out.pyrowave_bpp_x100));
}

}  // namespace

Result<ClientHello> read_client_hello(ByteSpan body) {
  auto parsed = Hello::parse(body);
  if (!parsed) return pass(parsed);
  auto& in = *parsed;
  ClientHello out;
  out.resume = in.session_id(1);
  if (const auto suites = in.find(2)) out.suites.assign(suites->begin(), suites->end());
  if (const auto mode = in.find(3)) in.check(load_mode(*mode, out.mode));
  out.compositor = sane::compositor(in.u8(4));
  out.gamepad = sane::gamepad(in.u8(5));
  out.bitrate_kbps = in.u32(6);
  out.name = in.text(7, 64);
  out.launch = in.text(8, 128);
  const auto bits = in.bits(9);
  out.video_caps = static_cast<std::uint8_t>(bits);
  out.client_caps = static_cast<std::uint8_t>(bits >> 8);
  out.features = bits & feature::kMask;
  out.audio_channels = sane::channels(in.u8(10, 2));
  out.codecs = sane::codecs(in.u8(11));
  out.preferred_codec = in.u8(12);
  if (const auto hdr = in.find(13); hdr && hdr->size() == 28) out.hdr = load_hdr(hdr->first<28>());
  out.max_shard_payload = in.u16(14);
  out.audio_rate_hz = sane::asked_rate(in.u32(15));
  out.audio_bits = sane::audio_bits(in.u8(16));
  out.audio_layout = in.u8(17);
  out.video_fit = in.u8(18);
  read_details(in, out.details);
  out.profile = in.text(23, 64);
  out.access_only = in.u8(26) != 0;
  if (!in.valid()) return fail(Errc::BadValue);
  return out;
}

Result<ServerHello> read_server_hello(ByteSpan body) {
  auto parsed = Hello::parse(body);
  if (!parsed) return pass(parsed);
  auto& in = *parsed;
  ServerHello out;
  const auto id = in.session_id(1);
  if (!id) return fail(Errc::MissingField, "session id");
  out.session_id = *id;
  out.clock_origin_ns = in.integer(2, std::uint64_t{0});
  out.suite.reset();
  if (in.find(3)) {
    const auto suite = in.u8(3);
    in.check(suite <= static_cast<std::uint8_t>(Suite::ChaCha20Poly1305));
    out.suite = static_cast<Suite>(suite);
  }
  const auto bits = in.bits(4);
  out.host_caps = static_cast<std::uint8_t>(bits >> 16);
  out.host_caps2 = static_cast<std::uint8_t>(bits >> 24);
  out.features = bits & feature::kMask;
  if (const auto mode = in.find(5)) in.check(load_mode(*mode, out.mode));
  out.fec_scheme = sane::fec(in.u8(6, 1));
  out.fec_percent = in.u8(7);
  out.max_data_per_block = in.u16(8);
  out.shard_payload = in.u16(9);
  out.frames = in.u32(10);
  out.compositor = sane::compositor(in.u8(11));
  out.gamepad = sane::gamepad(in.u8(12));
  out.bitrate_kbps = in.u32(13);
  out.bit_depth = sane::bit_depth(in.u8(14, 8));
  if (const auto colour = in.find(15)) in.check(load_colour(*colour, out.colour));
  out.chroma_format = sane::chroma(in.u8(16, 1));
  out.audio_channels = sane::channels(in.u8(17, 2));
  out.codec = sane::codec(in.u8(18));
  out.management_port = in.u16(19);
  if (in.find(20)) out.grants = in.u32(20);
  out.expires_in_s = in.u32(21);
  out.audio_codec = static_cast<AudioCodec>(in.u8(22));
  out.audio_rate_hz = sane::granted_rate(in.u32(23));
  out.audio_bits = sane::audio_bits(in.u8(24, 16));
  out.audio_frame_us = sane::frame_us(in.u16(25));
  out.audio_layout = in.u8(26);
  out.profile = in.text(27, 64);
  if (!in.valid()) return fail(Errc::BadValue);
  return out;
}

void write_client_hello(const ClientHello& hello, Bytes& out) {
  FieldWriter w(out);
  if (hello.resume) w.bytes(1, *hello.resume);
  if (!hello.suites.empty()) w.bytes(2, hello.suites);
  w.mode(3, hello.mode);
  w.integer(4, static_cast<std::uint8_t>(hello.compositor));
  w.integer(5, static_cast<std::uint8_t>(hello.gamepad));
  w.integer(6, hello.bitrate_kbps);
  write_text(w, 7, hello.name, 64);
  write_text(w, 8, hello.launch, 128);
  write_bits(
      w, 9,
      hello.video_caps | std::uint64_t{hello.client_caps} << 8 | (hello.features & feature::kMask));
  w.integer(10, hello.audio_channels);
  w.integer(11, hello.codecs);
  w.integer(12, hello.preferred_codec);
  if (hello.hdr) {
    std::array<std::uint8_t, 28> block;
    store_hdr(*hello.hdr, block);
    w.bytes(13, block);
  }
  w.integer(14, hello.max_shard_payload);
  w.integer(15, hello.audio_rate_hz);
  w.integer(16, hello.audio_bits);
  w.integer(17, hello.audio_layout);
  w.integer(18, hello.video_fit);
  const auto& details = hello.details;
  write_text(w, 19, details.label, kMaxLabel);
  if (details.abr_features != 0) w.integer(20, details.abr_features);
  if (details.preset) w.bytes(21, store_preset(*details.preset));
  if (const auto link = store_link_or_delivery(details); !link.empty()) w.bytes(22, link);
  if (details.probe_only) w.integer(24, std::uint8_t{1});
  write_text(w, 23, hello.profile, 64);
  if (details.pyrowave_bpp_x100 != 0) w.integer(25, details.pyrowave_bpp_x100);
  if (hello.access_only) w.integer(26, std::uint8_t{1});
}

void write_server_hello(const ServerHello& hello, Bytes& out) {
  FieldWriter w(out);
  w.bytes(1, hello.session_id);
  w.integer(2, hello.clock_origin_ns);
  if (hello.suite) w.integer(3, static_cast<std::uint8_t>(*hello.suite));
  write_bits(w, 4,
             std::uint64_t{hello.host_caps} << 16 | std::uint64_t{hello.host_caps2} << 24 |
                 (hello.features & feature::kMask));
  w.mode(5, hello.mode);
  w.integer(6, static_cast<std::uint8_t>(hello.fec_scheme));
  w.integer(7, hello.fec_percent);
  w.integer(8, hello.max_data_per_block);
  w.integer(9, hello.shard_payload);
  w.integer(10, hello.frames);
  w.integer(11, static_cast<std::uint8_t>(hello.compositor));
  w.integer(12, static_cast<std::uint8_t>(hello.gamepad));
  w.integer(13, hello.bitrate_kbps);
  w.integer(14, hello.bit_depth);
  w.colour(15, hello.colour);
  w.integer(16, hello.chroma_format);
  w.integer(17, hello.audio_channels);
  w.integer(18, hello.codec);
  w.integer(19, hello.management_port);
  if (hello.grants) w.integer(20, *hello.grants);
  w.integer(21, hello.expires_in_s);
  w.integer(22, static_cast<std::uint8_t>(hello.audio_codec));
  w.integer(23, hello.audio_rate_hz);
  w.integer(24, hello.audio_bits);
  w.integer(25, hello.audio_frame_us);
  w.integer(26, hello.audio_layout);
  write_text(w, 27, hello.profile, 64);
}

}  // namespace pf::native::wire::v2
