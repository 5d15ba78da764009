// How a session speaks to a GameStream client once it streams: farewells and pad feedback over the
// control channel.
#pragma once

#include <functional>

#include "gamestream/control.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

class Peer final : public session::PeerControl {
 public:
  // `control` outlives every stream. `ended` runs on the control thread, once at most.
  Peer(Control& control, ControlId id, std::function<void(session::EndReason)> ended)
      : control_(control), id_(id), ended_(std::move(ended)) {}

  void on_stream_end(session::EndReason reason) override;
  void on_feedback(const input::FeedbackEvent& event) noexcept override;

 private:
  Control& control_;
  ControlId id_;
  std::function<void(session::EndReason)> ended_;
};

}  // namespace pf::gamestream
