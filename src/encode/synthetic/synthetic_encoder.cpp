#include "encode/synthetic/synthetic_encoder.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <new>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/wake.hpp"
#include "encode/picture_encoder.hpp"
#include "encode/unit_pool.hpp"

namespace pf::encode::synthetic {
namespace {

// Parameter sets and slice headers of a 16×16 baseline stream, as far as a parser of NAL units
// looks; the picture data after them is ours.
constexpr std::array<std::uint8_t, 17> kSpsPps{0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x0a, 0xda,
                                               0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80};
constexpr std::array<std::uint8_t, 5> kIdrSlice{0, 0, 0, 1, 0x65};
constexpr std::array<std::uint8_t, 5> kPredictedSlice{0, 0, 0, 1, 0x41};
constexpr std::size_t kDigits = 16;  // a 64-bit number, four bits a byte
constexpr std::size_t kHeaderBytes = kIdrSlice.size() + 2 * kDigits;
constexpr std::size_t kSmallestUnit = kSpsPps.size() + kHeaderBytes + 16;

std::mutex plan_mutex;
std::function<Faults(const Config&)> fault_plan;

// No byte is below 0x10, so no start code can appear inside.
std::uint8_t filler(std::uint64_t unit, std::size_t index) {
  auto x = (unit + 1) * 0x9e3779b97f4a7c15ULL + index * 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 29;
  return static_cast<std::uint8_t>(0x10 + (x >> 7) % 0xf0);
}

std::uint8_t* put_number(std::uint8_t* to, std::uint64_t value) {
  for (std::size_t i = 0; i < kDigits; ++i)
    *to++ = static_cast<std::uint8_t>(0x40 + ((value >> (4 * (kDigits - 1 - i))) & 15));
  return to;
}

bool get_number(ByteSpan from, std::uint64_t& value) {
  value = 0;
  for (const auto byte : from) {
    if (byte < 0x40 || byte > 0x4f) return false;
    value = value << 4 | (byte & 15U);
  }
  return true;
}

// A bitrate that is raised while the stream runs finds this much room in the units' memory.
constexpr std::size_t kRoom = 4;

std::size_t unit_bytes(const Config& config) {
  return std::max(kSmallestUnit, share_bytes(config));
}

class SyntheticEncoder final : public Encoder {
 public:
  SyntheticEncoder(const Config& config, const Faults& faults)
      : config_(config), faults_(faults), pool_(UnitPool::create(kRoom * unit_bytes(config))) {}

  const char* name() const override { return "synthetic"; }
  bool invalidates() const override { return true; }

  Outcome encode(const media::VideoFrame& frame, const Directives& directives,
                 media::AccessUnit& out) noexcept override {
    sequence_ = frame.sequence;
    return code(frame.captured_ns, directives, false, out);
  }
  Outcome repeat(std::int64_t captured_ns, const Directives& directives,
                 media::AccessUnit& out) noexcept override {
    return code(captured_ns, directives, true, out);
  }

 private:
  Outcome code(std::int64_t captured_ns, const Directives& directives, bool repeat,
               media::AccessUnit& out) noexcept {
    const auto submitted = steady_now_ns();
    const auto unit = ++units_;
    if (directives.bitrate_kbps != 0) config_.bitrate_kbps = directives.bitrate_kbps;
    if (faults_.fail_at != 0 && unit >= faults_.fail_at) return Outcome::Failed;
    if (unit == faults_.swallow_at) return Outcome::Nothing;
    if (unit == faults_.stall_at) {
      Wake never;
      never.wait_until(steady_now() + faults_.stall);
    }
    const bool repaired = directives.invalid_from != 0 && refer_before(directives.invalid_from);
    const bool idr =
        directives.force_idr || !started_ || (directives.invalid_from != 0 && !repaired);
    started_ = true;
    remember(directives.index, idr);
    const auto size = unit_bytes(config_);
    UnitPool::Slot* slot = nullptr;
    try {
      slot = pool_->take();
    } catch (const std::bad_alloc&) {
      return Outcome::Failed;
    }
    if (!slot->resize(size)) {
      UnitPool::give_back(slot);
      return Outcome::Failed;
    }
    const auto bytes = slot->bytes();
    auto* to = bytes.data();
    if (idr) to = std::copy(kSpsPps.begin(), kSpsPps.end(), to);
    to = std::copy(idr ? kIdrSlice.begin() : kPredictedSlice.begin(),
                   idr ? kIdrSlice.end() : kPredictedSlice.end(), to);
    to = put_number(put_number(to, unit), sequence_);
    const auto* end = bytes.data() + bytes.size();
    for (std::size_t i = 0; to != end; ++i) *to++ = filler(unit, i);

    out = media::AccessUnit(bytes, slot, &UnitPool::give_back);
    out.type = idr        ? media::FrameType::Idr
               : repaired ? media::FrameType::AfterInvalidation
                          : media::FrameType::Predicted;
    out.codec = config_.codec;
    out.repeat = repeat;
    out.timeline = {};
    out.timeline.captured_ns = captured_ns;
    out.timeline.submitted_ns = submitted;
    out.timeline.encoded_ns = steady_now_ns();
    return Outcome::Unit;
  }

  // The pictures that a decoder still has, as a real encoder keeps them: the last few.
  bool refer_before(std::uint32_t index) noexcept {
    const auto end =
        std::remove_if(references_.begin(), references_.begin() + reference_count_,
                       [&](std::uint32_t r) { return static_cast<std::int32_t>(r - index) >= 0; });
    reference_count_ = end - references_.begin();
    return reference_count_ != 0;
  }
  void remember(std::uint32_t index, bool idr) noexcept {
    if (idr) reference_count_ = 0;
    if (reference_count_ == std::ssize(references_)) {
      std::copy(references_.begin() + 1, references_.end(), references_.begin());
      --reference_count_;
    }
    references_[static_cast<std::size_t>(reference_count_++)] = index;
  }

  Config config_;
  const Faults faults_;
  UnitPoolPtr pool_;
  std::uint64_t units_ = 0;
  std::uint64_t sequence_ = 0;
  std::array<std::uint32_t, 16> references_{};  // unit indices, oldest first
  std::ptrdiff_t reference_count_ = 0;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<Encoder>> open_with(const Config& config, const Faults& faults) {
  if (config.codec != media::Codec::H264)
    return fail(Errc::UnsupportedCodec, "the synthetic encoder makes H.264-shaped units only");
  if (config.mode.rate.num == 0 || config.mode.rate.den == 0 || config.bitrate_kbps == 0)
    return fail(Errc::BadInput, "rate or bitrate 0");
  return std::unique_ptr<Encoder>(std::make_unique<SyntheticEncoder>(config, faults));
}

void set_faults(std::function<Faults(const Config&)> plan) {
  const std::scoped_lock lock(plan_mutex);
  fault_plan = std::move(plan);
}

Result<std::unique_ptr<Encoder>> open_synthetic(const Config& config, const Options&) {
  const std::scoped_lock lock(plan_mutex);
  return open_with(config, fault_plan ? fault_plan(config) : Faults{});
}

std::optional<Stamp> read_stamp(ByteSpan unit) {
  Stamp stamp{};
  if (unit.size() < kSmallestUnit) return std::nullopt;
  if (std::equal(kSpsPps.begin(), kSpsPps.end(), unit.begin())) {
    stamp.idr = true;
    unit = unit.subspan(kSpsPps.size());
  }
  const auto& slice = stamp.idr ? kIdrSlice : kPredictedSlice;
  if (!std::equal(slice.begin(), slice.end(), unit.begin())) return std::nullopt;
  unit = unit.subspan(slice.size());
  if (!get_number(unit.first(kDigits), stamp.unit) ||
      !get_number(unit.subspan(kDigits, kDigits), stamp.frame_sequence))
    return std::nullopt;
  unit = unit.subspan(2 * kDigits);
  for (std::size_t i = 0; i < unit.size(); ++i)
    if (unit[i] != filler(stamp.unit, i)) return std::nullopt;
  return stamp;
}

}  // namespace pf::encode::synthetic
