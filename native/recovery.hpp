// What a client asks for when pictures were lost, in whichever form it says so, and each ask once
// (punktfunk1.md 6.9; punktfunk2.md 9.4). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "native/wire/feedback.hpp"

namespace pf::native {

struct RecoveryAsk {
  bool keyframe = false;  // wins over the range
  std::uint32_t first = 0, last = 0;
};

// Feedback datagrams repeat themselves until they are answered: tells what is new.
class FeedbackFilter {
 public:
  std::optional<RecoveryAsk> new_ask(const wire::Feedback& feedback);
  std::optional<wire::Feedback::Window> new_window(const wire::Feedback& feedback);
  // Shards to send again. The same list under the same ask number is one ask, said again.
  std::optional<wire::Feedback::Nack> new_nack(const wire::Feedback& feedback);

 private:
  std::optional<std::uint16_t> ask_;
  std::optional<std::uint32_t> window_;
  std::optional<wire::Feedback::Nack> nack_;
  std::uint16_t nack_ask_ = 0;
};

}  // namespace pf::native
