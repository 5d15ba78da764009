#include "probe/feedback.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace pf::probe {

namespace wire = native::wire;

namespace {

std::uint32_t clip(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

FeedbackSender::FeedbackSender(Wire wire, FeedbackStyle style, bool every_window,
                               Nanoseconds frame_interval)
    : wire_(std::move(wire)),
      style_(style),
      every_window_(every_window),
      interval_(frame_interval) {}

void FeedbackSender::begin(SteadyTime now) {
  window_end_ = now + kWindow;
}

wire::Feedback FeedbackSender::base() const {
  wire::Feedback out;
  out.window = last_;
  if (open_) out.ask = open_->ask;
  return out;
}

std::optional<std::uint32_t> FeedbackSender::tick(const native::media::Reassembler::Stats& shards,
                                                  std::uint64_t packets,
                                                  std::uint64_t dropped_locally, SteadyTime now) {
  if (open_ && now - open_->since >= kAskLife) open_.reset();  // Recovery asks anew
  if (open_ && now >= open_->again) send_ask(now);
  if (now < window_end_) return std::nullopt;
  window_end_ = std::max(window_end_ + kWindow, now);
  const auto in_window = window_.close(shards);
  if (std::exchange(spoiled_, false)) return std::nullopt;
  const auto ppm = native::media::loss_ppm(in_window, false);
  if (style_ == FeedbackStyle::Control) {
    wire_.control(wire::LossReport{ppm});
    if (every_window_ || packets == 0 || !told_arrival_) {
      wire_.control(wire::DeliveryReport{packets});
      told_arrival_ = packets != 0;
    }
    return ppm;
  }
  if (++window_number_ == 0) window_number_ = 1;
  last_ = wire::Feedback::Window{window_number_, ppm, packets};
  auto out = base();
  out.lost_head = clip(in_window.missing_head);
  out.lost_middle = clip(in_window.missing_middle);
  out.lost_tail = clip(in_window.missing_tail);
  out.dropped_locally = clip(dropped_locally - dropped_before_);
  dropped_before_ = dropped_locally;
  out.completed = completed_;
  wire_.datagram(out);
  return ppm;
}

void FeedbackSender::ask(const RecoveryAsk& ask, SteadyTime now) {
  if (style_ == FeedbackStyle::Control) {
    if (ask.keyframe)
      wire_.control(wire::RequestKeyframe{});
    else
      wire_.control(wire::RfiRequest{ask.first, ask.last});
    return;
  }
  if (++ask_number_ == 0) ask_number_ = 1;
  wire::Feedback::Ask said;
  said.number = ask_number_;
  said.keyframe = ask.keyframe;
  if (!ask.keyframe) said.invalidate = wire::Feedback::Range{ask.first, ask.last};
  open_ = OpenAsk{said, now, now};
  send_ask(now);
}

void FeedbackSender::nack(const wire::Feedback::Nack& nack) {
  if (style_ == FeedbackStyle::Control) return;
  auto out = base();
  if (!open_) {
    if (++ask_number_ == 0) ask_number_ = 1;
    out.ask.emplace().number = ask_number_;
  }
  out.nack = nack;
  wire_.datagram(out);
}

void FeedbackSender::send_ask(SteadyTime now) {
  open_->again = now + interval_;
  wire_.datagram(base());
}

void FeedbackSender::completed(std::uint32_t frame) {
  if (style_ == FeedbackStyle::Control) return;
  if (!completed_) {
    completed_ = wire::Feedback::Completed{frame, 0};
  } else {
    const auto ahead = frame - completed_->newest;
    if (ahead == 0 || std::bit_cast<std::int32_t>(ahead) < 0) return;
    // The old newest moves to bit ahead - 1.
    const std::uint32_t history = (std::uint32_t{completed_->before} << 1U) | 1U;
    completed_->before =
        ahead > 16 ? std::uint16_t{0} : static_cast<std::uint16_t>(history << (ahead - 1));
    completed_->newest = frame;
  }
  auto out = base();
  out.completed = completed_;
  wire_.datagram(out);
}

SteadyTime FeedbackSender::next() const {
  auto when = window_end_;
  if (open_) when = std::min({when, open_->again, open_->since + kAskLife});
  return when;
}

}  // namespace pf::probe
