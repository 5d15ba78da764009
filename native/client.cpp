#include "native/client.hpp"

#include "base/log.hpp"

namespace pf::native {
namespace {

using namespace std::chrono_literals;
// To open the control stream and say something (trust-and-console.md 3.8).
constexpr auto kFirstMessage = 10s;
// For the close code behind the end of the control stream.
constexpr auto kCloseWait = 300ms;

}  // namespace

Client::Client(ClientDeps& deps, PeerFacts facts)
    : deps_(deps), facts_(std::move(facts)), carrier_{facts_.generation, !facts_.peer.is_v4()} {}

Client::~Client() = default;

void Client::start() {
  deadline(kFirstMessage, &Client::timed_out);
}

void Client::deadline(std::chrono::milliseconds delay, void (Client::*task)()) {
  deadline_ = deps_.loop.after(delay, [this, task] { (this->*task)(); });
}

void Client::timed_out() {
  log::info("native", "a client took too long", "connection", facts_.ref.id, "from",
            facts_.peer.address());
  close(wire::CloseCode::SetupFailed, "");
}

void Client::to_link(std::function<void(Link&)> task) {
  deps_.hub->to_link(facts_.ref, std::move(task));
}

void Client::send(const wire::ControlMessage& message) {
  to_link([message](Link& link) { link.send(message); });
}

void Client::close(wire::CloseCode code, std::string_view reason) {
  if (std::exchange(closed_, true)) return;
  speed_test_gate_.shut();
  deadline_.reset();
  to_link([code, text = std::string(reason)](Link& link) { link.close(code, text); });
}

// -- what comes from the link --------------------------------------------------------------------

void Client::on_message(const wire::ControlMessage& message) {
  if (closed_) return;
  switch (phase_) {
    case Phase::First:
      deadline_.reset();
      if (const auto* hello = std::get_if<wire::ClientHello>(&message)) return on_hello(*hello);
      if (std::holds_alternative<wire::PairRequest>(message)) {
        phase_ = Phase::Pairing;
        pairing::HostPeer peer;
        if (facts_.fingerprint) peer.client = *facts_.fingerprint;
        peer.host = deps_.identity.certificate().fingerprint();
        peer.from = facts_.peer;
        peer.source = trust::source_of(facts_.peer, &trust::replies_via_tailscale);
        pairing_ = std::make_unique<PairingFlow>(
            deps_.loop, deps_.desk, std::move(peer),
            PairingFlow::Hooks{
                [this](const wire::ControlMessage& m) { send(m); },
                [this](wire::CloseCode code, std::string_view reason) { close(code, reason); }});
        return pairing_->on_message(message);
      }
      return close(wire::CloseCode::SetupFailed, "");
    case Phase::Pairing:
      return pairing_->on_message(message);
    case Phase::AwaitReady:
      if (const auto* ready = std::get_if<wire::Ready>(&message)) return on_ready(*ready);
      return;  // nothing else means anything yet
    case Phase::Streaming:
      if (const auto* ask = std::get_if<wire::ProbeRequest>(&message); ask && speed_test_)
        return speed_test_->ask(*ask, agreement_.shard_payload);
      if (const auto* wish = std::get_if<wire::CursorRender>(&message)) return draw_pointer(*wish);
      if (steering_) steering_->on_message(message);
      return;
    case Phase::Parked:
    case Phase::Waiting:
    case Phase::Over:
      return;
  }
}

void Client::on_window(std::uint32_t loss_ppm, std::uint64_t packets) {
  if (!steering_) return;
  steering_->on_loss(loss_ppm);
  steering_->on_delivered(packets);
}

void Client::on_round_trip(std::chrono::nanoseconds rtt) {
  if (steering_) steering_->on_round_trip(rtt);
}

void Client::on_recovery_asked(bool keyframe) {
  if (steering_) steering_->on_recovery_asked(keyframe);
}

void Client::on_moved(const net::Endpoint& peer) {
  log::info("native", "the client has a new address", "connection", facts_.ref.id, "address",
            peer.address());
  if (lease_) deps_.allow_list.touch(lease_->fingerprint(), peer);
  if (!steering_) return;
  steering_->on_moved();
  watch_path();
}

void Client::watch_pen() {
  pen_timer_ = deps_.loop.after(std::chrono::milliseconds(wire::InputDecoder::kPenTimeoutMs),
                                [this] { to_link([](Link& link) { link.lift_stale_pen(); }); });
}

void Client::on_control_ended() {
  if (!closed_) deadline(kCloseWait, &Client::leave);
}

void Client::on_closed(const quic::CloseInfo& info) {
  const auto keep = shared_from_this();
  closed_ = true;
  deadline_.reset();
  pending_timer_.reset();
  if (pairing_) pairing_->abandon();
  if (knock_) deps_.desk.knocks().withdraw(*knock_);
  const bool quit = info.by_peer && info.kind == quic::CloseKind::Application &&
                    info.code == static_cast<std::uint64_t>(wire::CloseCode::Quit);
  if (phase_ == Phase::First)
    log::debug("native", "connection closed before it asked for anything", "from",
               facts_.peer.address());
  else
    log::info("native", "client gone", "connection", facts_.ref.id, "device", name_, "how",
              info.text());
  if (video_ &&
      video_->counters.resent_packets.value() + video_->counters.resends_refused.value() > 0)
    log::info("native", "the client asked for packets again", "device", name_, "sent again",
              video_->counters.resent_packets.value(), "not sent",
              video_->counters.resends_refused.value());
  const bool held = holds_slot();
  phase_ = Phase::Over;
  if (session_) {
    const auto session = *std::exchange(session_, std::nullopt);
    // A deliberate end takes everything down; anything else may come back (punktfunk1.md 4.3).
    if (quit)
      deps_.sessions.end(session, session::EndReason::ClientQuit);
    else if (stream_ || resumed_)
      deps_.sessions.detach(session);
    else
      deps_.sessions.end(session, session::EndReason::NeverConnected);
  }
  steering_.reset();
  speed_test_gate_.shut();
  speed_test_.reset();
  rumble_.reset();
  cursor_.reset();
  stream_.reset();
  stream_mark_.reset();
  lease_.reset();
  punch_.reset();
  deps_.hub->remove_client(facts_.ref);
  if (held) deps_.slot_freed();
}

// -- what comes from the session -----------------------------------------------------------------

void Client::on_session_end(session::EndReason reason) {
  session_.reset();
  steering_.reset();
  const auto words = farewell(reason);
  close(words.code, words.reason);
}

// Which of its pads a client's games can see (punktfunk1.md 3.8 PadSlots).
void Client::tell_pad_slots(const input::PadPresence& pad) {
  const auto bit = static_cast<std::uint16_t>(pad.pad < 16 ? 1U << pad.pad : 0U);
  pad_slots_ = static_cast<std::uint16_t>(pad.there ? pad_slots_ | bit : pad_slots_ & ~bit);
  if (std::exchange(pad_slots_told_, pad_slots_) != pad_slots_) send(wire::PadSlots{pad_slots_});
}

void Client::on_feedback(const input::FeedbackEvent& event) {
  if (const auto* pad = std::get_if<input::PadPresence>(&event)) return tell_pad_slots(*pad);
  if (rumble_ && !closed_) rumble_->on_feedback(event);
}

void Client::on_clipboard_state(session::ClipboardState state) {
  to_link([state](Link& link) { link.clipboard_state(state); });
}

void Client::on_clipboard(const std::string& text) {
  to_link([text](Link& link) { link.clipboard_copied(text); });
}

void Client::on_mode_active(const pf::media::Mode& mode, std::uint8_t epoch) {
  if (cursor_) cursor_->set_mode(mode);
  if (steering_ && !closed_) steering_->on_mode_active(mode, epoch);
}

}  // namespace pf::native
