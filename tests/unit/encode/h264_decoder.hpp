// Decodes what an encoder under test made, one access unit at a time, to planes.
#pragma once

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
      : context_(avcodec_alloc_context3(avcodec_find_decoder(
            codec == media::Codec::Hevc ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264))),
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
  AVCodecContext* context_;
  AVPacket* packet_;
  AVFrame* frame_;
  std::vector<std::uint8_t> padded_;
};

// Peak signal-to-noise ratio of the decoded picture against BGRx pixels, all three channels, by the
// colour that was asked for (not the one that the stream signals), in floating point.
inline double psnr_rgb(const AVFrame& f, const std::uint32_t* pixels, const media::Colour& colour) {
  double kr = 0.2126, kb = 0.0722;
  if (colour.matrix == media::Matrix::Bt601) kr = 0.299, kb = 0.114;
  const double kg = 1 - kr - kb;
  const double y0 = colour.full_range ? 0 : 16;
  const double ys = colour.full_range ? 255.0 : 219.0, cs = colour.full_range ? 255.0 : 224.0;
  double squares = 0;
  const bool full = f.format == AV_PIX_FMT_YUV444P || f.format == AV_PIX_FMT_YUVJ444P;
  const int half = full ? 1 : 2;
  for (int y = 0; y < f.height; ++y)
    for (int x = 0; x < f.width; ++x) {
      const double l = (f.data[0][y * f.linesize[0] + x] - y0) / ys;
      const double u = (f.data[1][y / half * f.linesize[1] + x / half] - 128) / cs;
      const double v = (f.data[2][y / half * f.linesize[2] + x / half] - 128) / cs;
      const double r = l + 2 * (1 - kr) * v, b = l + 2 * (1 - kb) * u;
      const double g = (l - kr * r - kb * b) / kg;
      const auto pixel = pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(f.width) +
                                static_cast<std::size_t>(x)];
      const auto add = [&](double got, unsigned shift) {
        const double e = std::fmin(std::fmax(got, 0), 1) * 255 - ((pixel >> shift) & 255);
        squares += e * e;
      };
      add(r, 16);
      add(g, 8);
      add(b, 0);
    }
  const double mean = squares / (3.0 * f.width * f.height);
  return 10 * std::log10(255 * 255 / std::fmax(mean, 1e-9));
}

}  // namespace pf::encode::testing
