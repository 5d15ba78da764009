// The half of a native connection that lives on pf-quic: reads the streams and datagrams of one
// client, answers what must be answered at once (clock), hands input and recovery asks straight to
// the running stream, and everything else to its Client on the control thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/metrics.hpp"
#include "native/clipboard/exchange.hpp"
#include "native/hub.hpp"
#include "native/media/clock.hpp"
#include "native/media/video_link.hpp"
#include "native/quic/connection.hpp"
#include "native/recovery.hpp"
#include "native/wire/codec.hpp"
#include "native/wire/datagram.hpp"
#include "native/wire/input_decode.hpp"
#include "session/front_end.hpp"

namespace pf::native {

// Who connected, as pf-quic found it when the handshake was complete.
struct PeerFacts {
  quic::ConnectionRef ref;
  wire::Generation generation = wire::Generation::V2;
  std::optional<crypto::Fingerprint> fingerprint;  // none: no certificate was shown
  net::Endpoint peer, local;
};

// What a running stream needs on pf-quic; given by the client once it has been attached.
struct LinkStream {
  std::shared_ptr<session::Stream> stream;
  std::shared_ptr<media::VideoLink> video;
};

// All members on pf-quic, except where said.
class Link final : public quic::ConnectionHandler {
 public:
  explicit Link(std::shared_ptr<Hub> hub);
  ~Link() override;

  // -- from the client, by Hub::to_link --

  // The session's clock: ClockProbe is answered from now on.
  void set_clock(const media::MediaClock& clock) { clock_ = clock; }
  // Sends on the control stream, in order. Generation 1 holds messages back while the client's
  // clock rounds run, because old clients lose what comes between them (punktfunk1.md 4.1).
  void send(const wire::ControlMessage& message);
  // Generation 1: Start may end with an extension block.
  void expect_extensions(bool on) { reader_->expect_extensions(on); }
  void hold_messages() { holding_ = connection_ != nullptr && generation_ == wire::Generation::V1; }
  void release_messages();
  void send_datagram(ByteSpan bytes);
  void attach(LinkStream stream);
  void detach() { stream_ = {}; }
  void clipboard_state(session::ClipboardState state);
  void clipboard_copied(const std::string& text);
  void close(wire::CloseCode code, std::string_view reason);
  void lift_stale_pen();
  quic::Connection* connection() const { return connection_; }

  // -- ConnectionHandler --
  void on_connected(quic::Connection& connection) override;
  void on_stream_opened(quic::StreamId stream, bool bidirectional) override;
  void on_stream_data(quic::StreamId stream, ByteSpan bytes, bool fin) override;
  void on_stream_reset(quic::StreamId stream, std::uint64_t code) override;
  void on_stream_closed(quic::StreamId stream, std::optional<std::uint64_t>) override {
    incoming_.erase(stream);
    if (clipboard_) clipboard_->on_gone(stream);
  }
  void on_stream_writable(quic::StreamId stream) override {
    if (clipboard_) clipboard_->on_writable(stream);
  }
  void on_datagram(ByteSpan bytes) override;
  void on_path_changed(const net::Endpoint& peer, const net::Endpoint& local) override;
  void on_closed(const quic::CloseInfo& info) override;

 private:
  void read_type(quic::StreamId stream, ByteSpan bytes, bool fin);
  void read_control(ByteSpan bytes);
  void on_message(wire::ControlMessage message);
  bool answer_here(const wire::ControlMessage& message);
  void unreadable(const Error& error);
  void refuse_stream(quic::StreamId stream);
  void to_client(std::function<void(Client&)> task);
  void report(std::function<void(Client&)> task);
  void input(std::span<const input::Event> events);
  void pen_moved();
  void tell_round_trip();
  void share_clipboard(bool on);
  void recover(const RecoveryAsk& ask);
  void resend(const wire::Feedback::Nack& nack);
  void write_now(const wire::ControlMessage& message);

  const std::shared_ptr<Hub> hub_;
  quic::Connection* connection_ = nullptr;
  quic::ConnectionRef ref_;
  wire::Generation generation_ = wire::Generation::V2;

  std::optional<quic::StreamId> control_;
  std::optional<wire::ControlReader> reader_;
  // Streams whose type is not known yet.
  std::map<quic::StreamId, wire::StreamTypeReader> incoming_;
  bool greeted_ = false;  // the first message was read: the client decides about it, whatever it is
  bool running_ = false;
  bool closed_by_us_ = false;

  std::optional<media::MediaClock> clock_;
  bool holding_ = false;
  unsigned clock_rounds_ = 0;
  std::vector<wire::ControlMessage> held_;
  // Posted to the client and not dealt with yet; beyond a bound the client's stream is not read.
  std::shared_ptr<std::atomic<unsigned>> backlog_ = std::make_shared<std::atomic<unsigned>>(0);
  bool paused_ = false;

  LinkStream stream_;
  wire::InputDecoder input_;
  FeedbackFilter feedback_;
  std::optional<clipboard::Exchange> clipboard_;  // since the client first wanted it
  bool clipboard_wanted_ = false;
  std::int64_t last_pen_ns_ = 0;
  bool pen_watched_ = false;
  std::uint64_t dropped_datagrams_ = 0, skipped_messages_ = 0;
};

}  // namespace pf::native
