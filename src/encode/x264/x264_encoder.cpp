#include "encode/x264/x264_encoder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <thread>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <x264.h>
#pragma GCC diagnostic pop

#include "encode/annexb.hpp"
#include "encode/picture.hpp"
#include "encode/picture_encoder.hpp"
#include "encode/unit_pool.hpp"
#include "encode/x264/activity.hpp"
#include "encode/x264/quantizer.hpp"
#include "encode/x264/tuning.hpp"

namespace pf::encode::x264 {
namespace {

// Frame times without a picture that still count for the one that ends them.
constexpr double kMostIdleShares = 8;
// A unit's buffer to begin with, in shares of the bitrate; x264 exceeds two only at scene changes.
constexpr std::size_t kUnitShares = 4, kLeastUnitBytes = 64 * 1024;
// For start codes that grow (annexb.hpp).
constexpr std::size_t kSpareBytes = 64;

struct Close {
  void operator()(x264_t* p) const { x264_encoder_close(p); }
};
using Handle = std::unique_ptr<x264_t, Close>;

struct Complaint {
  std::array<char, 160> text{};
};

// x264 logs through C; its first complaint becomes the reason that people read.
void keep_complaint(void* to, int level, const char* format, va_list arguments) {
  auto* complaint = static_cast<Complaint*>(to);
  if (level > X264_LOG_WARNING || complaint->text[0] != 0) return;
  std::vsnprintf(complaint->text.data(), complaint->text.size(), format, arguments);
  if (auto* end = std::strchr(complaint->text.data(), '\n'); end != nullptr) *end = 0;
}

void set_colour(x264_param_t& p, const media::Colour& colour) {
  // H.264 tables E-3 to E-5; chroma in the middle of four pixels (figure E-1, type 1).
  p.vui.b_fullrange = colour.full_range ? 1 : 0;
  p.vui.i_chroma_loc = colour.yuv444 ? 0 : 1;
  switch (colour.matrix) {
    case media::Matrix::Bt601:
      p.vui.i_colorprim = p.vui.i_transfer = p.vui.i_colmatrix = 6;
      break;
    case media::Matrix::Bt709:
      p.vui.i_colorprim = p.vui.i_transfer = p.vui.i_colmatrix = 1;
      break;
    case media::Matrix::Bt2020:
      p.vui.i_colorprim = p.vui.i_colmatrix = 9;
      p.vui.i_transfer = 14;
      break;
  }
}

// Quantizers come from QuantizerControl. x264 clamps them to those that its constant-quantizer mode
// has for its picture types (factors of 0.01 to 10, in powers of two each six steps), so the types
// whose own quantizers are never used stand for both ends.
void set_rate_control(x264_param_t& p) {
  constexpr int kMiddle = 30;
  const auto factor = [](int steps) { return static_cast<float>(std::exp2(steps / 6.0)); };
  p.rc.i_rc_method = X264_RC_CQP;
  p.rc.i_qp_constant = kMiddle;
  p.rc.f_ip_factor = factor(kMiddle - QuantizerControl::kMost);
  p.rc.f_pb_factor = factor(QuantizerControl::kLeast - kMiddle);
}

double share_bits(const media::Rational& rate, std::uint32_t kbps) {
  return kbps * 1000.0 / rate.value();
}

// After how many pictures frame_num begins anew (H.264 7.4.2.1.1): x264 takes the least power of
// two from 16 up that is more than the pictures kept and one.
std::uint32_t frame_num_period(unsigned kept_pictures) {
  return std::max(16U, std::bit_ceil(kept_pictures + 2));
}

// Remembers which pictures a decoder may still refer to, under the numbers of the stream.
class History {
 public:
  struct Entry {
    std::uint32_t index = 0;
    std::uint32_t place = 0;  // since the last IDR, which has 0
    std::int64_t pts = 0;
  };

  void forget() { count_ = next_place_ = 0; }
  void add(std::uint32_t index, std::int64_t pts) {
    if (count_ == all_.size()) {
      std::copy(all_.begin() + 1, all_.end(), all_.begin());
      --count_;
    }
    all_[count_++] = {index, next_place_++, pts};
  }
  // The oldest picture from `index` on; nothing when all are older.
  const Entry* first_from(std::uint32_t index) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (static_cast<std::int32_t>(all_[i].index - index) >= 0) return &all_[i];
    return nullptr;
  }
  // Whether one of the pictures from `first` on begins a new round of `period` pictures.
  bool begins_round(const Entry& first, std::uint32_t period) const {
    return first.place == 0 || (next_place_ - 1) / period != (first.place - 1) / period;
  }
  // Whether the picture before `index` is still known: otherwise everything kept may be broken.
  bool reaches_before(std::uint32_t index) const {
    return count_ != 0 && static_cast<std::int32_t>(all_[0].index - index) < 0;
  }

 private:
  std::array<Entry, 16> all_{};  // since the last IDR, oldest first
  std::size_t count_ = 0;
  std::uint32_t next_place_ = 0;
};

class X264Encoder final : public PictureEncoder {
 public:
  explicit X264Encoder(const Config& config)
      : config_(config),
        pool_(UnitPool::create(std::max(kLeastUnitBytes, kUnitShares * share_bytes(config)) +
                               kSpareBytes)),
        meter_(config.mode.width, config.mode.height),
        quantizer_(static_cast<double>(config.mode.width) * config.mode.height,
                   share_bits(config.mode.rate, config.bitrate_kbps)) {
    const auto& mode = config.mode;
    if (config.colour.yuv444)
      full_.emplace(mode.width, mode.height, config.colour);
    else
      halved_.emplace(mode.width, mode.height, config.colour);
  }

  Result<> open(const Options& options) {
    const auto tuning = tuning_of(config_.mode, options, std::thread::hardware_concurrency());
    auto& p = parameters_;
    if (x264_param_default_preset(&p, tuning.preset.c_str(), "zerolatency") != 0)
      return fail(Errc::OpenFailed, "x264 has no preset \"" + tuning.preset + '"');
    if (auto set = set_parameters(tuning); !set) return set;
    handle_.reset(x264_encoder_open(&p));
    if (!handle_) {
      const std::string why = complaint_.text.data();
      return fail(Errc::OpenFailed, "x264: " + (why.empty() ? "it gave no reason" : why));
    }
    x264_encoder_parameters(handle_.get(), &p);
    x264_picture_init(&input_);
    input_.img.i_csp = p.i_csp;
    if (full_) {
      const auto& image = full_->buffer().image();
      input_.img.i_plane = 3;
      for (unsigned plane = 0; plane < 3; ++plane) {
        input_.img.plane[plane] = image.planes[plane];
        input_.img.i_stride[plane] = static_cast<int>(image.stride_bytes);
      }
    } else {
      const auto& image = halved_->buffer().image();
      input_.img.i_plane = 2;
      input_.img.plane[0] = image.y;
      input_.img.plane[1] = image.uv;
      input_.img.i_stride[0] = static_cast<int>(image.y_stride_bytes);
      input_.img.i_stride[1] = static_cast<int>(image.uv_stride_bytes);
    }
    return {};
  }

  const char* name() const override { return "x264"; }
  bool invalidates() const override { return kept_ > 1; }

 private:
  bool take(const media::VideoFrame& frame) override {
    return full_ ? full_->update(frame) : halved_->update(frame);
  }

  Result<> set_parameters(const Tuning& tuning) {
    auto& p = parameters_;
    p.pf_log = keep_complaint;
    p.p_log_private = &complaint_;
    p.i_log_level = X264_LOG_WARNING;
    p.i_width = static_cast<int>(config_.mode.width);
    p.i_height = static_cast<int>(config_.mode.height);
    p.i_csp = config_.colour.yuv444 ? X264_CSP_I444 : X264_CSP_NV12;
    p.i_bitdepth = 8;
    p.i_fps_num = p.i_timebase_den = config_.mode.rate.num;
    p.i_fps_den = p.i_timebase_num = config_.mode.rate.den;
    p.vui.i_sar_width = p.vui.i_sar_height = 1;
    p.i_threads = static_cast<int>(tuning.threads);
    p.b_sliced_threads = 1;  // frame threads would delay the output
    if (config_.slices > 1)
      p.i_slice_count = static_cast<int>(std::max(config_.slices, tuning.threads));
    p.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    p.i_scenecut_threshold = 0;
    p.b_annexb = p.b_repeat_headers = 1;
    set_colour(p, config_.colour);
    set_rate_control(p);
    for (std::size_t at = 0; at < tuning.parameters.size();) {
      const auto end = std::min(tuning.parameters.find(':', at), tuning.parameters.size());
      const auto pair = tuning.parameters.substr(at, end - at);
      const auto equals = pair.find('=');
      if (x264_param_parse(&p, pair.substr(0, equals).c_str(), pair.c_str() + equals + 1) != 0)
        return fail(Errc::OpenFailed, "x264 refuses " + pair);
      at = end + 1;
    }
    // Pictures to fall back on; they are not searched, so they cost memory only.
    kept_ = kept_pictures(config_.mode, config_.max_references);
    p.i_frame_reference = std::min(p.i_frame_reference, static_cast<int>(kept_));
    p.i_dpb_size = static_cast<int>(kept_);
    p.i_level_idc = level_of(config_.mode, kept_, config_.bitrate_kbps);
    return {};
  }

  // Makes x264 forget the pictures from `index` on. False when nothing older is left, or when the
  // picture at which frame_num begins anew is among them: FFmpeg, which most clients decode with,
  // then takes what follows for older than what it has shown, and shows nothing until frame_num
  // comes round again (h264_field_start fills the gap, ff_h264_init_poc does not know of it).
  bool go_back_before(std::uint32_t index) {
    if (!history_.reaches_before(index)) return false;
    const auto* const first = history_.first_from(index);
    if (first == nullptr) return true;
    return !history_.begins_round(*first, frame_num_period(kept_)) &&
           x264_encoder_invalidate_reference(handle_.get(), first->pts) == 0;
  }

  Outcome code(const Shot& shot, const Directives& directives, media::AccessUnit& out) override {
    if (directives.bitrate_kbps != 0 && directives.bitrate_kbps != config_.bitrate_kbps) {
      config_.bitrate_kbps = directives.bitrate_kbps;
      quantizer_.set_share(share_bits(config_.mode.rate, config_.bitrate_kbps));
    }
    const bool wants_back = directives.invalid_from != 0 && !directives.force_idr;
    const bool idr = directives.force_idr ||
                     (wants_back && !(invalidates() && go_back_before(directives.invalid_from)));
    input_.i_type = idr ? X264_TYPE_IDR : X264_TYPE_AUTO;
    input_.i_pts = next_pts_++;
    const auto activity = meter_.measure(input_.img.plane[0],
                                         static_cast<std::uint32_t>(input_.img.i_stride[0]), idr);
    input_.i_qpplus1 = 1 + quantizer_.choose(idr, activity, idle_shares(shot.captured_ns));
    x264_nal_t* nals = nullptr;
    int count = 0;
    x264_picture_t coded;
    const int size = x264_encoder_encode(handle_.get(), &nals, &count, &input_, &coded);
    if (size < 0) return failed(complaint_.text.data());
    quantizer_.coded(static_cast<std::size_t>(size));
    if (size == 0 || count == 0) return Outcome::Nothing;

    auto* slot = pool_->take();
    const auto bytes_needed = static_cast<std::size_t>(size) + kSpareBytes;
    if (bytes_needed > slot->capacity() && !slot->resize(bytes_needed + bytes_needed / 2)) {
      UnitPool::give_back(slot);
      return failed("out of memory");
    }
    slot->resize(bytes_needed);
    std::memcpy(slot->bytes().data(), nals[0].p_payload, static_cast<std::size_t>(size));
    auto bytes = slot->bytes().first(static_cast<std::size_t>(size));
    const bool came_idr = shape_of(bytes, media::Codec::H264).has_idr_slice;
    // Spare bytes are counted from the unit's end, which stripping moves forward.
    bytes = strip_prefix(bytes, media::Codec::H264, came_idr);
    bytes = lengthen_start_codes(bytes, kSpareBytes, media::Codec::H264);
    if (came_idr) history_.forget();
    history_.add(directives.index, input_.i_pts);

    out = media::AccessUnit(bytes, slot, &UnitPool::give_back);
    const auto type = came_idr     ? media::FrameType::Idr
                      : wants_back ? media::FrameType::AfterInvalidation
                                   : media::FrameType::Predicted;
    finish(out, type, media::Codec::H264, shot);
    return Outcome::Unit;
  }

  double idle_shares(std::int64_t captured_ns) {
    const auto since = last_captured_ns_ ? captured_ns - *last_captured_ns_ : 0;
    last_captured_ns_ = captured_ns;
    return std::clamp(static_cast<double>(since) * 1e-9 * config_.mode.rate.value() - 1, 0.0,
                      kMostIdleShares);
  }

  Config config_;
  std::optional<Picture> halved_;  // one of the two
  std::optional<Picture444> full_;
  UnitPoolPtr pool_;
  Complaint complaint_;
  x264_param_t parameters_{};
  x264_picture_t input_{};  // over the picture's memory
  Handle handle_;
  History history_;
  unsigned kept_ = 1;
  std::int64_t next_pts_ = 0;
  std::optional<std::int64_t> last_captured_ns_;
  ActivityMeter meter_;
  QuantizerControl quantizer_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> open_x264(const Config& config, const Options& options) {
  if (auto good = check(config); !good) return pass(good);
  if (config.codec != media::Codec::H264)
    return fail(Errc::UnsupportedCodec,
                fmt::format("x264 does not encode {}", media::name(config.codec)));
  if (config.colour.ten_bit) return fail(Errc::UnsupportedCodec, "no client takes H.264 in 10 bit");
  auto encoder = std::make_unique<X264Encoder>(config);
  if (auto opened = encoder->open(options); !opened) return pass(opened);
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace pf::encode::x264
