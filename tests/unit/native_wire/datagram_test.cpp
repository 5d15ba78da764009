// The datagrams of punktfunk1.md 7 and punktfunk2.md 9.
#include "native/wire/datagram.hpp"

#include "base/thread.hpp"
#include "native/wire/pad_output.hpp"
#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire {
namespace {
using namespace test;

// Encodes in both generations; the second is the first behind its kind.
template <class Encode>
void expect_datagram(std::string_view text, std::uint8_t kind, Encode encode) {
  SCOPED_TRACE(text);
  std::array<std::uint8_t, 256> out{};
  auto size = encode(Generation::V1, out);
  EXPECT_EQ(to_hex(ByteSpan(out).first(size)), to_hex(hex(text)));
  size = encode(Generation::V2, out);
  EXPECT_EQ(to_hex(ByteSpan(out).first(size)), to_hex(concat({{kind}, hex(text)})));
  for (std::size_t room = 0; room < size; ++room)
    EXPECT_EQ(encode(Generation::V2, MutableByteSpan(out).first(room)), 0U);
}

Plane opened(const Bytes& datagram, Generation generation = Generation::V1) {
  const auto plane = open_datagram(generation, datagram);
  EXPECT_TRUE(plane);
  return plane ? *plane : Plane{};
}

TEST(Datagram, AudioForms) {
  const auto payload = hex("aabb");
  for (const auto& [text, tag] : {std::pair{"c9", Tag::Audio}, std::pair{"cb", Tag::Microphone},
                                  std::pair{"d3", Tag::AudioPcm}}) {
    const auto vector = std::string(text) + "04030201 8877665544332211 aabb";
    expect_datagram(vector, 1, [&, form = tag](Generation g, MutableByteSpan out) {
      return encode_audio(g, {form, 0x01020304, 0x1122334455667788, payload, {}}, out);
    });
    const auto bytes = hex(vector);
    const auto frame = decode_audio(opened(bytes));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->form, tag);
    EXPECT_EQ(frame->seq, 0x01020304U);
    EXPECT_EQ(frame->pts_ns, 0x1122334455667788U);
    EXPECT_EQ(to_hex(frame->payload), "aabb");
    for (std::size_t size = 1; size < bytes.size(); ++size)
      EXPECT_EQ(decode_audio({tag, ByteSpan(bytes).subspan(1, size - 1)}).has_value(), size >= 13);
  }
}

TEST(Datagram, RedundantAudio) {
  const auto now = hex("aabb"), before = hex("ccddee");
  const auto* text = "d2 04030201 8877665544332211 0200 aabb ccddee";
  expect_datagram(text, 1, [&](Generation g, MutableByteSpan out) {
    return encode_audio(g, {Tag::AudioRedundant, 0x01020304, 0x1122334455667788, now, before}, out);
  });
  const auto bytes = hex(text);
  const auto frame = decode_audio(opened(bytes));
  ASSERT_TRUE(frame);
  EXPECT_EQ(to_hex(frame->payload), "aabb");
  EXPECT_EQ(to_hex(frame->previous), "ccddee");
  auto long_primary = bytes;
  long_primary[13] = 6;
  EXPECT_EQ(decode_audio(opened(long_primary)).error(), Drop::Short);
}

TEST(Datagram, PadAudio) {
  const auto payload = hex("aa");
  const auto* text = "d1 03 01 04030201 8877665544332211 aa";
  expect_datagram(text, 1, [&](Generation g, MutableByteSpan out) {
    return encode_pad_audio(g, {3, true, 0x01020304, 0x1122334455667788, payload}, out);
  });
  const auto bytes = hex(text);
  const auto frame = decode_pad_audio(opened(bytes));
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->speaker);
  EXPECT_EQ(to_hex(frame->payload), "aa");
}

TEST(Datagram, RumbleInItsThreeLengths) {
  PadRumble rumble{1, 0x1234, 0xABCD, PadRumble::Lease{7, 400}, true, 0, 0xFFFF};
  const auto* text = "ca01003412cdab0790010000ffff";
  const auto encode = [&](Generation g, MutableByteSpan out) {
    return encode_rumble(g, rumble, out);
  };
  expect_datagram(text, 5, encode);
  const auto bytes = hex(text);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const auto decoded = decode_rumble({Tag::Rumble, ByteSpan(bytes).subspan(1, size - 1)});
    ASSERT_EQ(decoded.has_value(), size >= 7);
    if (!decoded) continue;
    EXPECT_EQ(decoded->low, 0x1234);
    EXPECT_EQ(decoded->lease.has_value(), size >= 10);
    EXPECT_EQ(decoded->triggers, size >= 14);
  }
  EXPECT_EQ(*decode_rumble(opened(bytes)), rumble);
  rumble.triggers = false;
  expect_datagram("ca01003412cdab079001", 5, encode);
  rumble.lease.reset();
  expect_datagram("ca01003412cdab", 5, encode);
  EXPECT_EQ(decode_rumble(opened(hex("ca10003412cdab"))).error(), Drop::NoSuchPad);
}

TEST(Datagram, Hdr) {
  const auto* text = "ce 3421aa9b 9619fc08 488a0839 133d4240 80969800 01000000 e803 9001";
  expect_datagram(text, 9,
                  [](Generation g, MutableByteSpan out) { return encode_hdr(g, p3_like(), out); });
  EXPECT_EQ(*decode_hdr(opened(hex(text))), p3_like());
  EXPECT_EQ(decode_hdr({Tag::Hdr, {}}).error(), Drop::Short);
}

TEST(Datagram, HostTimingInItsThreeLengths) {
  HostTiming timing{1'000'000'000, 4200, {}, {}};
  const auto encode = [&](Generation g, MutableByteSpan out) {
    return encode_host_timing(g, timing, out);
  };
  expect_datagram("cf 00ca9a3b00000000 68100000", 8, encode);
  timing.stages = HostTiming::Stages{1, 2, 3};
  expect_datagram("cf 00ca9a3b00000000 68100000 010000000200000003000000", 8, encode);
  timing.phase_us = -5;
  const auto* text = "cf 00ca9a3b00000000 68100000 010000000200000003000000 fbffffff";
  expect_datagram(text, 8, encode);
  const auto bytes = hex(text);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const auto decoded =
        decode_host_timing({Tag::HostTiming, ByteSpan(bytes).subspan(1, size - 1)});
    ASSERT_EQ(decoded.has_value(), size >= 13);
    if (!decoded) continue;
    EXPECT_EQ(decoded->stages.has_value(), size >= 25);
    EXPECT_EQ(decoded->phase_us.has_value(), size >= 29);
  }
  EXPECT_EQ(*decode_host_timing(opened(bytes)), timing);
}

TEST(Datagram, Cursor) {
  const CursorState cursor{3, true, false, 640, 360};
  const auto* text = "d0 03000000 01 80020000 68010000";
  expect_datagram(text, 7,
                  [&](Generation g, MutableByteSpan out) { return encode_cursor(g, cursor, out); });
  EXPECT_EQ(*decode_cursor(opened(hex(text))), cursor);
  EXPECT_EQ(decode_cursor(opened(hex("d0 03000000 01 80020000 680100"))).error(), Drop::Short);
}

TEST(Datagram, PadOutputs) {
  RawReport raw{4, true, 3, {}};
  raw.data = {0x80, 1, 2};
  const std::pair<const char*, PadOutput> vectors[] = {
      {"cd 01 02 0a0b0c", PadLed{2, 10, 11, 12}},
      {"cd 02 02 05", PlayerLeds{2, 5}},
      {"cd 03 02 01 2105000000000000000000", AdaptiveTrigger{2, true, {0x21, 5}}},
      {"cd 04 02 01 0100 0200 0300", TrackpadHaptic{2, true, 1, 2, 3}},
      {"cd 05 04 01 800102", raw},
      {"cd 06 0300 07 010203040506", PadAudioControl{3, 7, {1, 2, 3, 4, 5, 6}}},
      {"cd 07 02 01", MicLed{2, 1}},
  };
  for (const auto& [text, output] : vectors) {
    expect_datagram(text, 6, [&, one = output](Generation g, MutableByteSpan out) {
      return encode_pad_output(g, one, out);
    });
    const auto bytes = hex(text);
    const auto decoded = decode_pad_output(opened(bytes));
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(*decoded == output);
    for (std::size_t size = 1; size + 1 < bytes.size(); ++size)
      decode_pad_output({Tag::PadOutput, ByteSpan(bytes).subspan(1, size - 1)});
  }
  EXPECT_EQ(decode_pad_output(opened(hex("cd 03 02 01"))).error(), Drop::Short);
  EXPECT_EQ(std::get<AdaptiveTrigger>(*decode_pad_output(opened(hex("cd 03 02 00 05")))),
            (AdaptiveTrigger{2, false, {5}}));
  EXPECT_EQ(decode_pad_output(opened(hex("cd 09 02 01"))).error(), Drop::UnknownKind);
  EXPECT_EQ(decode_pad_output(opened(hex("cd 02 10 01"))).error(), Drop::NoSuchPad);
  auto longest = hex("cd 05 04 00");
  longest.resize(longest.size() + 64);
  EXPECT_TRUE(decode_pad_output(opened(longest)));
  longest.push_back(0);
  EXPECT_EQ(decode_pad_output(opened(longest)).error(), Drop::BadValue);
}

TEST(Datagram, KindsAndTagsMustAgree) {
  const auto open = [](std::string_view text) {
    const auto bytes = hex(text);
    return open_datagram(Generation::V2, bytes);
  };
  EXPECT_EQ(open("01 c9")->tag, Tag::Audio);
  EXPECT_EQ(open("4001 cb")->tag, Tag::Microphone);  // a long varint
  EXPECT_EQ(open("02 cc")->tag, Tag::RichInput);
  EXPECT_EQ(open("03")->tag, Tag::Feedback);
  for (const auto* text :
       {"00 c9", "04 0100", "0a c9", "02 c9", "01 c8", "05 cd", "01 c7", "01 d4"})
    EXPECT_EQ(open(text).error(), Drop::UnknownTag) << text;
  for (const auto* text : {"", "01", "40"}) EXPECT_EQ(open(text).error(), Drop::Short) << text;
  EXPECT_EQ(open_datagram(Generation::V1, hex("03 0100")).error(), Drop::UnknownTag);
  EXPECT_EQ(open_datagram(Generation::V1, {}).error(), Drop::Short);
}

TEST(Datagram, EncodersDoNotAllocate) {
  std::array<std::uint8_t, 256> out{};
  const std::array<std::uint8_t, 100> opus{};
  const NoAllocScope scope;
  EXPECT_EQ(encode_audio(Generation::V2, {Tag::Audio, 1, 2, opus, {}}, out), 114U);
  EXPECT_EQ(encode_host_timing(Generation::V2, {}, out), 14U);
  EXPECT_EQ(encode_rumble(Generation::V2, {}, out), 8U);
}

Feedback decode(std::string_view text) {
  const auto bytes = hex(text);
  const auto plane = open_datagram(Generation::V2, bytes);
  EXPECT_TRUE(plane);
  const auto feedback = decode_feedback(*plane);
  EXPECT_TRUE(feedback);
  return feedback ? *feedback : Feedback{};
}
void both(std::string_view text, const Feedback& feedback) {
  SCOPED_TRACE(text);
  EXPECT_EQ(decode(text), feedback);
  EXPECT_EQ(to_hex(encode_feedback(feedback)), to_hex(hex(text)));
}

TEST(FeedbackDatagram, Examples) {
  Feedback window;
  window.window = {4, 1200, 1ULL << 40};
  both("03 01 04 04000000 02 04 b0040000 03 08 0000000000010000", window);

  Feedback rfi;
  rfi.ask = {9, false, Feedback::Range{100, 103}};
  both("03 04 02 0900 05 04 64000000 06 04 67000000", rfi);

  Feedback keyframe;
  keyframe.window = {5, 0, 0};
  keyframe.ask = {10, true, {}};
  both("03 010405000000 020400000000 03080000000000000000 04020a00 070101", keyframe);

  Feedback newest;
  newest.window = {6, 40, 90'000};
  newest.lost_tail = 2;
  newest.link_kbps = 940'000;
  newest.shape = 1;
  newest.completed = {7001, 1};
  both(
      "03 010406000000 020428000000 0308905f010000000000 0b0402000000 0804e0570e00 100101 "
      "0e04591b0000 0f020100",
      newest);

  Feedback nack;
  nack.ask = {11, false, {}};
  nack.nack = Feedback::Nack{};
  nack.nack->frame = 812;
  nack.nack->shards = {3, 4, 9, 40};
  nack.nack->count = 4;
  both("03 04020b00 11042c030000 0d020300 0d020400 0d020900 0d022800", nack);
}

TEST(FeedbackDatagram, ZeroNumbersSayNothing) {
  EXPECT_EQ(decode("03 010400000000 020428000000 04020000 070101"), Feedback{});
  EXPECT_EQ(decode("03"), Feedback{});
  EXPECT_EQ(decode("03 40ff0101"), Feedback{});
  EXPECT_EQ(decode("03 04020100 050464000000").ask->invalidate, std::nullopt);
}

TEST(FeedbackDatagram, OneBadFieldSpoilsIt) {
  const auto error = [](std::string_view text) -> std::optional<Drop> {
    const auto bytes = hex(text);
    const auto decoded = decode_feedback(*open_datagram(Generation::V2, bytes));
    if (decoded) return std::nullopt;
    return decoded.error();
  };
  EXPECT_EQ(error("03 0d020300"), Drop::BadValue);  // a NACK without its frame
  for (const auto* tag : {"05", "06", "0e", "0f", "11", "01", "04", "07"})
    EXPECT_EQ(error("03 " + std::string(tag) + "0101" + tag + "0101"), Drop::BadValue) << tag;
  EXPECT_EQ(error("03 0105 0000000001"), Drop::BadValue);  // over 32 bits
  EXPECT_EQ(error("03 0104 04"), Drop::BadValue);
  EXPECT_EQ(error("03 0100"), Drop::BadValue);
  std::string many = "03 11042c030000";
  for (int i = 0; i < 16; ++i) many += "0d0101";
  EXPECT_EQ(decode(many).nack->count, 16);
  EXPECT_EQ(error(many + "0d0101"), Drop::BadValue);
}

}  // namespace
}  // namespace pf::native::wire
