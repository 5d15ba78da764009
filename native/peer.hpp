// How a session speaks to its native client.
#pragma once

#include <memory>

#include "native/hub.hpp"
#include "session/front_end.hpp"

namespace pf::native {

class Peer final : public session::PeerControl {
 public:
  Peer(std::shared_ptr<Hub> hub, quic::ConnectionRef ref) : hub_(std::move(hub)), ref_(ref) {}

  void on_stream_end(session::EndReason reason) override;
  void on_feedback(const input::FeedbackEvent& event) noexcept override;
  void on_muted(bool muted) noexcept override;
  void on_clipboard_state(session::ClipboardState state) noexcept override;
  void on_clipboard(std::string text) noexcept override;

 private:
  const std::shared_ptr<Hub> hub_;
  const quic::ConnectionRef ref_;
};

}  // namespace pf::native
