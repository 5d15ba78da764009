#include "probe/frame_order.hpp"

#include <algorithm>
#include <utility>

#include "native/media/generation.hpp"

namespace pf::probe {

namespace {

// Packets of one burst come this far apart.
constexpr Nanoseconds kSlack = std::chrono::milliseconds(2);

}  // namespace

// Two asks, the second because the first or its answer was lost.
Nanoseconds FrameOrder::patience() const {
  return std::min(kLongest, 2 * pause() + kSlack);
}

Nanoseconds FrameOrder::pause() const {
  return rtt_ + rtt_ / 2 + kSlack;
}

// Everything that follows without a hole.
std::vector<FrameOrder::Frame> FrameOrder::drain(SteadyTime now) {
  std::vector<Frame> out;
  while (!held_.empty() && held_.begin()->first == *expected_) {
    out.push_back(std::move(held_.begin()->second));
    held_.erase(held_.begin());
    ++*expected_;
  }
  wait_.reset();
  if (!held_.empty()) wait_ = Wait{now};
  return out;
}

std::vector<FrameOrder::Frame> FrameOrder::push(Frame frame, SteadyTime now) {
  if (!expected_) expected_ = frame.index;
  const auto index =
      *expected_ + static_cast<std::int32_t>(frame.index - static_cast<std::uint32_t>(*expected_));
  std::vector<Frame> out;
  if (index < *expected_) {
    out.push_back(std::move(frame));
    return out;
  }
  const bool key = (frame.flags & native::media::flag::kKey) != 0;
  if (index == *expected_ && wait_ && wait_->asks != 0) ++filled_;
  held_.emplace(index, std::move(frame));
  // Nothing before a key frame is needed any more.
  if (index == *expected_ || key) {
    held_.erase(held_.begin(), held_.find(index));
    expected_ = index;
    return drain(now);
  }
  if (!wait_) wait_ = Wait{now};
  return out;
}

std::vector<FrameOrder::Frame> FrameOrder::tick(const Reassembler& video, SteadyTime now) {
  if (held_.empty()) return {};
  const bool hopeless = !video.missing(static_cast<std::uint32_t>(*expected_));
  if (!hopeless && now - wait_->since < patience() && held_.size() < kMostHeld) return {};
  expected_ = held_.begin()->first;
  return drain(now);
}

std::optional<native::wire::Feedback::Nack> FrameOrder::due(const Reassembler& video,
                                                            SteadyTime now) {
  if (!expected_) return std::nullopt;
  // The end of the frame has come, and it is short.
  const auto early = video.stats().early_losses;
  if (std::exchange(early_seen_, early) != early && !wait_) wait_ = Wait{now};
  if (!wait_ || wait_->asks == kMostAsks) return std::nullopt;
  const auto missing = video.missing(static_cast<std::uint32_t>(*expected_));
  if (!missing) {
    if (held_.empty()) wait_.reset();
    return std::nullopt;
  }
  if (wait_->asked && now - *wait_->asked < pause()) return std::nullopt;
  native::wire::Feedback::Nack nack;
  nack.frame = static_cast<std::uint32_t>(*expected_);
  nack.count = static_cast<std::uint8_t>(missing->size());
  std::copy(missing->begin(), missing->end(), nack.shards.begin());
  wait_->asked = now;
  ++wait_->asks;
  return nack;
}

SteadyTime FrameOrder::next() const {
  if (!wait_) return SteadyTime::max();
  auto when = held_.empty() ? SteadyTime::max() : wait_->since + patience();
  if (wait_->asked && wait_->asks < kMostAsks) when = std::min(when, *wait_->asked + pause());
  return when;
}

}  // namespace pf::probe
