#include "native/wire/feedback.hpp"

#include "native/wire/datagram.hpp"
#include "native/wire/v2_fields.hpp"

namespace pf::native::wire {
namespace {

using v2::find_field;
using v2::take_field;

// punktfunk2.md 9.4.
enum FeedbackTag : std::uint64_t {
  kWindow = 1,
  kLoss = 2,
  kPackets = 3,
  kAsk = 4,
  kFirst = 5,
  kLast = 6,
  kKeyframe = 7,
  kLink = 8,
  kLostHead = 9,
  kLostMiddle = 10,
  kLostTail = 11,
  kDropped = 12,
  kNackShard = 13,
  kNewest = 14,
  kBefore = 15,
  kShape = 16,
  kNackFrame = 17
};

// Reads fields of a well-formed body; one bad field spoils the datagram.
class Fields {
 public:
  explicit Fields(ByteSpan body) : body_(body) {}
  template <class T>
  std::optional<T> get(std::uint64_t tag) {
    bool repeats = false;
    const auto value = find_field(body_, tag, repeats);
    if (!value) return std::nullopt;
    T out{};
    valid_ = v2::load_integer(*value, out) && !repeats && valid_;
    return out;
  }
  template <class T>
  T get(std::uint64_t tag, T absent) {
    return get<T>(tag).value_or(absent);
  }
  bool valid() const { return valid_; }

 private:
  ByteSpan body_;
  bool valid_ = true;
};

// False when the list is too long or a shard is no integer.
bool read_shards(ByteSpan body, Feedback::Nack& nack) noexcept {
  while (!body.empty()) {
    const auto field = take_field(body);
    if (!field) return false;
    if (field->tag != kNackShard) continue;
    if (nack.count == Feedback::Nack::kMaxShards ||
        !v2::load_integer(field->value, nack.shards[nack.count]))
      return false;
    ++nack.count;
  }
  return true;
}

}  // namespace

Decoded<Feedback> decode_feedback(const Plane& plane) noexcept {
  const auto bad = tl::unexpected<Drop>(Drop::BadValue);
  if (plane.tag != Tag::Feedback || !v2::well_formed(plane.body)) return bad;
  Fields in(plane.body);
  Feedback out;

  Feedback::Window window;
  window.number = in.get<std::uint32_t>(kWindow, 0);
  window.loss_ppm = in.get<std::uint32_t>(kLoss, 0);
  window.packets = in.get<std::uint64_t>(kPackets, 0);
  if (window.number != 0) out.window = window;

  Feedback::Ask ask;
  ask.number = in.get<std::uint16_t>(kAsk, 0);
  ask.keyframe = in.get<bool>(kKeyframe, false);
  const auto first = in.get<std::uint32_t>(kFirst), last = in.get<std::uint32_t>(kLast);
  if (first && last) ask.invalidate = {*first, *last};
  if (ask.number != 0) out.ask = ask;

  out.link_kbps = in.get<std::uint32_t>(kLink);
  out.lost_head = in.get<std::uint32_t>(kLostHead, 0);
  out.lost_middle = in.get<std::uint32_t>(kLostMiddle, 0);
  out.lost_tail = in.get<std::uint32_t>(kLostTail, 0);
  out.dropped_locally = in.get<std::uint32_t>(kDropped, 0);

  Feedback::Nack nack;
  const auto frame = in.get<std::uint32_t>(kNackFrame);
  if (!read_shards(plane.body, nack)) return bad;
  if (nack.count > 0) {
    if (!frame) return bad;
    nack.frame = *frame;
    out.nack = nack;
  }

  const auto newest = in.get<std::uint32_t>(kNewest);
  const auto before = in.get<std::uint16_t>(kBefore, 0);
  if (newest) out.completed = {*newest, before};
  out.shape = in.get<std::uint8_t>(kShape);
  if (!in.valid()) return bad;
  return out;
}

Bytes encode_feedback(const Feedback& feedback) {
  Bytes out{datagram_kind::kFeedback};
  v2::FieldWriter w(out);
  const auto unless_zero = [&](FeedbackTag tag, std::uint32_t value) {
    if (value != 0) w.integer(tag, value);
  };
  if (feedback.window) {
    w.integer(kWindow, feedback.window->number);
    w.integer(kLoss, feedback.window->loss_ppm);
    w.integer(kPackets, feedback.window->packets);
  }
  if (feedback.ask) {
    w.integer(kAsk, feedback.ask->number);
    if (feedback.ask->invalidate) {
      w.integer(kFirst, feedback.ask->invalidate->first);
      w.integer(kLast, feedback.ask->invalidate->last);
    }
    if (feedback.ask->keyframe) w.integer(kKeyframe, std::uint8_t{1});
  }
  unless_zero(kLostHead, feedback.lost_head);
  unless_zero(kLostMiddle, feedback.lost_middle);
  unless_zero(kLostTail, feedback.lost_tail);
  unless_zero(kDropped, feedback.dropped_locally);
  if (feedback.link_kbps) w.integer(kLink, *feedback.link_kbps);
  if (feedback.shape) w.integer(kShape, *feedback.shape);
  if (feedback.completed) {
    w.integer(kNewest, feedback.completed->newest);
    w.integer(kBefore, feedback.completed->before);
  }
  if (feedback.nack) {
    w.integer(kNackFrame, feedback.nack->frame);
    for (const auto shard : feedback.nack->wanted()) w.integer(kNackShard, shard);
  }
  return out;
}

}  // namespace pf::native::wire
