// The half of a native connection that lives on the control thread: who may come in, what is agreed
// on, and the stream from its first picture to its last (punktfunk1.md 4; punktfunk2.md 4, 12).
//
//   First ─> Pairing                         a PIN ceremony, then the client leaves
//     └────> (Parked) ─> (Waiting) ─> AwaitReady ─> Streaming ─> Over
//            a person     a slot or    hello is
//            decides      the device's answered
//                         old session
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "native/audio_sink.hpp"
#include "native/client_deps.hpp"
#include "native/close.hpp"
#include "native/cursor_relay.hpp"
#include "native/link.hpp"
#include "native/negotiate.hpp"
#include "native/pairing_flow.hpp"
#include "native/punch_socket.hpp"
#include "native/rumble_relay.hpp"
#include "native/steering.hpp"

namespace pf::native {

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(ClientDeps& deps, PeerFacts facts);
  ~Client();

  void start();
  // From the link.
  void on_message(const wire::ControlMessage& message);
  void on_window(std::uint32_t loss_ppm, std::uint64_t packets);
  void on_round_trip(std::chrono::nanoseconds rtt);
  void on_recovery_asked(bool keyframe);
  void on_moved(const net::Endpoint& peer);
  void on_path_seen(std::size_t udp_payload_bytes, std::chrono::nanoseconds rtt);
  void watch_pen();
  void on_control_ended();
  void on_closed(const quic::CloseInfo& info);
  // From the session.
  void on_session_end(session::EndReason reason);
  void on_feedback(const input::FeedbackEvent& event);
  void on_muted(bool muted) { send(wire::AudioState{muted}); }
  void on_clipboard_state(session::ClipboardState state);
  void on_clipboard(const std::string& text);
  void on_mode_active(const pf::media::Mode& mode, std::uint8_t epoch);

  // A slot may be free again.
  void retry();
  bool holds_slot() const {
    return !wants_probes_only() && (phase_ == Phase::AwaitReady || phase_ == Phase::Streaming);
  }
  void close(wire::CloseCode code, std::string_view reason);
  void send(const wire::ControlMessage& message);

 private:
  enum class Phase : std::uint8_t {
    First = 1,
    Pairing,
    Parked,
    Waiting,
    AwaitReady,
    Streaming,
    Over
  };
  // What pf-quic prepares before the hello is answered.
  struct Prepared {
    std::array<std::uint8_t, 32> exporter{};  // secret; generation 2
    std::shared_ptr<quic::DatagramPort> audio, timing, cursor;
  };

  void deadline(std::chrono::milliseconds delay, void (Client::*task)());
  void timed_out();
  void leave() { close(wire::CloseCode::Normal, ""); }
  std::weak_ptr<Client> weak() { return weak_from_this(); }
  void to_link(std::function<void(Link&)> task);

  // client_admission.cpp
  void on_hello(const wire::ClientHello& hello);
  Result<trust::LeasePtr> lease();
  void admit();
  void knock();
  void on_knock_ended(trust::KnockOutcome outcome);
  void send_pending();
  void admitted(trust::LeasePtr lease);
  void grant_only();
  void make_room();

  // client_probe.cpp
  bool wants_probes_only() const;
  media::VideoPackets::Config packet_config() const;
  media::ProbeBurst::Config burst_config(const media::Keys& keys) const;
  Result<> serve_probes();

  // client_session.cpp
  void negotiate_session();
  Result<session::SessionId> take_session(const apps::App& app);
  const apps::App& wanted_app(std::string& note) const;
  void answer_hello();
  void prepare(Link& link, const wire::ServerHello& reply);
  void on_prepared(Prepared prepared);
  void on_ready(const wire::Ready& ready);
  Result<> attach();
  Result<media::Keys> keys() const;
  void media_path(const net::Endpoint& to, const net::Endpoint& from);
  void fall_back_to_announced_port();
  void greet();
  std::unique_ptr<Executor::Timer> release_later();
  void draw_pointer(const wire::CursorRender& wish);
  void tell_pad_slots(const input::PadPresence& pad);
  void watch_path();
  void look_at_path();

  ClientDeps& deps_;
  const PeerFacts facts_;
  const Carrier carrier_;
  Phase phase_ = Phase::First;
  bool closed_ = false;  // the connection is closed or being closed
  std::unique_ptr<Executor::Timer> deadline_, pending_timer_, pen_timer_, hold_timer_, path_timer_;

  wire::ClientHello hello_;
  std::string name_;  // scrubbed
  std::unique_ptr<PairingFlow> pairing_;
  std::optional<trust::KnockTicket> knock_;
  trust::LeasePtr lease_;
  std::shared_ptr<void> stream_mark_;

  std::optional<session::SessionId> session_;
  bool resumed_ = false;
  bool adopted_ = false;     // the application ran already, for this device or another
  std::string launch_note_;  // why the wanted title was not started; for the user
  Agreement agreement_;
  wire::ServerHello reply_;
  std::optional<media::MediaClock> clock_;
  std::optional<Prepared> prepared_;
  std::uint16_t announced_port_ = 0;
  std::unique_ptr<PunchSocket> punch_;
  std::shared_ptr<media::VideoLink> video_;
  std::shared_ptr<media::PacketNumbers> numbers_;
  std::shared_ptr<session::Stream> stream_;
  std::shared_ptr<CursorRelay> cursor_;  // when the client draws the pointer
  std::unique_ptr<Steering> steering_;
  // A client that measures the way, and streams nothing.
  session::Gate speed_test_gate_;  // outlives the thread of the test
  std::unique_ptr<SpeedTest> speed_test_;
  std::size_t path_bytes_ = 0;
  unsigned path_looks_ = 0, path_same_ = 0;
  std::unique_ptr<RumbleRelay> rumble_;
  std::uint16_t pad_slots_ = 0;
  std::optional<std::uint16_t> pad_slots_told_;
};

}  // namespace pf::native
