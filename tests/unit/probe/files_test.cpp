// Ogg Opus, WAV, pictures, quantiles.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "native/wire/constants.hpp"
#include "probe/ogg_opus.hpp"
#include "probe/picture_check.hpp"
#include "probe/sound_file.hpp"
#include "probe/statistics.hpp"

namespace pf::probe {
namespace {

using nlohmann::json;

struct Page {
  std::uint8_t flags = 0;
  std::uint64_t granule = 0;
  std::uint32_t number = 0;
  std::vector<Bytes> packets;
};

std::vector<Page> pages_of(const std::string& file) {
  std::vector<Page> pages;
  ByteReader in(as_bytes(file));
  while (in.remaining() > 0) {
    EXPECT_EQ(as_text(in.take(4)), "OggS");
    in.skip(1);
    Page page;
    page.flags = in.u8();
    page.granule = in.le<std::uint64_t>();
    in.skip(4);
    page.number = in.le<std::uint32_t>();
    in.skip(4);
    const auto segments = in.take(in.u8());
    std::size_t size = 0;
    for (const auto s : segments) {
      size += s;
      if (s == 255) continue;
      const auto packet = in.take(size);
      page.packets.emplace_back(packet.begin(), packet.end());
      size = 0;
    }
    pages.push_back(page);
    if (!in.ok()) break;
  }
  EXPECT_TRUE(in.ok());
  return pages;
}

// RFC 3533 6: the checksum of a page with its field zeroed, made bit by bit.
std::uint32_t slow_crc(Bytes page) {
  std::fill_n(page.begin() + 22, 4, std::uint8_t{0});
  std::uint32_t r = 0;
  for (const auto b : page)
    for (int i = 7; i >= 0; --i) {
      const bool out = ((r >> 31U) ^ (std::uint32_t{b} >> static_cast<unsigned>(i) & 1U)) != 0;
      r = (r << 1U) ^ (out ? 0x04C11DB7U : 0U);
    }
  return r;
}

TEST(OggOpus, HeadersPagesAndTimes) {
  std::ostringstream file;
  OggOpusWriter writer(file, audio::opus_layout({}), 9);
  const Bytes packet(300, 0xE8);
  for (int i = 0; i < 100; ++i) writer.packet(packet, 240);
  writer.missing(480);
  writer.packet({}, 240);
  writer.finish();
  writer.finish();
  const auto pages = pages_of(file.str());
  ASSERT_GE(pages.size(), 4u);
  EXPECT_EQ(pages[0].flags, 2);
  EXPECT_EQ(as_text(ByteSpan(pages[0].packets[0]).first(8)), "OpusHead");
  EXPECT_EQ(pages[0].packets[0].size(), 19u);
  EXPECT_EQ(as_text(ByteSpan(pages[1].packets[0]).first(8)), "OpusTags");
  EXPECT_EQ(pages.back().flags, 4);
  EXPECT_EQ(pages.back().granule, 103u * 240);
  std::size_t packets = 0;
  for (std::size_t i = 2; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].number, i);
    packets += pages[i].packets.size();
  }
  EXPECT_EQ(packets, 103u);
  EXPECT_EQ(pages.back().packets.back(), Bytes{0xEC});
  const auto text = file.str();
  const Bytes first(text.begin(), text.begin() + 28 + 19);
  EXPECT_EQ(load_le<std::uint32_t>(first.data() + 22), slow_crc(first));
}

TEST(OggOpus, SurroundIsInTheOrderOfTheFormat) {
  audio::Layout layout;
  layout.speakers = audio::Speakers::Surround51;
  std::ostringstream file;
  OggOpusWriter writer(file, audio::opus_layout(layout), 1);
  writer.missing(240);
  writer.finish();
  const auto pages = pages_of(file.str());
  // Family 1, four streams, two coupled; FL FC FR RL RR LFE of FL FR FC LFE RL RR.
  EXPECT_EQ(Bytes(pages[0].packets[0].begin() + 18, pages[0].packets[0].end()),
            (Bytes{1, 4, 2, 0, 2, 1, 4, 5, 3}));
  EXPECT_EQ(pages[2].packets[0], (Bytes{0xEC, 0, 0xEC, 0, 0xE8, 0, 0xE8}));
}

TEST(OpusSamples, FromTheFirstByte) {
  EXPECT_EQ(opus_samples(Bytes{0xE8, 1, 2}), 240u);  // 5 ms
  EXPECT_EQ(opus_samples(Bytes{0xFC, 1}), 960u);     // 20 ms
  EXPECT_EQ(opus_samples(Bytes{0xE9, 1, 2}), 480u);  // two frames
  EXPECT_EQ(opus_samples(Bytes{0xEB, 3}), 720u);     // three
  EXPECT_EQ(opus_samples(Bytes{0x18, 1}), 2880u);    // SILK, 60 ms
  EXPECT_EQ(opus_samples(Bytes{0xFB, 48}), 0u);      // 960 ms: too long
  EXPECT_EQ(opus_samples(Bytes{0xEB}), 0u);
  EXPECT_EQ(opus_samples({}), 0u);
}

Bytes wav(std::uint16_t kind, std::uint16_t channels, std::uint32_t rate, std::uint16_t bits,
          const Bytes& data) {
  Bytes out;
  ByteWriter w(out);
  w.bytes(as_bytes("RIFF")).le(std::uint32_t{0}).bytes(as_bytes("WAVE"));
  w.bytes(as_bytes("LIST")).le(std::uint32_t{3}).bytes(Bytes{1, 2, 3, 0});
  w.bytes(as_bytes("fmt ")).le(std::uint32_t{16}).le(kind).le(channels).le(rate);
  w.le(std::uint32_t{0}).le(std::uint16_t{0}).le(bits);
  w.bytes(as_bytes("data")).le(static_cast<std::uint32_t>(data.size())).bytes(data);
  return out;
}

TEST(Wav, FormsThatAreTaken) {
  const auto mono = parse_wav(wav(1, 1, 48'000, 16, {0x00, 0x40, 0x00, 0x80}));
  ASSERT_TRUE(mono);
  EXPECT_EQ(*mono, (std::vector<float>{0.5F, 0.5F, -1.0F, -1.0F}));
  const auto stereo = parse_wav(wav(1, 2, 48'000, 24, {0, 0, 0x40, 0, 0, 0xC0}));
  ASSERT_TRUE(stereo);
  EXPECT_EQ(*stereo, (std::vector<float>{0.5F, -0.5F}));
  const auto floats = parse_wav(wav(3, 1, 48'000, 32, {0, 0, 0x80, 0x3E, 0, 0, 0xC0, 0x7F}));
  ASSERT_TRUE(floats);
  EXPECT_EQ(*floats, (std::vector<float>{0.25F, 0.25F, 0, 0}));  // not a number: silence
}

TEST(Wav, FormsThatAreNot) {
  EXPECT_FALSE(parse_wav({}));
  EXPECT_FALSE(parse_wav(as_bytes("RIFFxxxxWAVE")));
  EXPECT_FALSE(parse_wav(wav(1, 1, 44'100, 16, {0, 0})));
  EXPECT_FALSE(parse_wav(wav(1, 3, 48'000, 16, {0, 0})));
  EXPECT_FALSE(parse_wav(wav(1, 1, 48'000, 8, {0, 0})));
  EXPECT_FALSE(parse_wav(wav(7, 1, 48'000, 16, {0, 0})));
  auto cut = wav(1, 1, 48'000, 16, {0, 0});
  cut.resize(30);
  EXPECT_FALSE(parse_wav(cut));
}

TEST(Tone, IsASineOfItsFrequency) {
  auto tone = make_tone(1000);
  std::vector<float> samples(2 * 48'000);
  EXPECT_EQ(tone->read(samples), 48'000u);
  int rising = 0;
  for (std::size_t i = 2; i < samples.size(); i += 2)
    rising += samples[i - 2] < 0 && samples[i] >= 0 ? 1 : 0;
  EXPECT_NEAR(rising, 1000, 1);
  EXPECT_NEAR(*std::max_element(samples.begin(), samples.end()), 0.25F, 1e-3F);
}

namespace codec = native::wire::codec_bit;

const Bytes kIdr264{0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 3, 4};
const Bytes kP264{0, 0, 0, 1, 0x41, 3, 4};
const Bytes kBare264{0, 0, 0, 1, 0x65, 3, 4};
const Bytes kIdr265{0, 0, 0, 1, 0x40, 1, 1, 0, 0, 0, 1, 0x42, 1, 1,
                    0, 0, 0, 1, 0x44, 1, 1, 0, 0, 0, 1, 0x26, 1, 1};
const Bytes kAv1Key{0x12, 0x00, 0x0A, 0x01, 0x00, 0x32, 0x02, 0x10, 0x00};
const Bytes kAv1Frame{0x12, 0x00, 0x32, 0x02, 0x10, 0x00};

TEST(PictureCheck, MarksMustBeTrue) {
  EXPECT_EQ(wrong_with(codec::kH264, kIdr264, true), "");
  EXPECT_EQ(wrong_with(codec::kH264, kP264, false), "");
  EXPECT_NE(wrong_with(codec::kH264, kP264, true), "");
  EXPECT_NE(wrong_with(codec::kH264, kIdr264, false), "");
  EXPECT_NE(wrong_with(codec::kH264, kBare264, true), "");
  EXPECT_NE(wrong_with(codec::kH264, Bytes{1, 2, 3, 4, 5}, false), "");
  EXPECT_NE(wrong_with(codec::kH264, Bytes{0, 0, 0, 1, 0x67, 1}, false), "");
  EXPECT_EQ(wrong_with(codec::kHevc, kIdr265, true), "");
  EXPECT_EQ(wrong_with(codec::kAv1, kAv1Key, true), "");
  EXPECT_EQ(wrong_with(codec::kAv1, kAv1Frame, false), "");
  EXPECT_NE(wrong_with(codec::kAv1, kAv1Frame, true), "");
  EXPECT_NE(wrong_with(codec::kAv1, Bytes{0x32, 0x7F, 1}, false), "");
}

TEST(Samples, QuantilesAreExact) {
  Samples samples;
  EXPECT_EQ(samples.quantile(0.5), 0);
  for (int i = 100; i >= 1; --i) samples.add(i);
  EXPECT_EQ(samples.quantile(0), 1);
  EXPECT_EQ(samples.quantile(0.5), 51);
  EXPECT_EQ(samples.quantile(1), 100);
  EXPECT_EQ(samples.max(), 100);
  EXPECT_DOUBLE_EQ(samples.mean(), 50.5);
  for (std::size_t i = 0; i < Samples::kKept; ++i) samples.add(7);
  EXPECT_EQ(samples.quantile(0.99), 7);  // the newest count
}

TEST(Statistics, JsonOfNothingIsWhole) {
  Statistics statistics;
  const auto out = to_json(statistics);
  EXPECT_TRUE(out["video"]["first_frame_ms"].is_null());
  EXPECT_TRUE(out["session"].is_null());
  EXPECT_EQ(out["video"]["frames"], 0);
  statistics.violations.add("media.forged", "one", 2);
  statistics.violations.add("media.forged", "two", 1);
  EXPECT_EQ(to_json(statistics)["violations"],
            (json{{{"rule", "media.forged"}, {"count", 3}, {"first", "one"}}}));
  EXPECT_NE(to_text(statistics).find("BROKEN RULE"), std::string::npos);
}

}  // namespace
}  // namespace pf::probe
