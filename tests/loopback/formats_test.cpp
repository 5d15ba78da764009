// Codecs, depths and HDR through the whole host: real encoders in software, decoded again.
#include <mutex>

#include "base/hex.hpp"
#include "encode/encoder.hpp"
#include "loopback/native_fixture.hpp"
#include "support/picture_stamp.hpp"
#include "unit/encode/decoder.hpp"
#include "unit/encode/obu.hpp"

namespace pf::test {
namespace {

namespace wire = native::wire;
using encode::testing::Decoder;
using gs::StreamState;
using media::Codec;
using media::VideoFormat;

constexpr std::uint64_t kFrames = 12;

TestHost::Options every_format() {
  TestHost::Options options;
  options.formats = {{Codec::H264},       {Codec::H264, false, true}, {Codec::Hevc},
                     {Codec::Hevc, true}, {Codec::Hevc, false, true}, {Codec::Av1},
                     {Codec::Av1, true}};
  return options;
}

bool codes(const VideoFormat& format) {
  for (const auto& backend : encode::backends())
    if (std::string(backend.name) != "synthetic" && encode::try_out(backend, format, {}).ok)
      return true;
  return false;
}

// Decodes in order; each picture carries the stamp of the synthetic screen.
class Watcher {
 public:
  explicit Watcher(Codec codec) : decoder_(codec) {}
  void see(std::span<const std::uint8_t> unit) {
    const auto* picture = decoder_.decode(unit);
    ASSERT_NE(picture, nullptr) << "picture " << seen_;
    EXPECT_EQ(picture->width, 640);
    EXPECT_EQ(picture->height, 360);
    format = static_cast<AVPixelFormat>(picture->format);
    transfer = picture->color_trc;
    primaries = picture->color_primaries;
    space = picture->colorspace;
    range = picture->color_range;
    const bool deep = format == AV_PIX_FMT_YUV420P10 || format == AV_PIX_FMT_YUV444P10;
    const auto stamp = read_stamp_with(640, 360, [&](std::uint32_t x, std::uint32_t y) {
      const auto* row = picture->data[0] + static_cast<std::ptrdiff_t>(y) * picture->linesize[0];
      const auto luma =
          static_cast<std::uint32_t>(deep ? (row[2 * x] | row[2 * x + 1] << 8) / 4 : int{row[x]});
      // White of SDR lies at 58 % of PQ.
      return transfer == AVCOL_TRC_SMPTE2084 ? (std::max(luma, 16U) - 16) * 220 / 127 : luma;
    });
    ++seen_;
    if (!stamp) return;  // now and then too coarse at this bitrate
    ++read_;
    EXPECT_GE(stamp->frame, last_);
    last_ = stamp->frame;
  }
  std::uint64_t seen() const { return seen_; }
  // Most pictures show, legibly, what the screen did.
  bool legible() const { return 3 * read_ >= 2 * seen_; }

  AVPixelFormat format = AV_PIX_FMT_NONE;
  AVColorTransferCharacteristic transfer{};
  AVColorPrimaries primaries{};
  AVColorSpace space{};
  AVColorRange range{};

 private:
  Decoder decoder_;
  std::uint64_t seen_ = 0, read_ = 0;
  std::uint32_t last_ = 0;
};

struct Wish {
  Codec codec;
  bool ten_bit = false, hdr = false, yuv444 = false;
  AVPixelFormat format;
  const char* name;
};
void PrintTo(const Wish& wish, std::ostream* to) {
  *to << wish.name;
}

class MoonlightFormats : public testing::TestWithParam<Wish> {
 protected:
  MoonlightFormats() : host_(every_format()), client_(host_.v4(), client_identity(0)) {
    host_.admit(client_.identity(), "device");
    client_.pin_host(host_.certificate_der());
  }
  Result<> start(const Wish& wish) {
    GsLaunch launch;
    launch.mode = "640x360x30";
    if (wish.hdr) launch.overrides = {{"hdrMode", "1"}};
    auto launched = client_.launch(launch);
    if (!launched) return pass(launched);
    GsStreamOptions options;
    options.width = 640;
    options.height = 360;
    options.fps = 30;
    options.announce = [&](gs::Announce& a) {
      a.set("x-nv-vqos[0].bitStreamFormat", static_cast<int>(wish.codec) - 1);
      a.set("x-nv-video[0].dynamicRangeMode", wish.ten_bit ? 1 : 0);
      a.set("x-ss-video[0].chromaSamplingType", wish.yuv444 ? 1 : 0);
      a.set("x-nv-video[0].videoEncoderSlicesPerFrame", 4);
    };
    return client_.start(options);
  }
  std::string hdr_message() {
    const auto state = client_.stream().state();
    for (const auto& message : state.messages)
      if (message.type == gs::control_type::kHdr) return to_hex(message.payload);
    return {};
  }

  TestHost host_;
  GsClient client_;
};

TEST_P(MoonlightFormats, AsAnnouncedAndDecoded) {
  const auto& wish = GetParam();
  if (!codes({wish.codec, wish.ten_bit, wish.yuv444})) GTEST_SKIP() << "no encoder for it here";
  const auto info = client_.serverinfo();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->value("ServerCodecModeSupport"), std::to_string(0x40000 | 0x80301 | 0x30001));
  EXPECT_NE(info->value("MaxLumaPixelsHEVC"), "0");
  const auto started = start(wish);
  ASSERT_TRUE(started) << started.error().message();
  ASSERT_TRUE(client_.stream().wait_for(
      [](const StreamState& s) { return s.shown_frames >= kFrames && !s.messages.empty(); }));
  const auto state = client_.stream().state();
  EXPECT_EQ(state.recent.front().type, 2);
  Watcher watcher(wish.codec);
  for (const auto& frame : state.recent) {
    watcher.see(frame.bitstream);
    if (wish.codec == Codec::Av1) {
      const auto obus = encode::testing::obus(frame.bitstream);
      ASSERT_FALSE(obus.empty()) << "padding is no part of a temporal unit";
      EXPECT_EQ(obus.front().type, encode::testing::kObuTemporalDelimiter);
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(watcher.seen(), kFrames);
  EXPECT_TRUE(watcher.legible());
  EXPECT_EQ(watcher.format, wish.format);
  EXPECT_EQ(watcher.transfer, wish.hdr ? AVCOL_TRC_SMPTE2084 : AVCOL_TRC_BT709);
  EXPECT_EQ(watcher.primaries, wish.hdr ? AVCOL_PRI_BT2020 : AVCOL_PRI_BT709);
  EXPECT_EQ(watcher.space, wish.hdr ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_BT709);
  EXPECT_EQ(watcher.range, AVCOL_RANGE_MPEG);
  // gamestream.md 5.4; BT.709 primaries and D65, 203 cd/m².
  EXPECT_EQ(hdr_message(), wish.hdr ? "01007d7440983a30754c1db80b133d4240cb000100cb00cb00cb00"
                                    : "00" + std::string(52, '0'));
  // A whole picture when it is asked for.
  const auto before = state.idr_frames;
  client_.stream().request_idr();
  EXPECT_TRUE(
      client_.stream().wait_for([&](const StreamState& s) { return s.idr_frames > before; }));
  expect_clean(client_);
  client_.leave();
}

INSTANTIATE_TEST_SUITE_P(
    Software, MoonlightFormats,
    testing::Values(Wish{Codec::H264, false, false, true, AV_PIX_FMT_YUV444P, "H264_444"},
                    Wish{Codec::Hevc, false, false, false, AV_PIX_FMT_YUV420P, "Hevc"},
                    Wish{Codec::Hevc, true, false, false, AV_PIX_FMT_YUV420P10, "HevcMain10Sdr"},
                    Wish{Codec::Hevc, true, true, false, AV_PIX_FMT_YUV420P10, "HevcMain10Hdr"},
                    Wish{Codec::Hevc, false, false, true, AV_PIX_FMT_YUV444P, "Hevc_444"},
                    Wish{Codec::Av1, false, false, false, AV_PIX_FMT_YUV420P, "Av1"},
                    Wish{Codec::Av1, true, false, false, AV_PIX_FMT_YUV420P10, "Av1TenBitSdr"},
                    Wish{Codec::Av1, true, true, false, AV_PIX_FMT_YUV420P10, "Av1TenBitHdr"}),
    [](const auto& test) { return std::string(test.param.name); });

class MoonlightRefusals : public MoonlightFormats {};
INSTANTIATE_TEST_SUITE_P(
    Software, MoonlightRefusals,
    testing::Values(Wish{Codec::Av1, true, true, true, AV_PIX_FMT_NONE, "Av1TenBit444"},
                    Wish{Codec::H264, true, true, false, AV_PIX_FMT_NONE, "H264TenBit"}),
    [](const auto& test) { return std::string(test.param.name); });

// The client hears of it in its own words, and the next wish is served.
TEST_P(MoonlightRefusals, WhatIsNotOfferedIsRefusedAndLeavesNothing) {
  const auto refused = start(GetParam());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("400"), std::string::npos) << refused.error().message();
  const auto started = start({Codec::H264, false, false, false, AV_PIX_FMT_YUV420P, ""});
  ASSERT_TRUE(started) << started.error().message();
  ASSERT_TRUE(client_.stream().wait_for([](const StreamState& s) { return s.shown_frames >= 3; }));
  EXPECT_EQ(host_.sessions().size(), 1U);
}

class NativeFormats : public NativeHostTest, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Alpn, NativeFormats, testing::Values("pkf1", "pkf2"),
                         [](const auto& test) { return std::string(test.param); });

class Pictures final : public probe::SessionObserver {
 public:
  explicit Pictures(Codec codec) : watcher_(codec) {}
  void on_frame(const native::media::ReceivedFrame& frame, bool) override {
    const std::lock_guard lock(mutex_);
    if (!testing::Test::HasFatalFailure()) watcher_.see(frame.bytes);
  }
  template <class Look>
  void look(const Look& look) {
    const std::lock_guard lock(mutex_);
    look(watcher_);
  }

 private:
  std::mutex mutex_;
  Watcher watcher_;
};

TEST_P(NativeFormats, AnHdrClientGetsPqWithItsMetadata) {
  if (!codes({Codec::Hevc, true})) GTEST_SKIP() << "no HEVC in 10 bit here";
  TestHost rich(every_format());
  rich.admit_native(fingerprint_of(0), "device 0");
  Pictures pictures(Codec::Hevc);
  auto o = options();
  o.host = rich.native_v4();
  o.alpns = {GetParam()};
  o.hello.mode = {640, 360, 30};
  o.hello.codecs = wire::codec_bit::kH264 | wire::codec_bit::kHevc | wire::codec_bit::kAv1;
  o.hello.video_caps |= wire::video_cap::k10Bit | wire::video_cap::kHdr;
  o.observer = &pictures;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, kFrames + 2, 10));  // seen a little later
  const auto s = session->statistics();
  EXPECT_EQ(s.hello->codec, wire::codec_bit::kHevc);
  EXPECT_EQ(s.hello->bit_depth, 10);
  EXPECT_EQ(s.hello->colour, (wire::Cicp{9, 16, 9, 0}));
  EXPECT_GE(s.hdr_updates, 1U);
  pictures.look([](const Watcher& watcher) {
    EXPECT_GE(watcher.seen(), kFrames);
    EXPECT_TRUE(watcher.legible());
    EXPECT_EQ(watcher.format, AV_PIX_FMT_YUV420P10);
    EXPECT_EQ(watcher.transfer, AVCOL_TRC_SMPTE2084);
  });
  expect_no_violations(*session);
}

TEST_P(NativeFormats, Av1ForWhoPrefersItWithoutHdrForWhoDoesNotAsk) {
  if (!codes({Codec::Av1})) GTEST_SKIP() << "no AV1 here";
  TestHost rich(every_format());
  rich.admit_native(fingerprint_of(0), "device 0");
  Pictures pictures(Codec::Av1);
  auto o = options();
  o.host = rich.native_v4();
  o.alpns = {GetParam()};
  o.hello.mode = {640, 360, 30};
  o.hello.codecs = wire::codec_bit::kH264 | wire::codec_bit::kHevc | wire::codec_bit::kAv1;
  o.hello.preferred_codec = wire::codec_bit::kAv1;
  o.observer = &pictures;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, kFrames + 2, 10));  // seen a little later
  const auto s = session->statistics();
  EXPECT_EQ(s.hello->codec, wire::codec_bit::kAv1);
  EXPECT_EQ(s.hello->bit_depth, 8);
  EXPECT_EQ(s.hdr_updates, 0U);
  pictures.look([](const Watcher& watcher) {
    EXPECT_TRUE(watcher.legible());
    EXPECT_EQ(watcher.format, AV_PIX_FMT_YUV420P);
    EXPECT_EQ(watcher.transfer, AVCOL_TRC_BT709);
  });
  expect_no_violations(*session);
}

}  // namespace
}  // namespace pf::test
