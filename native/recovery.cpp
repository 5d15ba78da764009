#include "native/recovery.hpp"

#include <limits>

namespace pf::native {
namespace {

// Numbers wrap and never are 0: newer is what lies less than half the range ahead.
template <class T>
bool newer(const std::optional<T>& last, T number) {
  if (number == 0) return false;
  if (!last) return true;
  const auto ahead = static_cast<T>(number - *last);
  return ahead != 0 && ahead <= std::numeric_limits<T>::max() / 2;
}

}  // namespace

std::optional<RecoveryAsk> FeedbackFilter::new_ask(const wire::Feedback& feedback) {
  if (!feedback.ask || !newer(ask_, feedback.ask->number)) return std::nullopt;
  const auto& ask = *feedback.ask;
  ask_ = ask.number;
  if (ask.keyframe) return RecoveryAsk{true, 0, 0};
  if (ask.invalidate) return RecoveryAsk{false, ask.invalidate->first, ask.invalidate->last};
  return std::nullopt;
}

std::optional<wire::Feedback::Nack> FeedbackFilter::new_nack(const wire::Feedback& feedback) {
  if (!feedback.nack) return std::nullopt;
  const std::uint16_t ask = feedback.ask ? feedback.ask->number : 0;
  if (nack_ == feedback.nack && nack_ask_ == ask) return std::nullopt;
  nack_ = feedback.nack;
  nack_ask_ = ask;
  return feedback.nack;
}

std::optional<wire::Feedback::Window> FeedbackFilter::new_window(const wire::Feedback& feedback) {
  if (!feedback.window || !newer(window_, feedback.window->number)) return std::nullopt;
  window_ = feedback.window->number;
  return feedback.window;
}

}  // namespace pf::native
