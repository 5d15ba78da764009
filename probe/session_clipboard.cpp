// The clipboard that client and host share, client's end (punktfunk1.md 8, punktfunk2.md 10.1).
#include "probe/session_core.hpp"

namespace pf::probe {

namespace quic = native::quic;
namespace wire = native::wire;

// As clients do whose user has it on: once, when the session starts.
void SessionCore::share_clipboard() {
  if (!options_.clipboard) return;
  if ((hello_.host_caps & wire::host_cap::kClipboard) == 0)
    return note("the host shares no clipboard");
  clipboard_.emplace(*connection_, generation_, wire::End::Client,
                     native::clipboard::Exchange::Hooks{
                         [this](const wire::ControlMessage& message) { control_->send(message); },
                         [this](std::string text) {
                           observer_.on_clipboard(text);
                           count([&](Statistics& s) { s.clipboard.received_bytes = text.size(); });
                         }});
  if (!options_.clipboard_text.empty()) clipboard_->offer(options_.clipboard_text);
  control_->send(wire::ClipControl{true, 0});
}

void SessionCore::copy(std::string text) {
  if (!clipboard_) return note("the clipboard is not shared; what was copied stays here");
  clipboard_->offer(std::move(text));
  count_clipboard();
}

void SessionCore::on(const wire::ClipOffer& m) {
  if (!clipboard_ || !clipboard_->allowed())
    return violation("clipboard.offer", "an offer while the clipboard is not shared");
  clipboard_->on_offer(m);
}

void SessionCore::count_clipboard() {
  if (!clipboard_) return;
  const auto& c = clipboard_->counts();
  count([&](Statistics& s) {
    s.clipboard.offered = c.offered;
    s.clipboard.fetched = c.fetched;
    s.clipboard.served = c.served;
    s.clipboard.refused = c.refused;
  });
}

// False for streams that are no transfers.
bool SessionCore::transfer_data(quic::StreamId stream, ByteSpan bytes, bool fin) {
  if (!clipboard_) return false;
  if (const auto found = incoming_.find(stream); found != incoming_.end()) {
    const auto type = found->second.next(bytes);
    if (type && !*type && !fin) return true;
    incoming_.erase(found);
    if (!type || !*type || **type != wire::stream_type::kTransfer) {
      violation("quic.stream", "the host opened a stream that is no transfer");
      connection_->stop(stream, wire::stream_code::kUnknownStream);
      connection_->reset(stream, wire::stream_code::kUnknownStream);
      return true;
    }
    clipboard_->on_opened(stream);
  }
  if (!clipboard_->owns(stream)) return false;
  clipboard_->on_data(stream, bytes, fin);
  count_clipboard();
  return true;
}

void SessionCore::on_stream_writable(quic::StreamId stream) {
  if (clipboard_) clipboard_->on_writable(stream);
}

void SessionCore::on_stream_closed(quic::StreamId stream) {
  incoming_.erase(stream);
  if (clipboard_) clipboard_->on_gone(stream);
}

}  // namespace pf::probe
