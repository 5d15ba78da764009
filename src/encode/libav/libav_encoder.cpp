#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/log.hpp"
#include "encode/annexb.hpp"
#include "encode/libav/flavour.hpp"
#include "encode/libav/log.hpp"
#include "encode/libav/packet_pool.hpp"
#include "encode/picture_encoder.hpp"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
}

namespace pf::encode::libav {
namespace {

struct FreeContext {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
};
struct FreeFrame {
  void operator()(AVFrame* p) const { av_frame_free(&p); }
};
struct FreeBuffer {
  void operator()(AVBufferRef* p) const { av_buffer_unref(&p); }
};
struct ClosePool {
  void operator()(PacketPool* p) const { p->close(); }
};
using Context = std::unique_ptr<AVCodecContext, FreeContext>;
using Frame = std::unique_ptr<AVFrame, FreeFrame>;
using Buffer = std::unique_ptr<AVBufferRef, FreeBuffer>;

// How much a picture may exceed its share of the bitrate, in frames. One frame exactly makes x264
// budget row by row, which costs a sixth more time for the same quality (README.md).
constexpr double kBufferFrames = 2.0;

void set_bitrate(AVCodecContext& context, std::uint32_t kbps, const media::Rational& rate) {
  const auto bits = std::int64_t{kbps} * 1000;
  context.bit_rate = bits;
  context.rc_max_rate = bits;
  const double buffer = static_cast<double>(bits) * kBufferFrames / rate.value();
  context.rc_buffer_size = static_cast<int>(std::min(buffer, 2e9));
}

void set_colour(AVCodecContext& context, const media::Colour& colour) {
  context.color_range = colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  context.chroma_sample_location = colour.yuv444 ? AVCHROMA_LOC_UNSPECIFIED : AVCHROMA_LOC_CENTER;
  switch (colour.matrix) {
    case media::Matrix::Bt601:
      context.colorspace = AVCOL_SPC_SMPTE170M;
      context.color_primaries = AVCOL_PRI_SMPTE170M;
      context.color_trc = AVCOL_TRC_SMPTE170M;
      break;
    case media::Matrix::Bt709:
      context.colorspace = AVCOL_SPC_BT709;
      context.color_primaries = AVCOL_PRI_BT709;
      context.color_trc = AVCOL_TRC_BT709;
      break;
    case media::Matrix::Bt2020:
      context.colorspace = AVCOL_SPC_BT2020_NCL;
      context.color_primaries = AVCOL_PRI_BT2020;
      context.color_trc = colour.hdr ? AVCOL_TRC_SMPTE2084 : AVCOL_TRC_BT2020_10;
      break;
  }
}

class LibavEncoder final : public PictureEncoder {
 public:
  LibavEncoder(const Flavour& flavour, const Config& config, const Options& options)
      : flavour_(flavour),
        config_(config),
        options_(options),
        feed_(config.mode.width, config.mode.height, config.colour, flavour.planes, flavour.bits),
        pool_(PacketPool::create()) {}

  Result<> open() {
    frame_.reset(av_frame_alloc());
    if (!frame_) return fail(Errc::OpenFailed, "out of memory");
    const auto& view = feed_.view();
    frame_->format = pixel_format();
    frame_->width = static_cast<int>(config_.mode.width);
    frame_->height = static_cast<int>(config_.mode.height);
    for (std::size_t i = 0; i < 3; ++i) {
      frame_->data[i] = view.planes[i];
      frame_->linesize[i] = view.stride_bytes[i];
    }
    // Counted, so that libavcodec does not copy the picture to make it so. Every encoder here has
    // read it when the call returns (x264, x265 and nvenc copy, vaapi is given the upload).
    frame_->buf[0] = av_buffer_create(
        view.planes[0], static_cast<std::size_t>(view.stride_bytes[0]) * config_.mode.height,
        [](void*, std::uint8_t*) {}, nullptr, 0);
    if (frame_->buf[0] == nullptr) return fail(Errc::OpenFailed, "out of memory");
    if (flavour_.open_device != nullptr) {
      auto device = flavour_.open_device(options_);
      if (!device) return pass(device);
      device_.reset(*device);
    }
    return open_context();
  }

  const char* name() const override { return flavour_.name; }

 private:
  bool take(const media::VideoFrame& frame) override { return feed_.update(frame); }

  // As the feed lays the picture out.
  AVPixelFormat pixel_format() const {
    const auto& colour = config_.colour;
    const bool low = flavour_.bits == Bits::Low;
    if (colour.yuv444) {
      if (!colour.ten_bit) return AV_PIX_FMT_YUV444P;
      return low ? AV_PIX_FMT_YUV444P10 : AV_PIX_FMT_YUV444P16;
    }
    if (flavour_.planes == Planes::Three)
      return colour.ten_bit ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;
    return colour.ten_bit ? AV_PIX_FMT_P010 : AV_PIX_FMT_NV12;
  }
  media::VideoFormat format() const {
    return {config_.codec, config_.colour.ten_bit, config_.colour.yuv444};
  }

  Result<> open_context() {
    const auto* name = flavour_.codec_name(format());
    const auto* codec = name != nullptr ? avcodec_find_encoder_by_name(name) : nullptr;
    if (codec == nullptr)
      return fail(Errc::Unavailable,
                  fmt::format("this libavcodec has no {}", name != nullptr ? name : "encoder"));
    context_.reset(avcodec_alloc_context3(codec));
    if (!context_) return fail(Errc::OpenFailed, "out of memory");
    auto& c = *context_;
    c.width = static_cast<int>(config_.mode.width);
    c.height = static_cast<int>(config_.mode.height);
    const auto num = static_cast<int>(config_.mode.rate.num);
    const auto den = static_cast<int>(config_.mode.rate.den);
    c.framerate = {num, den};
    c.time_base = {den, num};
    c.sample_aspect_ratio = {1, 1};
    c.pix_fmt = pixel_format();
    c.max_b_frames = 0;
    c.slices = static_cast<int>(config_.slices);
    c.flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (config_.max_references > 0) c.refs = static_cast<int>(config_.max_references);
    set_bitrate(c, config_.bitrate_kbps, config_.mode.rate);
    set_colour(c, config_.colour);
    if (device_) {
      auto frames = open_frames();
      if (!frames) return frames;
    }
    AVDictionary* dictionary = nullptr;
    flavour_.tune(c, dictionary, config_, options_);
    const Complaints complaints;
    const int result = avcodec_open2(&c, codec, &dictionary);
    const AVDictionaryEntry* unused = av_dict_get(dictionary, "", nullptr, AV_DICT_IGNORE_SUFFIX);
    if (unused != nullptr)
      log::debug("encode", "option unknown to this libavcodec", "encoder", name, "option",
                 unused->key);
    av_dict_free(&dictionary);
    if (result < 0)
      return fail(Errc::OpenFailed, fmt::format("{}: {}", name, describe(result, complaints)));
    next_pts_ = 0;
    bitrate_kbps_ = config_.bitrate_kbps;
    return {};
  }

  Result<> open_frames() {
    context_->pix_fmt = AV_PIX_FMT_VAAPI;
    Buffer frames(av_hwframe_ctx_alloc(device_.get()));
    if (!frames) return fail(Errc::OpenFailed, "out of memory");
    auto* parameters = static_cast<AVHWFramesContext*>(static_cast<void*>(frames->data));
    parameters->format = AV_PIX_FMT_VAAPI;
    parameters->sw_format = pixel_format();
    parameters->width = context_->width;
    parameters->height = context_->height;
    parameters->initial_pool_size = 6;  // one in flight, the references, one being written
    const Complaints complaints;
    const int result = av_hwframe_ctx_init(frames.get());
    if (result < 0)
      return fail(Errc::OpenFailed,
                  "no video memory for pictures: " + describe(result, complaints));
    context_->hw_frames_ctx = frames.release();
    uploaded_.reset(av_frame_alloc());
    if (!uploaded_) return fail(Errc::OpenFailed, "out of memory");
    return {};
  }

  Outcome code(const Shot& shot, const Directives& directives, media::AccessUnit& out) override {
    if (!context_) return Outcome::Failed;
    if (!apply_bitrate(directives.bitrate_kbps)) return Outcome::Failed;
    frame_->pict_type = directives.force_idr ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    frame_->pts = next_pts_++;
    auto* input = frame_.get();
    if (uploaded_) {
      input = upload();
      if (input == nullptr) return Outcome::Failed;
    }
    int result = avcodec_send_frame(context_.get(), input);
    if (uploaded_) av_frame_unref(uploaded_.get());
    if (result < 0) return failed("the encoder refused a picture");

    auto* slot = pool_->take();
    result = avcodec_receive_packet(context_.get(), slot->packet);
    if (result < 0) {
      PacketPool::give_back(slot);
      return result == AVERROR(EAGAIN) ? Outcome::Nothing : failed("no access unit came out");
    }
    std::span<std::uint8_t> bytes(slot->packet->data, static_cast<std::size_t>(slot->packet->size));
    bool idr = (slot->packet->flags & AV_PKT_FLAG_KEY) != 0;
    if (config_.codec != media::Codec::Av1) {  // a temporal unit goes as it is
      idr = shape_of(bytes, config_.codec).has_idr_slice;
      bytes = strip_prefix(bytes, config_.codec, idr);
      bytes = lengthen_start_codes(bytes, AV_INPUT_BUFFER_PADDING_SIZE, config_.codec);
    }
    out = media::AccessUnit(bytes, slot, &PacketPool::give_back);
    finish(out, idr ? media::FrameType::Idr : media::FrameType::Predicted, config_.codec, shot);
    return Outcome::Unit;
  }

  bool apply_bitrate(std::uint32_t kbps) {
    if (kbps == 0 || kbps == bitrate_kbps_) return true;
    if (flavour_.bitrate_at_run_time) {
      set_bitrate(*context_, kbps, config_.mode.rate);
      bitrate_kbps_ = kbps;
      return true;
    }
    // Opening anew costs an IDR, and libx265 memory: a small change is not worth it.
    const auto change = kbps > bitrate_kbps_ ? kbps - bitrate_kbps_ : bitrate_kbps_ - kbps;
    if (change < bitrate_kbps_ / 8) return true;
    config_.bitrate_kbps = kbps;
    if (const auto opened = open_context(); !opened) {
      log::warn("encode", "the encoder could not be opened with a new bitrate", "encoder",
                flavour_.name, "reason", opened.error().message());
      context_.reset();
      return false;
    }
    return true;
  }

  AVFrame* upload() {
    const Complaints complaints;
    auto* to = uploaded_.get();
    int result = av_hwframe_get_buffer(context_->hw_frames_ctx, to, 0);
    if (result >= 0) result = av_hwframe_transfer_data(to, frame_.get(), 0);
    if (result < 0) {
      av_frame_unref(to);
      failed(describe(result, complaints).c_str());
      return nullptr;
    }
    to->pts = frame_->pts;
    to->pict_type = frame_->pict_type;
    return to;
  }

  const Flavour& flavour_;
  Config config_;
  const Options options_;
  Feed feed_;
  std::unique_ptr<PacketPool, ClosePool> pool_;
  Buffer device_;
  Frame frame_;     // over feed_'s memory
  Frame uploaded_;  // only with a device
  Context context_;
  std::int64_t next_pts_ = 0;
  std::uint32_t bitrate_kbps_ = 0;
};

}  // namespace

Result<std::unique_ptr<Encoder>> open_encoder(const Flavour& flavour, const Config& config,
                                              const Options& options) {
  redirect_log();
  if (auto good = check(config); !good) return pass(good);
  const media::VideoFormat format{config.codec, config.colour.ten_bit, config.colour.yuv444};
  if (flavour.codec_name(format) == nullptr)
    return fail(Errc::UnsupportedCodec,
                fmt::format("{} does not encode {}", flavour.name, encode::name(format)));
  if (auto ready = flavour.check(options); !ready) return pass(ready);
  auto encoder = std::make_unique<LibavEncoder>(flavour, config, options);
  if (auto opened = encoder->open(); !opened) return pass(opened);
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace pf::encode::libav
