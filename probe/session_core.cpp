#include "probe/session_core.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace pf::probe {

namespace wire = native::wire;
namespace media = native::media;
namespace quic = native::quic;

namespace {

constexpr std::chrono::milliseconds kDialAgain{100};

// The connection holds its handler, which holds the core.
class Door final : public quic::ConnectionHandler {
 public:
  explicit Door(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
  void on_connected(quic::Connection& connection) override { core_->on_connected(connection); }
  void on_stream_opened(quic::StreamId stream, bool) override { core_->on_stream_opened(stream); }
  void on_stream_data(quic::StreamId stream, ByteSpan bytes, bool fin) override {
    core_->on_stream_data(stream, bytes, fin);
  }
  void on_stream_reset(quic::StreamId stream, std::uint64_t) override {
    core_->on_stream_reset(stream);
  }
  void on_stream_writable(quic::StreamId stream) override { core_->on_stream_writable(stream); }
  void on_stream_closed(quic::StreamId stream, std::optional<std::uint64_t>) override {
    core_->on_stream_closed(stream);
  }
  void on_datagram(ByteSpan bytes) override { core_->on_datagram(bytes); }
  void on_closed(const quic::CloseInfo& info) override { core_->on_closed(info); }

 private:
  std::shared_ptr<SessionCore> core_;
};

constexpr media::Generation media_generation(wire::Generation generation) {
  return generation == wire::Generation::V1 ? media::Generation::V1 : media::Generation::V2;
}

}  // namespace

const char* name(Phase phase) {
  switch (phase) {
    case Phase::Dialling:
      return "dialling";
    case Phase::Asking:
      return "asking";
    case Phase::Pending:
      return "pending";
    case Phase::Clock:
      return "clock";
    case Phase::Streaming:
      return "streaming";
    case Phase::Closed:
      return "closed";
  }
  return "?";
}

SessionCore::SessionCore(SessionOptions options, std::shared_ptr<SessionBoard> board)
    : options_(std::move(options)),
      board_(std::move(board)),
      observer_(options_.observer != nullptr ? *options_.observer : none_),
      dialled_(steady_now()),
      deadline_(dialled_ + options_.budget),
      loss_(options_.loss),
      recovery_(dialled_) {}

void SessionCore::attach(quic::Endpoint& endpoint, Ticker& ticker) {
  endpoint_ = &endpoint;
  ticker_ = &ticker;
}

std::int64_t SessionCore::since_dial_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - dialled_).count();
}

std::int64_t SessionCore::since_start_ms() const {
  if (phase_ != Phase::Streaming) return 0;
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - started_).count();
}

void SessionCore::violation(std::string_view rule, std::string_view what, std::uint64_t times) {
  if (times == 0) return;
  count([&](Statistics& s) { s.violations.add(rule, what, times); });
}

void SessionCore::note(std::string text) {
  count([&](Statistics& s) { s.notes.push_back({since_start_ms(), std::move(text)}); });
}

void SessionCore::enter(Phase phase) {
  if (phase_ == phase || phase_ == Phase::Closed) return;
  phase_ = phase;
  observer_.on_phase(phase);
  board_->change([&](SessionBoard::View& view) { view.phase = phase; });
}

void SessionCore::finish(Ending ending) {
  if (phase_ == Phase::Closed) return;
  for (const auto epoch : unconfigured_)
    violation("media.epoch", fmt::format("epoch {} was never announced", epoch));
  if (phase_ == Phase::Streaming) {
    publish_packets();
    count([&](Statistics& s) { s.streamed_ms = since_start_ms(); });
  }
  ticker_->arm(SteadyTime::max());
  socket_.reset();
  phase_ = Phase::Closed;
  observer_.on_phase(Phase::Closed);
  board_->change([&](SessionBoard::View& view) {
    view.phase = Phase::Closed;
    view.ending = std::move(ending);
  });
}

void SessionCore::give_up(Ending why, std::uint64_t code) {
  planned_ = std::move(why);
  if (connection_ != nullptr)
    connection_->close(code, planned_->token);
  else
    finish(*planned_);
}

void SessionCore::close(std::uint64_t code, std::string_view reason) {
  if (phase_ == Phase::Closed || planned_) return;
  Ending ended = ending(kExitOk, std::string(wire::close_token(code)), "ended here");
  ended.code = code;
  ended.connected = connection_ != nullptr;
  planned_ = std::move(ended);
  if (phase_ == Phase::Streaming) {
    publish_packets();
    count([&](Statistics& s) {
      s.streamed_ms = since_start_ms();
      if (connection_ != nullptr) s.quic = connection_->stats();
    });
  }
  if (connection_ != nullptr)
    connection_->close(code, reason);
  else
    finish(*planned_);
}

void SessionCore::dial() {
  if (phase_ != Phase::Dialling || planned_) return;
  auto ref = endpoint_->connect({.address = options_.host,
                                 .alpns = options_.alpns,
                                 .identity = options_.identity,
                                 .expected_host = options_.expected_host,
                                 .handler = std::make_unique<Door>(shared_from_this())});
  if (!ref) finish(ending(kExitFailed, "dial", ref.error().message()));
  arm();
}

void SessionCore::on_connected(quic::Connection& connection) {
  if (phase_ == Phase::Closed) return connection.close(0, {});  // given up in the meantime
  connection_ = &connection;
  was_connected_ = true;
  generation_ = generation_of(connection);
  if (generation_ == wire::Generation::V1) options_.feedback = FeedbackStyle::Control;
  const auto fingerprint = connection.peer_fingerprint().value_or(crypto::Fingerprint());
  observer_.on_connected(fingerprint, connection.alpn());
  count([&](Statistics& s) {
    s.alpn = connection.alpn();
    s.host_fingerprint = fingerprint;
    s.connected_ms = since_dial_ms();
  });
  auto control = ControlChannel::open(
      connection, [this](wire::Incoming incoming) { on_incoming(std::move(incoming)); });
  if (!control) return give_up(ending(kExitFailed, "stream", control.error().message()), 0);
  control_ = std::move(*control);
  if (generation_ == wire::Generation::V1)
    control_->expect_extensions((options_.hello.client_caps & wire::client_cap::kExt) != 0);
  if (!control_->send(options_.hello))
    return give_up(ending(kExitFailed, "hello", "the hello cannot be sent"), 0);
  // The first generation says nothing while a person decides.
  const bool silent_wait = options_.hello.access_only && generation_ == wire::Generation::V1;
  deadline_ = steady_now() + (silent_wait ? options_.patience : options_.budget);
  enter(Phase::Asking);
  arm();
}

void SessionCore::on_stream_opened(quic::StreamId stream) {
  // Clipboard transfers are the only streams that hosts open.
  if (clipboard_) return incoming_.emplace(stream, wire::StreamTypeReader(generation_)), void();
  violation("quic.stream", "the host opened a stream that was not asked for");
  connection_->stop(stream, wire::stream_code::kUnknownStream);
  connection_->reset(stream, wire::stream_code::kUnknownStream);
}

void SessionCore::on_stream_data(quic::StreamId stream, ByteSpan bytes, bool fin) {
  if (planned_ || transfer_data(stream, bytes, fin)) return;
  if (!control_ || stream != control_->stream()) return;
  if (auto read = control_->on_data(bytes); !read) {
    violation("control.frame", read.error().message());
    return give_up(ending(kExitCheckFailed, "protocol", read.error().message()), 0);
  }
  // The close that says why follows within a moment (punktfunk1.md 2.4).
  if (fin && control_->partial()) violation("control.frame", "the control stream ends inside one");
  tick();
}

void SessionCore::on_stream_reset(quic::StreamId stream) {
  on_stream_closed(stream);
  if (control_ && stream == control_->stream()) note("the host reset the control stream");
}

void SessionCore::on_unreadable(std::uint64_t type, const Error& error) {
  if (error.is(wire::Errc::UnknownType)) {
    note(fmt::format("a message of the unknown type {:#x} was skipped", type));
    return;
  }
  violation("control.message", fmt::format("type {:#x}: {}", type, error.message()));
  if (phase_ == Phase::Asking || phase_ == Phase::Pending)
    give_up(ending(kExitCheckFailed, "protocol", "the host's answer cannot be read"), 0);
}

void SessionCore::on_incoming(wire::Incoming incoming) {
  if (planned_ || phase_ == Phase::Closed) return;
  if (!incoming.message) return on_unreadable(incoming.type, incoming.message.error());
  const auto& message = *incoming.message;
  observer_.on_message(message);
  board_->change([&](SessionBoard::View& view) {
    view.messages.push_back(message);
    if (view.messages.size() > SessionBoard::kMessages) view.messages.pop_front();
  });
  if (phase_ == Phase::Clock || phase_ == Phase::Streaming) return on_message(message);
  if (std::holds_alternative<wire::Pending>(message)) {
    if (phase_ == Phase::Asking) deadline_ = steady_now() + options_.patience;
    count([](Statistics& s) { ++s.pendings; });
    enter(Phase::Pending);
  } else if (const auto* hello = std::get_if<ServerHello>(&message)) {
    on_server_hello(*hello);
  } else if (std::holds_alternative<wire::Redirect>(message)) {
    give_up(ending(kExitFailed, "redirected", "the host sends this client elsewhere"), 0x51);
  } else {
    // Newer clients skip it, older ones fail.
    violation("control.order", "another message came instead of the answer to the hello");
  }
}

void SessionCore::on_server_hello(const ServerHello& hello) {
  hello_ = hello;
  mode_ = hello.mode;
  observer_.on_hello(hello);
  board_->change([&](SessionBoard::View& view) {
    view.statistics.hello = hello;
    view.statistics.hello_ms = since_dial_ms();
    view.statistics.bitrate_kbps = hello.bitrate_kbps;
  });
  if (options_.hello.access_only) {
    // Any answer is the approval (punktfunk2.md 4.6).
    auto granted = ending(kExitOk, "granted", "access is granted");
    granted.connected = true;
    return give_up(std::move(granted), 0x51);
  }
  bool fatal = false;
  for (const auto& fault : faults_of(generation_, options_.hello, hello)) {
    violation("hello", fault.what);
    fatal = fatal || fault.fatal;
  }
  if (fatal)
    return give_up(
        ending(kExitCheckFailed, "protocol", "the host's answer is not one that clients accept"),
        0);
  if (!set_up_media()) return;
  send_ready();
}

Result<media::Keys> SessionCore::keys() {
  const auto suite = hello_.suite.value_or(wire::Suite::Aes128Gcm);
  if (generation_ == wire::Generation::V1) {
    const ByteSpan key =
        suite == media::Suite::Aes128Gcm ? ByteSpan(hello_.key) : ByteSpan(hello_.chacha_key);
    return media::Keys::v1(suite, key, hello_.salt);
  }
  std::array<std::uint8_t, 32> secret{};
  if (auto made = connection_->export_key("EXPORTER-punktfunk/2 media", hello_.session_id, secret);
      !made)
    return pass(made);
  return media::Keys::v2(suite, secret);
}

bool SessionCore::set_up_media() {
  const bool v1 = generation_ == wire::Generation::V1;
  auto key = keys();
  if (!key) {
    give_up(ending(kExitFailed, "keys", key.error().message()), 0);
    return false;
  }
  media::PacketLimits limits;
  const auto largest = options_.hello.max_shard_payload;
  limits.shard_payload = v1 && largest == 0 ? hello_.shard_payload : 0U;
  if (largest != 0) limits.max_shard_payload = largest;
  limits.max_data_per_block = hello_.max_data_per_block;
  limits.scheme = hello_.fec_scheme;
  limits.max_frame_bytes = media::frame_cap(hello_.bitrate_kbps, hello_.mode.refresh_hz);
  auto receiver = media::Receiver::create(
      {.keys = *key, .limits = limits, .clock_origin_ns = hello_.clock_origin_ns});
  if (!receiver) {
    give_up(ending(kExitFailed, "media", receiver.error().message()), 0);
    return false;
  }
  receiver_ = std::move(*receiver);
  PF_ASSERT(key->generation() == media_generation(generation_));
  if (!v1) return true;
  auto socket = MediaSocket::open();
  if (!socket) {
    give_up(ending(kExitFailed, "socket", socket.error().message()), 0);
    return false;
  }
  socket_ = std::move(*socket);
  return true;
}

void SessionCore::send_ready() {
  wire::Ready ready;
  if (socket_) ready.client_udp_port = socket_->port();
  const bool extended = generation_ == wire::Generation::V1 &&
                        (hello_.host_caps2 & wire::host_cap2::kExt) != 0 &&
                        (options_.hello.client_caps & wire::client_cap::kExt) != 0;
  if (extended) ready.details = options_.hello.details;
  control_->send(ready);
  count([&](Statistics& s) { s.ready_ms = since_dial_ms(); });
  enter(Phase::Clock);
  sync_.begin(steady_now());
  tick();
}

void SessionCore::on_closed(const quic::CloseInfo& info) {
  if (connection_ != nullptr) count([&](Statistics& s) { s.quic = connection_->stats(); });
  clipboard_.reset();
  connection_ = nullptr;
  control_.reset();
  if (phase_ == Phase::Closed) return;
  if (planned_ && !info.by_peer) return finish(*planned_);
  const bool silent =
      info.kind == quic::CloseKind::HandshakeTimeout || info.kind == quic::CloseKind::IdleTimeout;
  if (phase_ == Phase::Dialling && !was_connected_ && silent && !planned_ &&
      steady_now() + kDialAgain < deadline_)
    return dial();
  auto why = ending_of(info, was_connected_, options_.expected_host.has_value());
  // "Access granted" has a number that is not known (punktfunk2.md 4.6): an application code
  // outside the list, in answer to a bare request, is taken for it.
  if (options_.hello.access_only && info.by_peer && info.kind == quic::CloseKind::Application &&
      wire::close_token(info.code).empty())
    why = ending(kExitOk, "granted", "access is granted");
  finish(std::move(why));
}

}  // namespace pf::probe
