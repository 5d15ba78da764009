#include "input/pad_switch.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace pf::input {
namespace {

template <class E>
std::optional<std::uint8_t> pad_in(const E& event) {
  if constexpr (requires { event.pad; })
    return event.pad;
  else
    return std::nullopt;
}

}  // namespace

void PadSwitch::inject(const Event& event) noexcept {
  const auto pad = std::visit([](const auto& one) { return pad_in(one); }, event);
  if (!pad || *pad >= on_dualsense_.size()) return plain_->inject(event);
  auto& there = on_dualsense_[*pad];
  auto& used = used_[*pad];
  if (const auto* arrival = std::get_if<PadArrival>(&event)) {
    const bool was = std::exchange(there, arrival->kind == PadKind::PlayStation);
    // It comes anew as another one: nothing of the first may stay held.
    if (used && was != there) (was ? dualsense_ : plain_)->inject(PadRemoval{*pad});
  }
  (there ? dualsense_ : plain_)->inject(event);
  used = !std::holds_alternative<PadRemoval>(event);
  if (!used) there = false;
}

}  // namespace pf::input
