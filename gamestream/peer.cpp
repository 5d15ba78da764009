#include "gamestream/peer.hpp"

#include "gamestream/control_messages.hpp"
#include "gamestream/feedback.hpp"

namespace pf::gamestream {

void Peer::on_stream_end(session::EndReason reason) {
  control_.terminate(id_, termination_reason(reason));
  if (const auto ended = std::exchange(ended_, nullptr)) ended(reason);
}

void Peer::on_feedback(const input::FeedbackEvent& event) noexcept {
  if (auto message = feedback_message(event); !message.empty())
    control_.send(id_, std::move(message));
}

}  // namespace pf::gamestream
