// Hexadecimal vectors and round trips for the wire tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/hex.hpp"
#include "native/wire/codec.hpp"

namespace pf::native::wire::test {

// Bytes of a vector as the protocol notes print it, blanks included.
inline Bytes hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits += c;
  auto bytes = from_hex(digits);
  if (!bytes) throw std::invalid_argument(std::string(text));
  return *bytes;
}

inline Bytes concat(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// A generation 1 frame around a payload.
inline Bytes v1_frame(const Bytes& payload) {
  Bytes out;
  ByteWriter(out).le(static_cast<std::uint16_t>(payload.size())).bytes(payload);
  return out;
}
// A typed message from what follows the magic.
inline Bytes v1_typed(std::string_view text) {
  return v1_frame(concat({{'P', 'K', 'F', 'c'}, hex(text)}));
}

// Everything a reader makes of `bytes`.
inline std::vector<Incoming> read_all(ControlReader& reader, ByteSpan bytes) {
  std::vector<Incoming> out;
  for (;;) {
    auto next = reader.next(bytes);
    EXPECT_TRUE(next) << next.error().message();
    if (!next || !*next) return out;
    out.push_back(std::move(**next));
  }
}

inline Result<ControlMessage> decode_one(Generation generation, const Bytes& frame,
                                         End reader = End::Host, bool extensions = false) {
  ControlReader in(generation, reader);
  in.expect_extensions(extensions);
  auto all = read_all(in, frame);
  EXPECT_FALSE(in.partial());
  if (all.size() != 1) return fail(Errc::BadLength, "not one frame");
  return std::move(all[0].message);
}

inline Bytes encode_one(Generation generation, const ControlMessage& message) {
  Bytes out;
  EXPECT_TRUE(encode(generation, message, out));
  return out;
}

// The vector both ways.
template <class M>
void expect_vector(Generation generation, const Bytes& frame, const M& message,
                   End reader = End::Host) {
  EXPECT_EQ(to_hex(encode_one(generation, message)), to_hex(frame));
  const auto decoded = decode_one(generation, frame, reader);
  ASSERT_TRUE(decoded) << decoded.error().message();
  ASSERT_TRUE(std::holds_alternative<M>(*decoded));
  EXPECT_EQ(std::get<M>(*decoded), message);
}

template <class M>
M get(Result<ControlMessage> decoded) {
  EXPECT_TRUE(decoded) << decoded.error().message();
  if (!decoded || !std::holds_alternative<M>(*decoded)) {
    ADD_FAILURE() << "another message";
    return {};
  }
  return std::get<M>(*decoded);
}

inline HdrMetadata p3_like() {
  HdrMetadata hdr;
  hdr.green = {8500, 39850};
  hdr.blue = {6550, 2300};
  hdr.red = {35400, 14600};
  hdr.white = {15635, 16450};
  hdr.max_luminance = 10'000'000;
  hdr.min_luminance = 1;
  hdr.max_content_light = 1000;
  hdr.max_frame_average_light = 400;
  return hdr;
}

// Every message with no field at its default.
std::vector<ControlMessage> samples();

}  // namespace pf::native::wire::test
