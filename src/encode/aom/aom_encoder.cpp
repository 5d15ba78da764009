#include "encode/aom/aom_encoder.hpp"

#include <aom/aom_encoder.h>
#include <aom/aomcx.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <thread>

#include "encode/aom/references.hpp"
#include "encode/feed.hpp"
#include "encode/picture_encoder.hpp"
#include "encode/unit_pool.hpp"

namespace pf::encode::aom {
namespace {

constexpr unsigned kMostThreads = 8;
// The fastest that libaom 3.6 (Debian 12) has for live streams.
constexpr int kSpeed = 10;
// About the processor time of a pixel with much motion; 10 bit and 4:4:4 take as much more. One
// thread does what fits in this part of a frame's time: more cost processor time, and each waits
// for the slowest.
constexpr double kPixelNs = 10, kTenBitFactor = 1.45, kFullChromaFactor = 1.6, kBusy = 0.6;
// Rate control in milliseconds of the bitrate: how much may come at once, and where it settles.
constexpr unsigned kBufferMs = 120, kBufferStartMs = 60, kBufferAimMs = 80;
constexpr unsigned kLargestKeyPercent = 400;  // of a picture's share
constexpr unsigned kFinest = 4, kCoarsest = 58;
// A unit's buffer to begin with, in shares of the bitrate.
constexpr std::size_t kUnitShares = 6, kLeastUnitBytes = 64 * 1024;

unsigned threads_for(const Config& config, const Options& options) {
  if (options.threads != 0) return options.threads;
  const double pixel_ns = kPixelNs * (config.colour.ten_bit ? kTenBitFactor : 1) *
                          (config.colour.yuv444 ? kFullChromaFactor : 1);
  const double pixels = static_cast<double>(config.mode.width) * config.mode.height;
  const double share = pixels * pixel_ns * 1e-9 * config.mode.rate.value() / kBusy;
  const auto most = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  return std::clamp(static_cast<unsigned>(std::ceil(share)), 1U, most);
}

class AomEncoder final : public PictureEncoder {
 public:
  explicit AomEncoder(const Config& config)
      : config_(config),
        feed_(config.mode.width, config.mode.height, config.colour, Planes::Three, Bits::Low),
        pool_(UnitPool::create(std::max(kLeastUnitBytes, kUnitShares * share_bytes(config)))) {}
  ~AomEncoder() override {
    if (opened_) aom_codec_destroy(&codec_);
  }
  AomEncoder(const AomEncoder&) = delete;
  AomEncoder& operator=(const AomEncoder&) = delete;

  Result<> open(const Options& options) {
    auto* const interface = aom_codec_av1_cx();
    auto& s = settings_;
    if (aom_codec_enc_config_default(interface, &s, AOM_USAGE_REALTIME) != AOM_CODEC_OK)
      return fail(Errc::Unavailable, "this libaom has no encoder for live streams");
    const auto threads = threads_for(config_, options);
    const auto& colour = config_.colour;
    s.g_w = config_.mode.width;
    s.g_h = config_.mode.height;
    s.g_profile = colour.yuv444 ? 1 : 0;  // AV1 specification A.2: High, Main
    s.g_timebase = {static_cast<int>(config_.mode.rate.den),
                    static_cast<int>(config_.mode.rate.num)};
    s.g_threads = threads;
    s.g_lag_in_frames = 0;
    s.g_bit_depth = colour.ten_bit ? AOM_BITS_10 : AOM_BITS_8;
    s.g_input_bit_depth = colour.ten_bit ? 10 : 8;
    s.kf_mode = AOM_KF_DISABLED;
    s.rc_end_usage = AOM_CBR;
    s.rc_target_bitrate = config_.bitrate_kbps;
    s.rc_min_quantizer = kFinest;
    s.rc_max_quantizer = kCoarsest;
    s.rc_buf_sz = kBufferMs;
    s.rc_buf_initial_sz = kBufferStartMs;
    s.rc_buf_optimal_sz = kBufferAimMs;
    s.rc_undershoot_pct = s.rc_overshoot_pct = 50;
    s.rc_dropframe_thresh = 0;
    const auto flags = colour.ten_bit ? AOM_CODEC_USE_HIGHBITDEPTH : 0;
    if (aom_codec_enc_init(&codec_, interface, &s, flags) != AOM_CODEC_OK)
      return fail(Errc::OpenFailed, "libaom: " + complaint());
    opened_ = true;
    if (!control(threads)) return fail(Errc::OpenFailed, "libaom: " + complaint());
    return describe_picture();
  }

  const char* name() const override { return "aom"; }
  bool invalidates() const override { return config_.max_references != 1; }

 private:
  bool take(const media::VideoFrame& frame) override { return feed_.update(frame); }

  std::string complaint() {
    const auto* detail = aom_codec_error_detail(&codec_);
    return detail != nullptr ? detail : aom_codec_error(&codec_);
  }

  bool control(unsigned threads) {
    // What takes time for little in a live stream is off; the probability tables adapt seldom.
    const std::pair<int, int> plain[] = {
        {AOME_SET_CPUUSED, kSpeed},
        {AV1E_SET_ROW_MT, 1},
        {AV1E_SET_TILE_COLUMNS,
         std::bit_width(std::bit_ceil(std::max(threads, config_.slices))) - 1},
        {AV1E_SET_AQ_MODE, 3},
        {AV1E_SET_ENABLE_ORDER_HINT, 0},
        {AV1E_SET_ENABLE_OBMC, 0},
        {AV1E_SET_ENABLE_WARPED_MOTION, 0},
        {AV1E_SET_ENABLE_GLOBAL_MOTION, 0},
        {AV1E_SET_ENABLE_REF_FRAME_MVS, 0},
        {AV1E_SET_ENABLE_TPL_MODEL, 0},
        {AV1E_SET_DELTAQ_MODE, 0},
        {AV1E_SET_COEFF_COST_UPD_FREQ, 3},
        {AV1E_SET_MODE_COST_UPD_FREQ, 3},
        {AV1E_SET_MV_COST_UPD_FREQ, 3},
        {AV1E_SET_ENABLE_CFL_INTRA, 0},
        {AV1E_SET_ENABLE_SMOOTH_INTRA, 0},
        {AV1E_SET_ENABLE_ANGLE_DELTA, 0},
        {AV1E_SET_ENABLE_FILTER_INTRA, 0},
        {AV1E_SET_INTRA_DEFAULT_TX_ONLY, 1},
        {AOME_SET_MAX_INTRA_BITRATE_PCT, static_cast<int>(kLargestKeyPercent)},
        {AV1E_SET_COLOR_RANGE, config_.colour.full_range ? 1 : 0},
        // AV1 has no value for chroma in the middle of four pixels.
        {AV1E_SET_CHROMA_SAMPLE_POSITION, AOM_CSP_UNKNOWN},
    };
    for (const auto& [id, value] : plain)
      if (aom_codec_control(&codec_, id, value) != AOM_CODEC_OK) return false;
    // ITU-T H.273: primaries, transfer, matrix.
    int primaries = 1, transfer = 1;
    if (config_.colour.matrix == media::Matrix::Bt601) primaries = transfer = 6;
    if (config_.colour.matrix == media::Matrix::Bt2020) primaries = 9, transfer = 14;
    if (config_.colour.hdr) transfer = 16;
    return aom_codec_control(&codec_, AV1E_SET_COLOR_PRIMARIES, primaries) == AOM_CODEC_OK &&
           aom_codec_control(&codec_, AV1E_SET_TRANSFER_CHARACTERISTICS, transfer) ==
               AOM_CODEC_OK &&
           aom_codec_control(&codec_, AV1E_SET_MATRIX_COEFFICIENTS, primaries) == AOM_CODEC_OK;
  }

  // The input image, over the feed's memory.
  Result<> describe_picture() {
    const auto& colour = config_.colour;
    auto format = colour.yuv444 ? AOM_IMG_FMT_I444 : AOM_IMG_FMT_I420;
    if (colour.ten_bit) format = colour.yuv444 ? AOM_IMG_FMT_I44416 : AOM_IMG_FMT_I42016;
    const auto& view = feed_.view();
    if (aom_img_wrap(&image_, format, config_.mode.width, config_.mode.height, 1, view.planes[0]) ==
        nullptr)
      return fail(Errc::OpenFailed, "libaom takes no picture of this size");
    image_.bit_depth = colour.ten_bit ? 10 : 8;
    for (unsigned i = 0; i < 3; ++i) {
      image_.planes[i] = view.planes[i];
      image_.stride[i] = view.stride_bytes[i];
    }
    return {};
  }

  // One reference a picture: the newest that the decoder has.
  bool refer(bool key, unsigned from, unsigned to) {
    aom_svc_ref_frame_config_t references{};
    if (key) {
      std::fill(std::begin(references.refresh), std::end(references.refresh), 1);
    } else {
      references.reference[0] = 1;
      std::fill(std::begin(references.ref_idx), std::end(references.ref_idx),
                static_cast<int>(from));
      references.refresh[to] = 1;
    }
    return aom_codec_control(&codec_, AV1E_SET_SVC_REF_FRAME_CONFIG, &references) == AOM_CODEC_OK;
  }

  Outcome code(const Shot& shot, const Directives& directives, media::AccessUnit& out) override {
    if (directives.bitrate_kbps != 0 && directives.bitrate_kbps != settings_.rc_target_bitrate) {
      settings_.rc_target_bitrate = directives.bitrate_kbps;
      if (aom_codec_enc_config_set(&codec_, &settings_) != AOM_CODEC_OK)
        return failed("the bitrate could not be changed");
    }
    const bool wants_back = directives.invalid_from != 0 && !directives.force_idr;
    const bool lost_all =
        wants_back && !(invalidates() && references_.go_back_before(directives.invalid_from));
    const auto from = references_.newest();
    const bool key = directives.force_idr || lost_all || !from;
    const auto to = key ? 0 : references_.slot_for_next();
    if (!refer(key, from.value_or(0), to)) return failed("it refuses its references");
    if (aom_codec_encode(&codec_, &image_, next_pts_++, 1, key ? AOM_EFLAG_FORCE_KF : 0) !=
        AOM_CODEC_OK)
      return failed(complaint().c_str());
    aom_codec_iter_t at = nullptr;
    const aom_codec_cx_pkt_t* packet = nullptr;
    do {
      packet = aom_codec_get_cx_data(&codec_, &at);
    } while (packet != nullptr && packet->kind != AOM_CODEC_CX_FRAME_PKT);
    if (packet == nullptr) return Outcome::Nothing;
    const auto& frame = packet->data.frame;
    const bool came_key = (frame.flags & AOM_FRAME_IS_KEY) != 0;
    if (came_key)
      references_.restart(directives.index);
    else
      references_.keep(to, directives.index);

    auto* slot = pool_->take();
    if (frame.sz > slot->capacity() && !slot->resize(frame.sz + frame.sz / 2)) {
      UnitPool::give_back(slot);
      return failed("out of memory");
    }
    slot->resize(frame.sz);
    std::memcpy(slot->bytes().data(), frame.buf, frame.sz);
    out = media::AccessUnit(slot->bytes(), slot, &UnitPool::give_back);
    const auto type = came_key     ? media::FrameType::Idr
                      : wants_back ? media::FrameType::AfterInvalidation
                                   : media::FrameType::Predicted;
    finish(out, type, media::Codec::Av1, shot);
    return Outcome::Unit;
  }

  const Config config_;
  Feed feed_;
  UnitPoolPtr pool_;
  aom_codec_enc_cfg_t settings_{};
  aom_codec_ctx_t codec_{};
  bool opened_ = false;
  aom_image_t image_{};
  References references_;
  std::int64_t next_pts_ = 0;
};

}  // namespace

Result<std::unique_ptr<Encoder>> open_aom(const Config& config, const Options& options) {
  if (auto good = check(config); !good) return pass(good);
  if (config.codec != media::Codec::Av1)
    return fail(Errc::UnsupportedCodec,
                fmt::format("libaom does not encode {}", media::name(config.codec)));
  auto encoder = std::make_unique<AomEncoder>(config);
  if (auto opened = encoder->open(options); !opened) return pass(opened);
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace pf::encode::aom
