// Gamepads over two injectors: those of the PlayStation kind go to the one that can make all of a
// DualSense, everything else to the other. Decided by a pad's arrival, until its removal.
#pragma once

#include <array>
#include <memory>

#include "input/injector.hpp"

namespace pf::input {

class PadSwitch final : public Injector {
 public:
  // Neither is null. The pads of `plain` name the whole.
  PadSwitch(std::unique_ptr<Injector> dualsense, std::unique_ptr<Injector> plain)
      : dualsense_(std::move(dualsense)), plain_(std::move(plain)) {}
  const char* name() const override { return plain_->name(); }
  void inject(const Event& event) noexcept override;

 private:
  std::unique_ptr<Injector> dualsense_, plain_;
  std::array<bool, 16> on_dualsense_{}, used_{};  // by pad; used: since its last removal
};

}  // namespace pf::input
