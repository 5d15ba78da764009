#include "native/link.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/overloaded.hpp"
#include "native/client.hpp"

namespace pf::native {
namespace {

// Messages of one client that the control thread has not dealt with: from here on its control
// stream is not read, and at half of it read again.
constexpr unsigned kBacklog = 128;
constexpr unsigned kClockRounds = 8;

}  // namespace

Link::Link(std::shared_ptr<Hub> hub) : hub_(std::move(hub)) {}
Link::~Link() = default;

// -- life ----------------------------------------------------------------------------------------

void Link::on_connected(quic::Connection& connection) {
  connection_ = &connection;
  ref_ = connection.ref();
  generation_ = connection.alpn() == wire::kAlpnV1 ? wire::Generation::V1 : wire::Generation::V2;
  reader_.emplace(generation_, wire::End::Host);
  hub_->add_link(ref_, *this);
  hub_->peer_connected({ref_, generation_, connection.peer_fingerprint(), connection.peer_address(),
                        connection.local_address()});
}

void Link::on_closed(const quic::CloseInfo& info) {
  hub_->remove_link(ref_);
  stream_ = {};
  clipboard_.reset();
  connection_ = nullptr;
  if (skipped_messages_ + dropped_datagrams_ > 0)
    log::info("native", "some of what the client sent had no effect", "connection", ref_.id,
              "messages", skipped_messages_, "datagrams", dropped_datagrams_);
  hub_->to_client(ref_, [info](Client& client) { client.on_closed(info); });
}

void Link::close(wire::CloseCode code, std::string_view reason) {
  if (connection_ == nullptr || closed_by_us_) return;
  closed_by_us_ = true;
  stream_ = {};
  connection_->close(static_cast<std::uint64_t>(code), reason);
}

void Link::on_path_changed(const net::Endpoint& peer, const net::Endpoint& local) {
  // Generation 1 media has a socket and a path of its own.
  if (generation_ == wire::Generation::V2 && stream_.video)
    stream_.video->destination.set(peer, local);
  to_client([peer](Client& client) { client.on_moved(peer); });
}

// -- streams -------------------------------------------------------------------------------------

void Link::on_stream_opened(quic::StreamId stream, bool bidirectional) {
  if (!bidirectional) return refuse_stream(stream);
  if (!control_ && generation_ == wire::Generation::V1) {
    control_ = stream;
    return;
  }
  incoming_.emplace(stream, wire::StreamTypeReader(generation_));
}

void Link::refuse_stream(quic::StreamId stream) {
  incoming_.erase(stream);
  connection_->stop(stream, wire::stream_code::kUnknownStream);
  connection_->reset(stream, wire::stream_code::kUnknownStream);
}

void Link::on_stream_data(quic::StreamId stream, ByteSpan bytes, bool fin) {
  if (closed_by_us_) return;
  if (clipboard_ && clipboard_->owns(stream)) return clipboard_->on_data(stream, bytes, fin);
  if (stream != control_) {
    read_type(stream, bytes, fin);
  } else {
    read_control(bytes);
  }
  // The end of the control stream is the end of the session (punktfunk2.md 11); the client's close,
  // which says how it is meant, is on its way.
  if (fin && stream == control_) to_client([](Client& client) { client.on_control_ended(); });
}

void Link::on_stream_reset(quic::StreamId stream, std::uint64_t) {
  incoming_.erase(stream);
  if (clipboard_) clipboard_->on_gone(stream);
  if (stream == control_) to_client([](Client& client) { client.on_control_ended(); });
}

void Link::read_type(quic::StreamId stream, ByteSpan bytes, bool fin) {
  const auto found = incoming_.find(stream);
  if (found == incoming_.end()) return;  // refused already
  const auto type = found->second.next(bytes);
  if (!type) return refuse_stream(stream);
  if (!*type) return;
  const bool first = !control_;
  if (first && **type == wire::stream_type::kControl) {
    incoming_.erase(found);
    control_ = stream;
    return read_control(bytes);
  }
  if (first) {
    // A client whose first stream is something else cannot be served (punktfunk2.md 2.5).
    const bool management = **type == wire::stream_type::kManagement;
    return close(management ? wire::CloseCode::ManagementRefused : wire::CloseCode::SetupFailed,
                 "");
  }
  if (**type != wire::stream_type::kTransfer || !clipboard_) return refuse_stream(stream);
  incoming_.erase(found);
  clipboard_->on_opened(stream);
  if (clipboard_->owns(stream)) clipboard_->on_data(stream, bytes, fin);
}

void Link::read_control(ByteSpan bytes) {
  while (!closed_by_us_) {
    auto frame = reader_->next(bytes);
    if (!frame) return close(wire::CloseCode::SetupFailed, "");
    if (!*frame) return;
    auto& incoming = **frame;
    if (!incoming.message) {
      unreadable(incoming.message.error());
      continue;
    }
    on_message(std::move(*incoming.message));
  }
}

// A broken or unknown message ends a handshake, and is skipped in a session (punktfunk2.md 3).
void Link::unreadable(const Error& error) {
  ++skipped_messages_;
  const bool unknown = error.is(wire::Errc::UnknownType);
  if (running_ || (unknown && generation_ == wire::Generation::V2)) return;
  close(error.is(wire::Errc::WireVersion) ? wire::CloseCode::WireVersion
                                          : wire::CloseCode::SetupFailed,
        "");
}

// With the client's own reports, so once a window.
void Link::tell_round_trip() {
  if (connection_ == nullptr) return;
  report([rtt = connection_->rtt()](Client& client) { client.on_round_trip(rtt); });
}

void Link::on_message(wire::ControlMessage message) {
  if (std::holds_alternative<wire::LossReport>(message)) tell_round_trip();
  const bool greeted = std::exchange(greeted_, true);
  // Ends the handshake for the client, whose next message may follow in the same packet: what
  // cannot be read is skipped from here on.
  if (greeted && std::holds_alternative<wire::Ready>(message)) running_ = true;
  if (greeted && answer_here(message)) return;
  to_client([message = std::move(message)](Client& client) { client.on_message(message); });
}

// What cannot wait for the control thread.
bool Link::answer_here(const wire::ControlMessage& message) {
  return std::visit(Overloaded{
                        [&](const wire::ClockProbe& probe) {
                          if (!clock_) return true;
                          const auto received = clock_->now().wire_ns;
                          write_now(wire::ClockEcho{probe.t1, received, clock_->now().wire_ns});
                          if (++clock_rounds_ == kClockRounds) release_messages();
                          return true;
                        },
                        [&](const wire::ClipControl& control) {
                          share_clipboard(control.enabled);
                          return true;
                        },
                        [&](const wire::ClipOffer& offer) {
                          if (clipboard_) clipboard_->on_offer(offer);
                          return true;
                        },
                        [&](const wire::InputEdge& edge) {
                          input(input_.decode_edge(edge.event));
                          return true;
                        },
                        [&](const wire::RequestKeyframe&) {
                          recover({true, 0, 0});
                          return true;
                        },
                        [&](const wire::RfiRequest& ask) {
                          recover({false, ask.first, ask.last});
                          return true;
                        },
                        [](const auto&) { return false; },
                    },
                    message);
}

// What came by datagram cannot be held back at its source: too much of it is dropped.
void Link::report(std::function<void(Client&)> task) {
  if (backlog_->load() < kBacklog)
    to_client(std::move(task));
  else
    ++dropped_datagrams_;
}

void Link::to_client(std::function<void(Client&)> task) {
  const auto waiting = backlog_->fetch_add(1) + 1;
  if (waiting >= kBacklog && !paused_ && control_ && connection_ != nullptr) {
    paused_ = true;
    connection_->pause(*control_);
  }
  hub_->to_client(
      ref_, [task = std::move(task), backlog = backlog_, hub = hub_, ref = ref_](Client& client) {
        task(client);
        if (backlog->fetch_sub(1) - 1 == kBacklog / 2)
          hub->to_link(ref, [](Link& link) {
            if (!std::exchange(link.paused_, false)) return;
            if (link.control_ && link.connection_) link.connection_->resume(*link.control_);
          });
      });
}

// -- sending -------------------------------------------------------------------------------------

void Link::send(const wire::ControlMessage& message) {
  if (holding_)
    held_.push_back(message);
  else
    write_now(message);
}

void Link::release_messages() {
  holding_ = false;
  for (const auto& message : std::exchange(held_, {})) write_now(message);
}

void Link::write_now(const wire::ControlMessage& message) {
  if (connection_ == nullptr || !control_ || closed_by_us_) return;
  Bytes frame;
  // A message that this generation does not have is simply not said.
  if (!wire::encode(generation_, message, frame)) return;
  // A client that reads nothing for a megabyte of messages is gone.
  if (!connection_->write(*control_, frame)) close(wire::CloseCode::Normal, "");
}

void Link::send_datagram(ByteSpan bytes) {
  if (connection_ != nullptr && !closed_by_us_) connection_->send_datagram(bytes);
}

// -- datagrams -----------------------------------------------------------------------------------

void Link::attach(LinkStream stream) {
  stream_ = std::move(stream);
  if (clipboard_wanted_) share_clipboard(true);
  if (generation_ == wire::Generation::V2 && stream_.video && connection_ != nullptr)
    stream_.video->destination.set(connection_->peer_address(), connection_->local_address());
}

void Link::on_datagram(ByteSpan bytes) {
  const auto plane = wire::open_datagram(generation_, bytes);
  if (!plane || closed_by_us_) {
    ++dropped_datagrams_;
    return;
  }
  switch (plane->tag) {
    case wire::Tag::Input:
    case wire::Tag::RichInput:
      input(input_.decode(*plane));
      return;
    case wire::Tag::Microphone:
      if (const auto frame = wire::decode_audio(*plane); frame && stream_.stream)
        stream_.stream->microphone(frame->seq, frame->payload);
      return;
    case wire::Tag::Feedback: {
      const auto feedback = wire::decode_feedback(*plane);
      if (!feedback) {
        ++dropped_datagrams_;
        return;
      }
      // The ask before the window of the same datagram (punktfunk2.md 9.4).
      if (const auto nack = feedback_.new_nack(*feedback)) resend(*nack);
      if (const auto ask = feedback_.new_ask(*feedback)) recover(*ask);
      if (const auto window = feedback_.new_window(*feedback)) {
        tell_round_trip();
        report([window = *window](Client& client) {
          client.on_window(window.loss_ppm, window.packets);
        });
      }
      return;
    }
    default:
      ++dropped_datagrams_;
  }
}

void Link::input(std::span<const input::Event> events) {
  if (stream_.stream)
    for (const auto& event : events) stream_.stream->input(event);
  if (input_.pen_in_range()) pen_moved();
}

// -- clipboard (punktfunk1.md 8)
// -------------------------------------------------------------------

// The client's user has it on or off; nothing is shared before.
void Link::share_clipboard(bool on) {
  clipboard_wanted_ = on;
  if (!stream_.stream) return;  // attach() comes back to it
  if (on && !clipboard_)
    clipboard_.emplace(
        *connection_, generation_, wire::End::Host,
        clipboard::Exchange::Hooks{[this](const wire::ControlMessage& message) { send(message); },
                                   [this](std::string text) {
                                     if (stream_.stream)
                                       stream_.stream->set_clipboard(std::move(text));
                                   }});
  stream_.stream->share_clipboard(on);
  if (on) return;
  if (clipboard_) clipboard_->allow(false);
  send(wire::ClipState{false, 0, wire::ClipReason::Ok});
}

void Link::clipboard_state(session::ClipboardState state) {
  if (!clipboard_ || !clipboard_wanted_ || closed_by_us_) return;
  const bool shared = state == session::ClipboardState::Shared;
  if (shared)
    send(wire::ClipState{true, wire::clip_policy::kText, wire::ClipReason::Ok});
  else
    send(wire::ClipState{false, 0,
                         state == session::ClipboardState::NotPermitted
                             ? wire::ClipReason::NotPermitted
                             : wire::ClipReason::NoBackend});
  clipboard_->allow(shared);
}

void Link::clipboard_copied(const std::string& text) {
  if (clipboard_ && clipboard_wanted_ && !closed_by_us_) clipboard_->offer(text);
}

// A pen that falls silent is lifted; the control thread has the timer.
void Link::pen_moved() {
  last_pen_ns_ = steady_now_ns();
  if (std::exchange(pen_watched_, true)) return;
  to_client([](Client& client) { client.watch_pen(); });
}

void Link::lift_stale_pen() {
  pen_watched_ = false;
  if (!input_.pen_in_range()) return;
  if (steady_now_ns() - last_pen_ns_ <
      std::int64_t{wire::InputDecoder::kPenTimeoutMs} * 1'000'000) {
    pen_watched_ = true;
    to_client([](Client& client) { client.watch_pen(); });
    return;
  }
  const auto events = input_.lift_pen();
  if (stream_.stream)
    for (const auto& event : events) stream_.stream->input(event);
}

void Link::recover(const RecoveryAsk& ask) {
  if (!stream_.stream) return;
  if (ask.keyframe)
    stream_.stream->request_idr();
  else
    stream_.stream->invalidate(stream_.video->unit_of(ask.first), stream_.video->unit_of(ask.last));
  report([keyframe = ask.keyframe](Client& client) { client.on_recovery_asked(keyframe); });
}

void Link::resend(const wire::Feedback::Nack& nack) {
  if (!stream_.stream || !stream_.video) return;
  if (stream_.video->ask_resend({nack.frame, nack.shards, nack.count}))
    stream_.stream->call_sink();
  else
    stream_.video->counters.resends_refused.add(nack.count);
}

}  // namespace pf::native
