#include "probe/client_session.hpp"

#include "native/quic/endpoint.hpp"
#include "probe/session_core.hpp"
#include "probe/ticker.hpp"

namespace pf::probe {

namespace quic = native::quic;

namespace {

constexpr std::chrono::milliseconds kDialAttempt{3'000};
constexpr int kReceiveBuffer = 32 << 20;  // as clients try for (punktfunk1.md 6.1)

}  // namespace

struct ClientSession::Parts {
  std::shared_ptr<SessionBoard> board = std::make_shared<SessionBoard>();
  std::shared_ptr<SessionCore> core;
  std::unique_ptr<quic::Endpoint> endpoint;
  std::unique_ptr<Ticker> ticker;

  ~Parts() {
    // The alarm first: it posts to the endpoint. Stopping the endpoint tells the core.
    if (ticker) ticker->arm(SteadyTime::max());
    if (endpoint) endpoint->stop();
    ticker.reset();
  }
  void post(std::function<void(SessionCore&)> task) {
    endpoint->post([core = core, task = std::move(task)] { task(*core); });
  }
};

ClientSession::ClientSession(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ClientSession::~ClientSession() = default;

Result<std::unique_ptr<ClientSession>> ClientSession::start(SessionOptions options) {
  auto parts = std::make_unique<Parts>();
  const auto bind = options.host.is_v4() ? net::Endpoint::any_v4(0) : net::Endpoint();
  parts->core = std::make_shared<SessionCore>(std::move(options), parts->board);
  quic::ClientOptions client;
  client.bind = bind;
  client.timing.handshake_timeout = kDialAttempt;
  client.receive_buffer_bytes = kReceiveBuffer;
  client.on_media = [core = std::weak_ptr(parts->core)](ByteSpan packet, const net::Endpoint&) {
    if (const auto alive = core.lock()) alive->on_media(packet);
  };
  auto endpoint = quic::Endpoint::client(std::move(client));
  if (!endpoint) return pass(endpoint);
  parts->endpoint = std::move(*endpoint);
  auto& raw = *parts->endpoint;
  parts->ticker = std::make_unique<Ticker>([&raw, core = std::weak_ptr(parts->core)] {
    raw.post([core] {
      if (const auto alive = core.lock()) alive->tick();
    });
  });
  parts->core->attach(raw, *parts->ticker);
  parts->post([](SessionCore& core) { core.dial(); });
  return std::unique_ptr<ClientSession>(new ClientSession(std::move(parts)));
}

void ClientSession::send(native::wire::ControlMessage message) {
  parts_->post([message = std::move(message)](SessionCore& core) { core.send(message); });
}

void ClientSession::act(InputAction action) {
  parts_->post([action = std::move(action)](SessionCore& core) { core.act(action); });
}

void ClientSession::set_loss(double percent) {
  parts_->post([percent](SessionCore& core) { core.set_loss(percent); });
}

void ClientSession::copy(std::string text) {
  parts_->post([text = std::move(text)](SessionCore& core) { core.copy(text); });
}

void ClientSession::close(std::uint64_t code, std::string reason) {
  parts_->post([code, reason = std::move(reason)](SessionCore& core) { core.close(code, reason); });
}

Phase ClientSession::phase() const {
  return parts_->board->read([](const auto& view) { return view.phase; });
}

Statistics ClientSession::statistics() const {
  return parts_->board->read([](const auto& view) { return view.statistics; });
}

std::optional<Ending> ClientSession::ending() const {
  return parts_->board->read([](const auto& view) { return view.ending; });
}

bool ClientSession::wait_until(const std::function<bool(const SessionBoard::View&)>& enough,
                               std::chrono::milliseconds limit) const {
  bool reached = false;
  parts_->board->wait(steady_now() + limit, [&](const SessionBoard::View& view) {
    reached = enough(view);
    return reached || view.phase == Phase::Closed;
  });
  return reached;
}

bool ClientSession::wait_for(Phase phase, std::chrono::milliseconds limit) const {
  return wait_until([&](const auto& view) { return view.phase == phase; }, limit);
}

bool ClientSession::wait_for_frames(std::uint64_t clean, std::chrono::milliseconds limit) const {
  return wait_until([&](const auto& view) { return view.statistics.video.clean >= clean; }, limit);
}

std::optional<Ending> ClientSession::wait_closed(std::chrono::milliseconds limit) const {
  wait_until([](const auto& view) { return view.ending.has_value(); }, limit);
  return ending();
}

}  // namespace pf::probe
