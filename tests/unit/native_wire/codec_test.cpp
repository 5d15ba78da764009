// What both codecs owe their callers: round trips, agreement, bounds, and sane answers to bytes
// that are cut, stretched or repeated.
#include <random>

#include "native/wire/text.hpp"
#include "native/wire/varint.hpp"
#include "unit/native_wire/wire_test_support.hpp"

namespace pf::native::wire {
namespace {
using namespace test;

constexpr Generation kBoth[] = {Generation::V1, Generation::V2};

End reader_of(const ControlMessage& message) {
  return std::holds_alternative<ServerHello>(message) ? End::Client : End::Host;
}

// What a generation carries of a message; nothing when it has no such message.
std::optional<ControlMessage> carried(Generation generation, ControlMessage message) {
  if (generation == Generation::V1) {
    if (auto* hello = std::get_if<ClientHello>(&message)) {
      hello->resume.reset();
      hello->suites.clear();
      hello->features = 0;
      hello->details = {};
      hello->profile.clear();
      hello->access_only = false;
    } else if (auto* server = std::get_if<ServerHello>(&message)) {
      server->session_id = {};
      server->clock_origin_ns = 0;
      server->features = 0;
      server->profile.clear();
    } else if (std::holds_alternative<Pending>(message) ||
               std::holds_alternative<Redirect>(message) ||
               std::holds_alternative<Refused>(message) ||
               std::holds_alternative<StreamConfig>(message) ||
               std::holds_alternative<PadIdentity>(message) ||
               std::holds_alternative<PadFeature>(message)) {
      return std::nullopt;
    }
  } else if (auto* server = std::get_if<ServerHello>(&message)) {
    const ServerHello fresh;
    server->udp_port = 0;
    server->key = fresh.key;
    server->salt = fresh.salt;
    server->chacha_key = fresh.chacha_key;
  } else if (auto* ready = std::get_if<Ready>(&message)) {
    *ready = {};
  }
  return message;
}

// Start is the second message of a client.
Result<ControlMessage> decode_placed(Generation generation, const ControlMessage& message,
                                     const Bytes& frame) {
  if (generation == Generation::V2 || !std::holds_alternative<Ready>(message))
    return decode_one(generation, frame, reader_of(message), true);
  ControlReader reader(generation, End::Host);
  reader.expect_extensions(true);
  read_all(reader, encode_one(generation, ClientHello{}));
  auto all = read_all(reader, frame);
  if (all.size() != 1) return fail(Errc::BadLength);
  return std::move(all[0].message);
}

TEST(Codec, EveryMessageComesBackInBothGenerations) {
  std::size_t both = 0;
  for (const auto& message : samples()) {
    SCOPED_TRACE(message.index());
    for (const auto generation : kBoth) {
      const auto expected = carried(generation, message);
      Bytes frame{0xEE};
      ASSERT_EQ(encode(generation, message, frame), expected.has_value());
      if (!expected) {
        EXPECT_EQ(frame, Bytes{0xEE});
        continue;
      }
      ++both;
      frame.erase(frame.begin());
      const auto decoded = decode_placed(generation, message, frame);
      ASSERT_TRUE(decoded) << decoded.error().message();
      EXPECT_TRUE(*decoded == *expected);
    }
  }
  EXPECT_EQ(samples().size(), std::variant_size_v<ControlMessage>);
  EXPECT_EQ(both, 2 * std::variant_size_v<ControlMessage> - 6);
}

TEST(Codec, BothGenerationsMeanTheSame) {
  for (const auto& message : samples()) {
    SCOPED_TRACE(message.index());
    const auto shared = carried(Generation::V1, message);
    if (!shared) continue;
    const auto common = carried(Generation::V2, *shared);
    // Of the hellos, the parts that both carry; of all others everything.
    if (std::holds_alternative<ClientHello>(message) || std::holds_alternative<Ready>(message) ||
        std::holds_alternative<ServerHello>(message)) {
      const auto one = decode_placed(Generation::V1, *common, encode_one(Generation::V1, *common));
      const auto two = decode_placed(Generation::V2, *common, encode_one(Generation::V2, *common));
      ASSERT_TRUE(one && two);
      if (const auto* server = std::get_if<ServerHello>(&*one)) {
        auto plain = *server;
        plain.session_id = {};
        EXPECT_TRUE(ControlMessage(plain) == *two);
      } else {
        EXPECT_TRUE(*one == *two);
      }
      continue;
    }
    EXPECT_TRUE(*decode_one(Generation::V1, encode_one(Generation::V1, message)) ==
                *decode_one(Generation::V2, encode_one(Generation::V2, message)));
  }
}

TEST(Codec, FramesMayArriveInAnyPieces) {
  std::mt19937 random(1);
  for (const auto generation : kBoth) {
    Bytes stream;
    std::size_t frames = 0;
    for (const auto& message : samples()) frames += encode(generation, message, stream) ? 1 : 0;
    for (const std::size_t largest : {1U, 2U, 7U, 64U, 5000U}) {
      ControlReader reader(generation, End::Host);
      std::size_t seen = 0;
      for (ByteSpan rest(stream); !rest.empty();) {
        const auto size = std::min<std::size_t>(
            rest.size(), std::uniform_int_distribution<std::size_t>(1, largest)(random));
        seen += read_all(reader, rest.first(size)).size();
        rest = rest.subspan(size);
      }
      EXPECT_EQ(seen, frames);
      EXPECT_FALSE(reader.partial());
    }
  }
}

TEST(Codec, WhatFollowsAFrameStaysWithTheCaller) {
  for (const auto generation : kBoth) {
    auto bytes = encode_one(generation, ClipFetchHeader{ClipStatus::Ok, 3});
    bytes.insert(bytes.end(), {'r', 'a', 'w'});
    ControlReader reader(generation, End::Client);
    ByteSpan rest(bytes);
    const auto frame = reader.next(rest);
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ(as_text(rest), "raw");
  }
}

// Cut at every byte, the outcome is an error or a message, and memory is left alone.
TEST(Codec, EveryTruncationIsAnswered) {
  for (const auto& message : samples()) {
    SCOPED_TRACE(message.index());
    Bytes framed;
    if (encode(Generation::V1, message, framed)) {
      const ByteSpan payload = ByteSpan(framed).subspan(2);
      for (std::size_t size = 0; size < payload.size(); ++size) {
        const Bytes cut(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size));
        const auto decoded = decode_placed(Generation::V1, message, v1_frame(cut));
        const bool positional = message.index() < 3;
        // Typed messages have one length; three have older, shorter forms.
        const bool older = std::holds_alternative<BitrateChanged>(message) ||
                           std::holds_alternative<ProbeResult>(message) ||
                           std::holds_alternative<PhaseReport>(message) ||
                           std::holds_alternative<PairRequest>(message);
        if (!positional && !older) {
          EXPECT_FALSE(decoded) << size;
        }
      }
    }
    ASSERT_TRUE(encode(Generation::V2, message, framed = {}));
    ByteSpan body(framed);
    ASSERT_TRUE(take_varint(body) && take_varint(body));
    for (std::size_t size = 0; size < body.size(); ++size) {
      const Bytes cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
      ByteSpan type(framed);
      const auto decoded = v2::decode({*take_varint(type), cut});
      // A body may end between two fields, where the rest takes its defaults.
      if (!decoded) {
        EXPECT_FALSE(decoded.error().message().empty());
      }
    }
  }
}

TEST(Codec, TypedMessagesOfGenerationOneHaveOneLength) {
  for (const auto& message : samples()) {
    if (message.index() < 3) continue;
    Bytes framed;
    if (!encode(Generation::V1, message, framed)) continue;
    if (std::holds_alternative<PairRequest>(message)) continue;
    Bytes payload(framed.begin() + 2, framed.end());
    payload.push_back(0);
    EXPECT_FALSE(decode_one(Generation::V1, v1_frame(payload))) << message.index();
  }
}

TEST(Codec, UnknownTypesAreNamed) {
  const auto one = decode_one(Generation::V1, v1_typed("7f 0102"));
  ASSERT_FALSE(one);
  EXPECT_TRUE(one.error().is(Errc::UnknownType));
  for (const auto* text : {"3d 00", "40 7f 02 0102", "14 04 01020000", "23 00"}) {
    const auto two = decode_one(Generation::V2, hex(text));
    ASSERT_FALSE(two);
    EXPECT_TRUE(two.error().is(Errc::UnknownType));
  }
}

TEST(Codec, EmptyAndForeignPayloadsOfGenerationOne) {
  EXPECT_TRUE(decode_one(Generation::V1, hex("0000")).error().is(Errc::Truncated));
  EXPECT_TRUE(decode_one(Generation::V1, hex("0400 504b4663")).error().is(Errc::Truncated));
  EXPECT_TRUE(decode_one(Generation::V1, hex("0600 474554202f20")).error().is(Errc::BadMagic));
}

TEST(Codec, LargestFrameOfGenerationOne) {
  Bytes payload(65'535, 0);
  const Bytes head{'P', 'K', 'F', 'c', 0x7F};
  std::copy(head.begin(), head.end(), payload.begin());
  EXPECT_TRUE(decode_one(Generation::V1, v1_frame(payload)).error().is(Errc::UnknownType));
}

TEST(V2Fields, LongVarintsAreRead) {
  // SetBitrate 80000 with every varint in a longer form than it needs.
  EXPECT_EQ(get<SetBitrate>(
                decode_one(Generation::V2, hex("4024 8000000e c000000000000001 4004 80380100"))),
            SetBitrate{80'000});
}

TEST(V2Fields, IntegersOfAnyWidth) {
  const auto kbps = [](std::string_view text) { return decode_one(Generation::V2, hex(text)); };
  EXPECT_EQ(get<SetBitrate>(kbps("24 03 0101 07")).kbps, 7U);
  EXPECT_EQ(get<SetBitrate>(kbps("24 05 0103 070100")).kbps, 0x107U);
  EXPECT_EQ(get<SetBitrate>(kbps("24 0a 0108 0700000000000000")).kbps, 7U);
  EXPECT_TRUE(kbps("24 0a 0108 0000000001000000").error().is(Errc::BadValue));
  EXPECT_TRUE(kbps("24 02 0100").error().is(Errc::BadValue));
  EXPECT_TRUE(kbps("24 0b 0109 070000000000000000").error().is(Errc::BadValue));
  EXPECT_TRUE(get<AudioState>(decode_one(Generation::V2, hex("33 04 0102 0001"))).muted);
}

TEST(V2Fields, OrderUnknownAndMissing) {
  EXPECT_EQ(get<RfiRequest>(
                decode_one(Generation::V2, hex("36 11 02040c000000 40ff 02 abcd 01040a000000"))),
            (RfiRequest{10, 12}));
  EXPECT_EQ(get<RfiRequest>(decode_one(Generation::V2, hex("36 06 02040c000000"))),
            (RfiRequest{0, 12}));
  // What a message leaves out reads as zero, whatever the struct starts with.
  EXPECT_EQ(get<ClipFetch>(decode_one(Generation::V2, hex("4043 00"))).file_index, 0U);
  const auto config = get<StreamConfig>(decode_one(Generation::V2, hex("22 00")));
  EXPECT_EQ(config.codec, 0);
  EXPECT_EQ(config.colour, (Cicp{0, 0, 0, 0}));
}

TEST(V2Fields, RepeatsAreErrorsForWhatIsSingle) {
  EXPECT_TRUE(
      decode_one(Generation::V2, hex("24 06 010107 010108")).error().is(Errc::RepeatedField));
  // An unknown tag may repeat, but not in a hello.
  EXPECT_TRUE(decode_one(Generation::V2, hex("24 09 010107 300101 300101")));
  EXPECT_TRUE(
      decode_one(Generation::V2, hex("01 06 300101 300101")).error().is(Errc::RepeatedField));
  EXPECT_TRUE(
      decode_one(Generation::V2, hex("01 06 040100 040100")).error().is(Errc::RepeatedField));
  EXPECT_TRUE(
      decode_one(Generation::V2, hex("02 06 300101 300101")).error().is(Errc::RepeatedField));
}

TEST(V2Fields, OverrunsRejectTheMessageNotTheStream) {
  ControlReader reader(Generation::V2, End::Host);
  const auto all = read_all(reader, hex("24 03 010407  24 01 40  24 03 010109  24 02 0180"));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(all[0].message.error().is(Errc::BadField));
  EXPECT_TRUE(all[1].message.error().is(Errc::BadField));
  EXPECT_EQ(std::get<SetBitrate>(*all[2].message).kbps, 9U);
  EXPECT_EQ(all[2].type, 0x24U);
  EXPECT_TRUE(all[3].message.error().is(Errc::BadField));
}

TEST(V2Fields, ModesAndColoursHaveOneSize) {
  EXPECT_TRUE(decode_one(Generation::V2, hex("20 0d 010b 80070000 38040000 780000"))
                  .error()
                  .is(Errc::BadValue));
  EXPECT_TRUE(decode_one(Generation::V2, hex("22 05 0503 010101")).error().is(Errc::BadValue));
}

// The head of a frame as a peer would send it, without its body.
Bytes head(std::uint64_t type, std::uint64_t length) {
  Bytes out;
  put_varint(out, type);
  put_varint(out, length);
  return out;
}

TEST(V2Bounds, AreEnforcedBeforeTheBody) {
  const std::pair<std::uint64_t, std::size_t> bounds[] = {
      {0x01, 16'384}, {0x02, 16'384}, {0x03, 256},         {0x04, 1024}, {0x05, 1024},
      {0x06, 1024},   {0x10, 4096},   {0x11, 1024},        {0x12, 256},  {0x13, 256},
      {0x14, 256},    {0x15, 1024},   {0x20, 1024},        {0x21, 1024}, {0x22, 4096},
      {0x23, 1024},   {0x24, 256},    {0x30, 131'072},     {0x34, 1024}, {0x42, 8192},
      {0x43, 1024},   {0x50, 256},    {0x51, 8192},        {0x52, 256},  {0x3F, 65'536},
      {0x60, 65'536}, {0x07, 65'536}, {1ULL << 40, 65'536}};
  for (const auto& [type, bound] : bounds) {
    SCOPED_TRACE(type);
    EXPECT_EQ(v2::body_bound(type), bound);
    v2::FrameReader fits, over;
    auto bytes = head(type, bound);
    ByteSpan rest(bytes);
    EXPECT_TRUE(fits.next(rest));
    EXPECT_TRUE(fits.partial());
    bytes = head(type, bound + 1);
    rest = bytes;
    const auto refused = over.next(rest);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::FrameTooLong));
    rest = bytes;
    EXPECT_FALSE(over.next(rest));  // for ever
  }
  ControlReader reader(Generation::V2, End::Host);
  const auto bytes = head(0x24, (1ULL << 62) - 1);
  ByteSpan rest(bytes);
  EXPECT_FALSE(reader.next(rest));
}

TEST(V2Bounds, UnknownBodiesArePassedOver) {
  auto bytes = head(0x3D, 65'536);
  bytes.resize(bytes.size() + 65'536, 0xFF);
  const auto next = encode_one(Generation::V2, SetBitrate{5});
  bytes.insert(bytes.end(), next.begin(), next.end());
  ControlReader reader(Generation::V2, End::Host);
  std::vector<Incoming> all;
  for (ByteSpan rest(bytes); !rest.empty();
       rest = rest.subspan(std::min<std::size_t>(999, rest.size())))
    for (auto& one : read_all(reader, rest.first(std::min<std::size_t>(999, rest.size()))))
      all.push_back(std::move(one));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].message.error().is(Errc::UnknownType));
  EXPECT_TRUE(all[1].message);
}

TEST(Bounds, TextsAreCutAtACharacterWhenSent) {
  std::string text(199, 'a');
  text += "é";  // bytes 199 and 200
  for (const auto generation : kBoth) {
    const auto frame = encode_one(generation, LaunchOutcome{LaunchKind::Failed, text});
    EXPECT_EQ(get<LaunchOutcome>(decode_one(generation, frame)).text, std::string(199, 'a'));
  }
}

TEST(Bounds, TextsTooLongOrBrokenAreRefusedWhenRead) {
  Bytes payload{'P', 'K', 'F', 'c', 0x5A, 4, 201};
  payload.resize(payload.size() + 201, 'x');
  EXPECT_TRUE(decode_one(Generation::V1, v1_frame(payload)).error().is(Errc::BadText));
  EXPECT_TRUE(decode_one(Generation::V2, hex("34 07 010104 0202 c080")).error().is(Errc::BadText));
}

TEST(Bounds, WhatCannotBeSentIsNotSent) {
  Bytes out;
  ClipOffer offer{1, std::vector<ClipFormat>(17)};
  for (const auto generation : kBoth) {
    EXPECT_FALSE(encode(generation, offer, out));
    EXPECT_FALSE(encode(generation, CursorShape{1, 121, 1, 0, 0, Bytes(484)}, out));
    EXPECT_FALSE(encode(generation, CursorShape{1, 2, 2, 0, 0, Bytes(15)}, out));
    EXPECT_FALSE(encode(generation, CursorShape{1, 0, 1, 0, 0, {}}, out));
  }
  EXPECT_FALSE(encode(Generation::V2, PadIdentity{0, "", Bytes(4097), 0}, out));
  EXPECT_FALSE(encode(Generation::V2, PadFeature{0, {}}, out));
  EXPECT_FALSE(encode(Generation::V2, Redirect{}, out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(encode(Generation::V1, CursorShape{1, 120, 120, 0, 0, Bytes(57'600)}, out));
}

TEST(Bounds, CursorShapesAndOffersMustAgreeWithThemselves) {
  EXPECT_FALSE(decode_one(Generation::V1, v1_typed("50 09000000 0100 0100 0000 0000 010203")));
  EXPECT_FALSE(decode_one(Generation::V1, v1_typed("50 09000000 0000 0000 0000 0000")));
  EXPECT_FALSE(decode_one(Generation::V1, v1_typed("42 07000000 11")));
  EXPECT_FALSE(decode_one(Generation::V2, hex("4042 05 0203 010203")));
  EXPECT_FALSE(decode_one(Generation::V2, hex("4050 11 c8 00 41000000 00000000 00000000 000000")));
}

TEST(Enumerations, UnknownValuesReadAsTheSafeOne) {
  EXPECT_EQ(get<LaunchOutcome>(decode_one(Generation::V1, v1_typed("5a 09 00"))).kind,
            LaunchKind::Started);
  EXPECT_EQ(
      get<ClipFetchHeader>(decode_one(Generation::V2, hex("4044 0d 010109 02080000000000000000")))
          .status,
      ClipStatus::Unavailable);
  EXPECT_FALSE(get<BitrateChanged>(decode_one(Generation::V1, v1_typed("06 50c30000 09"))).reason);
}

TEST(StreamType, BothMarks) {
  StreamTypeReader two(Generation::V2);
  auto bytes = hex("02 ff");
  ByteSpan rest(bytes);
  EXPECT_EQ(**two.next(rest), stream_type::kTransfer);
  EXPECT_EQ(rest.size(), 1U);

  StreamTypeReader slow(Generation::V2);
  bytes = hex("4003");
  rest = ByteSpan(bytes).first(1);
  EXPECT_FALSE(*slow.next(rest));
  rest = ByteSpan(bytes).subspan(1);
  EXPECT_EQ(**slow.next(rest), stream_type::kManagement);

  Bytes mark;
  encode_stream_type(Generation::V1, stream_type::kTransfer, mark);
  EXPECT_EQ(mark, hex("504b467301"));
  StreamTypeReader one(Generation::V1);
  for (std::size_t i = 0; i < mark.size(); ++i) {
    rest = ByteSpan(mark).subspan(i, 1);
    const auto type = one.next(rest);
    ASSERT_TRUE(type);
    EXPECT_EQ(type->has_value(), i == 4);
  }
  StreamTypeReader wrong(Generation::V1);
  bytes = hex("504b4663");
  rest = bytes;
  EXPECT_FALSE(wrong.next(rest));
  EXPECT_FALSE(wrong.next(rest = bytes));
  EXPECT_FALSE(wrong.next(rest = bytes));

  Bytes control;
  encode_stream_type(Generation::V1, stream_type::kControl, control);
  EXPECT_TRUE(control.empty());
  encode_stream_type(Generation::V2, stream_type::kControl, control);
  EXPECT_EQ(control, hex("00"));
}

TEST(Varint, SamplesOfTheRfc) {
  const std::pair<const char*, std::uint64_t> samples[] = {
      {"c2197c5eff14e88c", 151'288'809'941'952'652ULL},
      {"9d7f3e7d", 494'878'333},
      {"7bbd", 15'293},
      {"25", 37}};
  for (const auto& [text, value] : samples) {
    const auto bytes = hex(text);
    ByteSpan rest(bytes);
    EXPECT_EQ(take_varint(rest), value);
    EXPECT_TRUE(rest.empty());
    Bytes out;
    put_varint(out, value);
    EXPECT_EQ(out, bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      rest = ByteSpan(bytes).first(size);
      EXPECT_FALSE(take_varint(rest));
      EXPECT_EQ(rest.size(), size);
    }
  }
  const auto longer = hex("4025");
  ByteSpan rest(longer);
  EXPECT_EQ(take_varint(rest), 37U);
}

TEST(Text, Utf8) {
  for (const auto* good : {"", "abc", "é", "€", "😀", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(valid_text(good)) << good;
  for (const auto* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xC3", "\xE2\x82", "\xFF"})
    EXPECT_FALSE(valid_text(bad));
  EXPECT_FALSE(valid_text(std::string_view("a\0b", 3)));
  EXPECT_EQ(fit_text("aé", 2), "a");
  EXPECT_EQ(fit_text("aé", 3), "aé");
  EXPECT_EQ(fit_text("€", 2), "");
}

TEST(CloseCodes, HaveTheirTokens) {
  EXPECT_EQ(close_token(0x42), "busy");
  EXPECT_EQ(close_token(0x60), "not-armed");
  EXPECT_EQ(close_token(0x6B), "host-power");
  EXPECT_EQ(close_token(0x70), "");
  EXPECT_EQ(close_token((1ULL << 32) + 0x42), "");
}

}  // namespace
}  // namespace pf::native::wire
