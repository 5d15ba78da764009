#include "native/peer.hpp"

#include "native/client.hpp"

namespace pf::native {

// At once: the code must leave before anything else is taken down.
void Peer::on_stream_end(session::EndReason reason) {
  const auto found = hub_->clients().find(ref_.id);
  if (found == hub_->clients().end()) return;
  const auto client = found->second;
  client->on_session_end(reason);
}

void Peer::on_feedback(const input::FeedbackEvent& event) noexcept {
  hub_->to_client(ref_, [event](Client& client) { client.on_feedback(event); });
}

void Peer::on_muted(bool muted) noexcept {
  hub_->to_client(ref_, [muted](Client& client) { client.on_muted(muted); });
}

void Peer::on_clipboard_state(session::ClipboardState state) noexcept {
  hub_->to_client(ref_, [state](Client& client) { client.on_clipboard_state(state); });
}

void Peer::on_clipboard(std::string text) noexcept {
  hub_->to_client(ref_, [text = std::move(text)](Client& client) { client.on_clipboard(text); });
}

}  // namespace pf::native
