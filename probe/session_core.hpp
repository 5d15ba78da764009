// The state of one client session; everything here happens on its pf-quic thread. ClientSession is
// the door for everybody else.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "native/clipboard/exchange.hpp"
#include "native/media/clock.hpp"
#include "native/media/receiver.hpp"
#include "native/quic/endpoint.hpp"
#include "probe/bitrate_control.hpp"
#include "probe/clock_sync.hpp"
#include "probe/control_channel.hpp"
#include "probe/feedback.hpp"
#include "probe/forced_loss.hpp"
#include "probe/frame_order.hpp"
#include "probe/input_sender.hpp"
#include "probe/media_socket.hpp"
#include "probe/microphone.hpp"
#include "probe/punches.hpp"
#include "probe/recovery.hpp"
#include "probe/session_board.hpp"
#include "probe/ticker.hpp"

namespace pf::probe {

class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  SessionCore(SessionOptions options, std::shared_ptr<SessionBoard> board);

  // Once, before anything else; both outlive the core's work.
  void attach(native::quic::Endpoint& endpoint, Ticker& ticker);
  void dial();
  void tick();

  // From the connection.
  void on_connected(native::quic::Connection& connection);
  void on_stream_opened(native::quic::StreamId stream);
  void on_stream_data(native::quic::StreamId stream, ByteSpan bytes, bool fin);
  void on_stream_reset(native::quic::StreamId stream);
  void on_stream_writable(native::quic::StreamId stream);
  void on_stream_closed(native::quic::StreamId stream);
  void on_datagram(ByteSpan bytes);
  void on_closed(const native::quic::CloseInfo& info);
  // From the sockets.
  void on_media(ByteSpan packet);
  void on_batch(PacketBatch batch);

  // From the door.
  void send(const native::wire::ControlMessage& message);
  void act(const InputAction& action);
  void set_loss(double percent) { loss_.set_percent(percent); }
  // What the client's user copied; offered while the clipboard is shared.
  void copy(std::string text);
  void close(std::uint64_t code, std::string_view reason);

 private:
  using ServerHello = native::wire::ServerHello;

  // session_core.cpp: connection and handshake
  void enter(Phase phase);
  void finish(Ending ending);
  void give_up(Ending ending, std::uint64_t code);
  void on_incoming(native::wire::Incoming incoming);
  void on_unreadable(std::uint64_t type, const Error& error);
  void on_server_hello(const ServerHello& hello);
  bool set_up_media();
  Result<native::media::Keys> keys();
  void send_ready();
  void begin_streaming(SteadyTime now);

  // session_control.cpp: messages while the session runs
  void on_message(const native::wire::ControlMessage& message);
  void on(const native::wire::Reconfigured& m);
  void on(const native::wire::StreamConfig& m);
  void on(const native::wire::BitrateChanged& m);
  void on(const native::wire::ProbeResult& m);
  void on(const native::wire::ShardPayloadChanged& m);
  void on(const native::wire::ClockEcho& m);
  void on(const native::wire::PipelineGap& m);
  void on(const native::wire::LaunchOutcome& m);
  void on(const native::wire::AccessUpdate& m);
  void on(const native::wire::AudioState& m);
  void on(const native::wire::CursorShape& m);
  void on(const native::wire::ClipState& m);
  void on(const native::wire::PadSlots&) {}
  void on(const native::wire::PadFeature& m);
  void on(const native::wire::ClipOffer& m);
  void on(const native::wire::HostFacts&) {}
  void on(const native::wire::DeliveryChanged&) {}
  template <class M>
  void on(const M&) {
    violation("control.direction", "a message that only clients send, or out of its turn");
  }
  void mode_is(const native::wire::WireMode& mode);

  // session_clipboard.cpp
  void share_clipboard();
  void count_clipboard();
  bool transfer_data(native::quic::StreamId stream, ByteSpan bytes, bool fin);

  // session_media.cpp: packets, frames, datagrams
  void feed(MutableByteSpan packet, SteadyTime at);
  void run_order(SteadyTime now);
  void on_frame(const native::media::ReceivedFrame& frame, SteadyTime at);
  void check_frame(const native::media::ReceivedFrame& frame);
  void check_epoch(const native::media::ReceivedFrame& frame);
  void check_packets();
  void measure_latency(const native::media::ReceivedFrame& frame, SteadyTime at);
  void on_sound(const native::wire::Plane& plane);
  void take_sound(const native::wire::AudioFrame& frame, SteadyTime at);
  void on_timing(const native::wire::Plane& plane);
  void split_latency(const native::wire::HostTiming& timing, std::int64_t latency_us);

  // session_timers.cpp: what happens because time passes
  void arm();
  SteadyTime next_deadline() const;
  void run_clock(SteadyTime now);
  void run_streaming(SteadyTime now);
  void run_script(SteadyTime now);
  void run_microphone(SteadyTime now);
  void run_punches(SteadyTime now);
  void run_reports(SteadyTime now);
  void check_answers(SteadyTime now);
  void perform(const ScriptStep& step, SteadyTime now);
  void ask_bitrate(std::optional<std::uint32_t> kbps);
  void begin_speed_test(const native::wire::ProbeRequest& request, SteadyTime now);
  void end_speed_test(std::optional<native::wire::ProbeResult> result);
  void publish_packets();

  void violation(std::string_view rule, std::string_view what, std::uint64_t count = 1);
  void note(std::string text);
  std::int64_t since_dial_ms() const;
  std::int64_t since_start_ms() const;
  std::uint64_t client_ns() const { return clock_.now().wire_ns; }
  template <class F>
  void count(F&& f) {
    board_->change([&](SessionBoard::View& view) { f(view.statistics); });
  }

  SessionOptions options_;
  std::shared_ptr<SessionBoard> board_;
  SessionObserver none_;
  SessionObserver& observer_;
  native::quic::Endpoint* endpoint_ = nullptr;
  Ticker* ticker_ = nullptr;

  Phase phase_ = Phase::Dialling;
  SteadyTime armed_ = SteadyTime::max();  // when the alarm rings
  const SteadyTime dialled_;
  const native::media::MediaClock clock_;  // the client's own
  SteadyTime deadline_;                    // of the dial, then of the host's answer
  native::quic::Connection* connection_ = nullptr;
  bool was_connected_ = false;
  std::optional<Ending> planned_;  // why we close
  std::optional<ControlChannel> control_;
  native::wire::Generation generation_ = native::wire::Generation::V2;
  ServerHello hello_;

  std::unique_ptr<MediaSocket> socket_;
  std::optional<native::media::Receiver> receiver_;
  Bytes packet_;  // of generation 2, to decrypt in place
  ForcedLoss loss_;
  std::uint64_t forced_drops_ = 0;
  native::media::Receiver::Stats checked_{};
  native::media::Reassembler::Stats checked_shards_{};
  bool media_came_ = false;

  ClockSync sync_;
  Punches punches_;
  Recovery recovery_;
  std::optional<FrameOrder> order_;  // of a client that asks for single shards
  std::optional<FeedbackSender> feedback_;
  std::optional<BitrateControl> bitrate_;  // of a client whose bitrate is automatic
  std::optional<InputSender> input_;
  std::optional<Microphone> microphone_;
  std::optional<native::clipboard::Exchange> clipboard_;
  // Streams of the host whose type is not known yet.
  std::map<native::quic::StreamId, native::wire::StreamTypeReader> incoming_;
  std::uint32_t microphone_seq_ = 0;
  SteadyTime started_{};  // of streaming
  std::size_t script_at_ = 0;
  SteadyTime auto_test_ = SteadyTime::max();

  // Frames and sound as the checks saw them last.
  native::wire::WireMode mode_;
  std::optional<std::uint64_t> last_pts_ns_;
  std::optional<SteadyTime> last_frame_at_;
  std::uint8_t epoch_ = 0;
  std::set<std::uint8_t> configured_{0};
  std::set<std::uint8_t> unconfigured_;  // seen in frames, not announced yet
  std::optional<std::uint32_t> sound_seq_;
  std::optional<std::uint64_t> sound_pts_ns_;
  std::optional<SteadyTime> sound_at_;
  struct Arrival {
    std::uint64_t pts_ns;
    std::int64_t latency_us;
  };
  std::deque<Arrival> arrivals_;
  std::deque<native::wire::HostTiming> timings_;

  // What the host owes an answer to, and until when.
  std::optional<SteadyTime> owes_mode_, owes_bitrate_;
  struct RunningTest {
    SpeedTest test;
    std::uint64_t packets_before, frames_before;
    SteadyTime until;
  };
  std::optional<RunningTest> test_;
};

}  // namespace pf::probe
