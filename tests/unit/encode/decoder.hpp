// Decodes what an encoder under test made, one access unit at a time, to planes.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "media/colour.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace pf::encode::testing {

class Decoder {
 public:
  explicit Decoder(media::Codec codec = media::Codec::H264)
      : context_(avcodec_alloc_context3(avcodec_find_decoder(id_of(codec)))),
        packet_(av_packet_alloc()),
        frame_(av_frame_alloc()) {
    context_->thread_count = 1;
    context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (avcodec_open2(context_, nullptr, nullptr) < 0) throw std::runtime_error("no decoder");
  }
  ~Decoder() {
    avcodec_free_context(&context_);
    av_packet_free(&packet_);
    av_frame_free(&frame_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  const AVCodecContext& context() const { return *context_; }

  // The picture of this access unit, at once (no reordering); nullptr when there is none.
  const AVFrame* decode(std::span<const std::uint8_t> unit) {
    padded_.assign(unit.begin(), unit.end());
    padded_.resize(unit.size() + AV_INPUT_BUFFER_PADDING_SIZE);
    packet_->data = padded_.data();
    packet_->size = static_cast<int>(unit.size());
    if (avcodec_send_packet(context_, packet_) < 0) return nullptr;
    return avcodec_receive_frame(context_, frame_) < 0 ? nullptr : frame_;
  }

 private:
  static AVCodecID id_of(media::Codec codec) {
    if (codec == media::Codec::Av1) return AV_CODEC_ID_AV1;
    return codec == media::Codec::Hevc ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264;
  }
  AVCodecContext* context_;
  AVPacket* packet_;
  AVFrame* frame_;
  std::vector<std::uint8_t> padded_;
};

// A decoded picture's samples by the colour that was asked for (not the one that the stream
// signals): luma 0..1, chroma -0.5..0.5, in any depth and chroma format that these tests use.
class Samples {
 public:
  Samples(const AVFrame& f, const media::Colour& colour) : f_(f) {
    const bool deep = f.format == AV_PIX_FMT_YUV420P10 || f.format == AV_PIX_FMT_YUV444P10;
    const bool full = f.format == AV_PIX_FMT_YUV444P || f.format == AV_PIX_FMT_YUVJ444P ||
                      f.format == AV_PIX_FMT_YUV444P10;
    bytes_ = deep ? 2 : 1;
    half_ = full ? 1 : 2;
    scale_ = deep ? 4 : 1;
    const double all = deep ? 1023 : 255;
    y_zero_ = colour.full_range ? 0 : 16 * scale_;
    y_span_ = colour.full_range ? all : 219 * scale_;
    c_span_ = colour.full_range ? all : 224 * scale_;
  }
  double y(int x, int y) const { return (at(0, x, y) - y_zero_) / y_span_; }
  double u(int x, int y) const { return (at(1, x / half_, y / half_) - 128 * scale_) / c_span_; }
  double v(int x, int y) const { return (at(2, x / half_, y / half_) - 128 * scale_) / c_span_; }

 private:
  double at(int plane, int x, int y) const {
    const auto* p = f_.data[plane] + y * f_.linesize[plane] + x * bytes_;
    return bytes_ == 1 ? p[0] : p[0] | p[1] << 8;
  }
  const AVFrame& f_;
  int bytes_, half_;
  double scale_, y_zero_, y_span_, c_span_;
};

// What an HDR screen is to show for an SDR pixel, 0..1 in PQ code (BT.2100-2 table 4): sRGB made
// linear, BT.2020 primaries, white at 203 cd/m². In floating point, by the standards.
inline std::array<double, 3> mapped_to_pq(std::uint32_t pixel) {
  const auto linear = [&](unsigned shift) {
    const double v = (pixel >> shift & 255) / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  const double r = linear(16), g = linear(8), b = linear(0);
  const auto pq = [](double light) {
    const double p = std::pow(std::fmax(light, 0) * 203 / 10000, 0.1593017578125);
    return light <= 0 ? 0 : std::pow((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p), 78.84375);
  };
  return {pq(0.6274 * r + 0.3293 * g + 0.0433 * b), pq(0.0691 * r + 0.9195 * g + 0.0114 * b),
          pq(0.0164 * r + 0.0880 * g + 0.8956 * b)};
}

// Peak signal-to-noise ratio of the decoded picture against BGRx pixels, all three channels, by the
// colour that was asked for, in floating point. For HDR the pixels are mapped first.
inline double psnr_rgb(const AVFrame& f, const std::uint32_t* pixels, const media::Colour& colour) {
  double kr = 0.2126, kb = 0.0722;
  if (colour.matrix == media::Matrix::Bt601) kr = 0.299, kb = 0.114;
  if (colour.matrix == media::Matrix::Bt2020) kr = 0.2627, kb = 0.0593;
  const double kg = 1 - kr - kb;
  const Samples samples(f, colour);
  double squares = 0;
  for (int y = 0; y < f.height; ++y)
    for (int x = 0; x < f.width; ++x) {
      const double l = samples.y(x, y), u = samples.u(x, y), v = samples.v(x, y);
      const double r = l + 2 * (1 - kr) * v, b = l + 2 * (1 - kb) * u;
      const double g = (l - kr * r - kb * b) / kg;
      const auto pixel = pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(f.width) +
                                static_cast<std::size_t>(x)];
      std::array<double, 3> wanted{(pixel >> 16 & 255) / 255.0, (pixel >> 8 & 255) / 255.0,
                                   (pixel & 255) / 255.0};
      if (colour.hdr) wanted = mapped_to_pq(pixel);
      const auto add = [&](double got, double want) {
        const double e = std::fmin(std::fmax(got, 0), 1) - want;
        squares += e * e;
      };
      add(r, wanted[0]);
      add(g, wanted[1]);
      add(b, wanted[2]);
    }
  const double mean = squares / (3.0 * f.width * f.height);
  return 10 * std::log10(1 / std::fmax(mean, 1e-12));
}

}  // namespace pf::encode::testing
