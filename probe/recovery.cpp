#include "probe/recovery.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "native/media/generation.hpp"

namespace pf::probe {

namespace flag = native::media::flag;

void Recovery::begin_waiting(SteadyTime now) {
  points_ = 0;
  if (waiting_) return;
  waiting_ = true;
  waiting_since_ = now;
}

Recovery::Verdict Recovery::on_frame(std::uint32_t index, std::uint32_t flags, SteadyTime now) {
  silent_since_ = now;
  const bool key = (flags & flag::kKey) != 0;
  bool gap = false;
  if (!any_) {
    any_ = true;
    expected_ = index;  // the first frame ever seen may have any index
    if (!key) {
      begin_waiting(now);
      want_keyframe_ = true;
    }
  }
  const auto ahead = std::bit_cast<std::int32_t>(index - expected_);
  if (ahead < 0) return Verdict::Late;
  if (ahead > 0) {
    gap = true;
    lost_ += static_cast<std::uint64_t>(ahead);
    if (!unreported_) unreported_ = Range{expected_, 0};
    unreported_->last = index - 1;
    begin_waiting(now);
  }
  expected_ = index + 1;
  if (!waiting_) return Verdict::Clean;

  // An anchor that comes right behind a new hole was made for an older one.
  const bool anchor = (flags & flag::kRecoveryAnchor) != 0 && !gap && !unreported_;
  if ((flags & flag::kRecoveryPoint) != 0 && !gap) ++points_;
  if (!key && !anchor && points_ < 2) return Verdict::Held;
  waiting_ = false;
  unreported_.reset();
  want_keyframe_ = false;
  asked_.reset();
  return Verdict::Healed;
}

void Recovery::on_broken(SteadyTime now) {
  begin_waiting(now);
  want_keyframe_ = true;
}

std::optional<RecoveryAsk> Recovery::due(SteadyTime now) {
  if (unreported_ && (!range_asked_ || now - *range_asked_ >= kRangePause)) {
    const auto range = *std::exchange(unreported_, std::nullopt);
    range_asked_ = asked_ = now;
    // The key frame heals whatever a range would.
    if (want_keyframe_ || range.last - range.first >= kWidestRange) {
      want_keyframe_ = false;
      return RecoveryAsk{.keyframe = true};
    }
    return RecoveryAsk{false, range.first, range.last};
  }
  const bool again = waiting_ && asked_ && now - *asked_ >= kAskAgain;
  const bool silent = now - silent_since_ >= kSilence;
  if (!want_keyframe_ && !again && !silent) return std::nullopt;
  want_keyframe_ = false;
  asked_ = now;
  if (silent) silent_since_ = now;
  return RecoveryAsk{.keyframe = true};
}

SteadyTime Recovery::next() const {
  auto when = silent_since_ + kSilence;
  if (unreported_) when = range_asked_ ? std::min(when, *range_asked_ + kRangePause) : SteadyTime{};
  if (waiting_ && asked_) when = std::min(when, *asked_ + kAskAgain);
  if (want_keyframe_) when = SteadyTime{};
  return when;
}

}  // namespace pf::probe
