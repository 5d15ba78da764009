#include "gamestream/control.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"
#include "base/unique_fd.hpp"
#include "crypto/digest.hpp"
#include "gamestream/control_legacy.hpp"
#include "gamestream/control_messages.hpp"
#include "gamestream/enet_connect.hpp"
#include "gamestream/enet_sockets.hpp"
#include "gamestream/input_decode.hpp"

namespace pf::gamestream {
namespace {

using std::chrono::milliseconds;

constexpr enet_uint32 kPeerTimeoutMs = 10'000;  // gamestream.md 9
constexpr milliseconds kFarewell{500};
// How long ENet may go without service: while a reliable packet waits for its acknowledgement, and
// otherwise (its own pings are due every 500 ms).
constexpr milliseconds kBusyService{10};
constexpr milliseconds kCalmService{100};
// How often the round trip is measured, and what none takes: a client that is gone is told by its
// silence.
constexpr milliseconds kRoundTrips{80};
constexpr std::uint16_t kLongestTrip = 10'000;
constexpr enet_uint8 kChannel = 0;  // the host sends everything reliable on channel 0 (5.1)

struct Expect {
  ControlExpect stream;
};
struct Send {
  ControlId id;
  Bytes message;
};
struct Terminate {
  ControlId id;
  std::uint32_t reason;
};
struct Forget {
  ControlId id;
};
using Command = std::variant<Expect, Send, Terminate, Forget>;

using ControlFraming = std::variant<ControlCipher, LegacyControl>;

Result<ControlFraming> framing_of(const ControlExpect& stream) {
  if (stream.legacy) {
    auto legacy = LegacyControl::create(stream.key, stream.key_id);
    if (!legacy) return pass(legacy);
    return ControlFraming(std::move(*legacy));
  }
  auto cipher = ControlCipher::create(stream.key, stream.scheme);
  if (!cipher) return pass(cipher);
  return ControlFraming(std::move(*cipher));
}

// One expected or connected stream. Enet thread only.
struct Client {
  Client(ControlExpect stream, ControlFraming how)
      : info(std::move(stream)), framing(std::move(how)), adaptation(info.adapt) {}
  ~Client() { crypto::wipe(info.key); }

  ControlExpect info;
  ControlFraming framing;
  InputDecoder decoder;
  std::uint64_t counted_bad_input = 0;
  ENetPeer* peer = nullptr;
  bool proven = false;  // a message verified
  SteadyTime last_heard{};
  Adaptation adaptation;
  SteadyTime next_ping{};
  std::uint32_t shortest_trip_ms = 0;  // in this window; 0 = none came back
  SteadyTime window_began{};
};

// A peer that was told goodbye and may still acknowledge it.
struct Leaving {
  ENetPeer* peer;
  SteadyTime deadline;
};

}  // namespace

struct Control::Impl {
  Impl(Executor& loop, Events callbacks, ENetHost* enet)
      : executor(loop), events(std::make_shared<Events>(std::move(callbacks))), host(enet) {}
  ~Impl() { enet_host_destroy(host); }

  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_fd.get(), &one, sizeof one);
  }
  void push(Command command) {
    {
      const std::lock_guard lock(mutex);
      commands.push_back(std::move(command));
    }
    wake();
  }

  void run();
  void step(bool draining);
  void run_commands();
  void run_command(Expect& command);
  void run_command(Send& command);
  void run_command(Terminate& command);
  void run_command(Forget& command);
  bool wants(const ENetAddress& from, std::uint32_t data) const;
  void on_connect(ENetPeer* peer, std::uint32_t data);
  void on_disconnect(ENetPeer* peer);
  void on_packet(ENetPeer* peer, ByteSpan wire);
  void on_message(Client& client, const ControlMessage& message);
  void on_input(Client& client, ByteSpan packet);
  void send(Client& client, ByteSpan message);
  void say_goodbye(ENetPeer* peer);
  void release(ENetPeer* peer);
  void expire_leaving();
  void follow_move();
  void note_round_trip();
  void follow_paths();
  void follow_path(Client& client);
  milliseconds patience() const;
  Client* client_of(ENetPeer* peer);
  template <class Callback>
  void post(Callback callback);
  void report_lost(ControlId id, ControlLoss loss);

  // ENet hands its host but no context to the intercept callback; each host has its own thread.
  static thread_local Impl* current;

  Executor& executor;
  std::shared_ptr<Events> events;  // emptied on the control thread when the channel goes away
  ENetHost* host;
  UniqueFd wake_fd;
  std::mutex mutex;
  std::vector<Command> commands;  // guarded by mutex
  std::atomic<bool> stopping{false};

  // Enet thread only.
  std::map<ControlId, std::unique_ptr<Client>> clients;
  std::vector<Leaving> leaving;
  SteadyTime now{};

  std::jthread thread;
};

thread_local Control::Impl* Control::Impl::current = nullptr;

// -- set-up, and the calls from other threads ----------------------------------------------------

Control::Control(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Control>> Control::start(Executor& executor, const net::Endpoint& bind,
                                                Events events) {
  if (enet_initialize() != 0) return fail(Errc::ListenFailed, "ENet");
  const auto address = to_enet(bind);
  auto* host = enet_host_create(&address, kMaxPeers, 0, 0, 0);
  if (host == nullptr)
    return fail(Errc::ListenFailed, "control, UDP " + bind.to_string() +
                                        " (another program uses "
                                        "it? choose another base port)");
  auto impl = std::make_unique<Impl>(executor, std::move(events), host);
  // A message is one datagram; nothing needs ENet's reassembly of megabytes.
  host->maximumPacketSize = ControlCipher::kMaxMessage + ControlCipher::kOverhead;
  host->maximumWaitingData = 256 * 1024;
  impl->wake_fd.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!impl->wake_fd) return fail_errno(errno, "eventfd");
  impl->thread = std::jthread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<Control>(new Control(std::move(impl)));
}

Control::~Control() {
  *impl_->events = {};
  impl_->stopping = true;
  impl_->wake();
  impl_->thread.join();
}

std::uint16_t Control::port() const {
  return impl_->host->address.port;
}
void Control::expect(ControlExpect stream) {
  impl_->push(Expect{std::move(stream)});
}
void Control::send(ControlId id, Bytes message) {
  impl_->push(Send{id, std::move(message)});
}
void Control::terminate(ControlId id, std::uint32_t reason) {
  impl_->push(Terminate{id, reason});
}
void Control::forget(ControlId id) {
  impl_->push(Forget{id});
}

// -- the enet thread -----------------------------------------------------------------------------

void Control::Impl::run() {
  name_this_thread("pf-enet");
  current = this;
  host->intercept = [](ENetHost* owner, ENetEvent*) -> int {
    std::uint32_t data = 0;
    const ByteSpan datagram(owner->receivedData, owner->receivedDataLength);
    switch (classify_enet(datagram, data)) {
      case EnetDatagram::OfPeer:
        current->follow_move();
        current->note_round_trip();
        return 0;
      case EnetDatagram::Connect:
        return current->wants(owner->receivedAddress, data) ? 0 : 1;
      case EnetDatagram::Junk:
        return 1;
    }
    return 1;
  };

  while (!stopping) step(false);
  run_commands();  // a farewell may have come just before the stop
  for (auto& [id, client] : clients)
    if (client->peer != nullptr) say_goodbye(client->peer);
  clients.clear();
  while (!leaving.empty()) step(true);
  current = nullptr;
}

// `draining`: only farewells are left, so nobody signals any more and no wait is without end. It is
// the caller's decision, not a second look at `stopping`: a stop between two looks would be slept
// through.
void Control::Impl::step(bool draining) {
  pollfd waits[2] = {{host->socket, POLLIN, 0}, {wake_fd.get(), POLLIN, 0}};
  const auto wait = draining ? kBusyService : patience();
  ::poll(waits, draining ? 1 : 2,
         wait < milliseconds::zero() ? -1 : static_cast<int>(wait.count()));
  if ((waits[1].revents & POLLIN) != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_fd.get(), &count, sizeof count);
  }
  now = steady_now();
  run_commands();
  ENetEvent happened{};
  while (enet_host_service(host, &happened, 0) > 0) {
    switch (happened.type) {
      case ENET_EVENT_TYPE_CONNECT:
        on_connect(happened.peer, happened.data);
        break;
      case ENET_EVENT_TYPE_DISCONNECT:
        on_disconnect(happened.peer);
        break;
      case ENET_EVENT_TYPE_RECEIVE:
        on_packet(happened.peer, {happened.packet->data, happened.packet->dataLength});
        enet_packet_destroy(happened.packet);
        break;
      case ENET_EVENT_TYPE_NONE:
        break;
    }
  }
  expire_leaving();
  follow_paths();
  enet_host_flush(host);
}

// A NAT that gives the client another port or address: the client does not notice, and ENet drops
// what comes from there. Who holds the key and says something new is the client wherever it comes
// from; whoever only overheard it can copy its messages but not before they are old.
void Control::Impl::follow_move() {
  const auto found = read_enet_messages({host->receivedData, host->receivedDataLength});
  if (found.peer >= host->peerCount) return;
  auto& peer = host->peers[found.peer];
  const auto from = host->receivedAddress;
  if (peer.address.host == from.host && peer.address.port == from.port) return;
  auto* client = client_of(&peer);
  if (client == nullptr || !client->proven || peer.state != ENET_PEER_STATE_CONNECTED) return;
  auto* cipher = std::get_if<ControlCipher>(&client->framing);
  if (cipher == nullptr) return;  // the old protocol proves nothing
  const auto last = found.all.begin() + static_cast<std::ptrdiff_t>(found.count);
  if (!std::any_of(found.all.begin(), last, [&](ByteSpan one) { return cipher->is_news(one); }))
    return;
  pin(from);
  unpin(std::exchange(peer.address, from));
  post([id = client->info.id, place = from_enet(from)](const Events& to) {
    if (to.moved) to.moved(id, place);
  });
}

// Of what has just come in. The shortest trip of a window tells a queue from a radio's hiccups.
void Control::Impl::note_round_trip() {
  const auto echo = read_enet_echo({host->receivedData, host->receivedDataLength});
  if (!echo || echo->peer >= host->peerCount) return;
  auto& peer = host->peers[echo->peer];
  auto* client = client_of(&peer);
  if (client == nullptr || peer.address.host != host->receivedAddress.host ||
      peer.address.port != host->receivedAddress.port)
    return;
  const auto trip = static_cast<std::uint16_t>(enet_time_get() - echo->sent_ms);
  if (trip > kLongestTrip) return;
  const auto ms = std::max<std::uint32_t>(trip, 1);
  auto& shortest = client->shortest_trip_ms;
  shortest = shortest == 0 ? ms : std::min(shortest, ms);
}

// What the clients reported since the last window, applied. This thread wakes often enough while
// anybody is connected.
void Control::Impl::follow_paths() {
  for (auto& [id, client] : clients) {
    if (!client->proven || client->peer == nullptr) continue;
    if (now >= client->next_ping) {
      // The client's messages keep ENet from asking by itself.
      enet_peer_ping(client->peer);
      client->next_ping = now + kRoundTrips;
    }
    const auto window =
        client->adaptation.pressing() ? Adaptation::kSoonestMs : session::PathShare::kWindowMs;
    if (now - client->window_began < milliseconds(window)) continue;
    client->window_began = now;
    if (client->info.link && client->info.adapt.total_kbps != 0) follow_path(*client);
  }
}

void Control::Impl::follow_path(Client& client) {
  auto& info = client.info;
  auto& adaptation = client.adaptation;
  const auto rtt_ms = std::exchange(client.shortest_trip_ms, 0);
  const auto before = adaptation.current();
  const auto made =
      adaptation.window(info.link->packets_sent.load(std::memory_order_relaxed), rtt_ms);
  if (!made) return;
  info.link->fec_percent.store(made->fec_percent, std::memory_order_relaxed);
  if (made->encoder_kbps != before.encoder_kbps) {
    const auto reason = adaptation.reason();
    info.stream->set_bitrate(made->encoder_kbps);
    if (reason == session::PathShare::Reason::Overwhelmed ||
        reason == session::PathShare::Reason::Queueing) {
      info.counts->slow_downs.add();
      log::info("gamestream", "the path carries less", "why", session::name(reason), "kbps",
                made->encoder_kbps, "loss ppm", made->loss_ppm);
    }
  }
  session::PeerFigures figures;
  if (info.adapt.reports_fec) figures.loss_ppm = made->loss_ppm;
  if (rtt_ms != 0) figures.rtt_us = rtt_ms * 1000;
  figures.fec_percent = made->fec_percent;
  info.stream->report(figures);
}

milliseconds Control::Impl::patience() const {
  bool connected = false;
  for (std::size_t i = 0; i < host->peerCount; ++i) {
    const auto& peer = host->peers[i];
    if (peer.state == ENET_PEER_STATE_DISCONNECTED) continue;
    connected = true;
    if (peer.reliableDataInTransit != 0 || peer.state != ENET_PEER_STATE_CONNECTED)
      return kBusyService;
  }
  return connected ? kCalmService : milliseconds(-1);
}

void Control::Impl::run_commands() {
  std::vector<Command> batch;
  {
    const std::lock_guard lock(mutex);
    batch.swap(commands);
  }
  for (auto& command : batch) std::visit([this](auto& one) { run_command(one); }, command);
}

void Control::Impl::run_command(Expect& command) {
  auto& stream = command.stream;
  auto framing = framing_of(stream);
  if (!framing) return report_lost(stream.id, ControlLoss::Forged);
  const auto id = stream.id;
  clients.insert_or_assign(id, std::make_unique<Client>(std::move(stream), std::move(*framing)));
}

void Control::Impl::run_command(Send& command) {
  const auto found = clients.find(command.id);
  if (found != clients.end() && found->second->proven) send(*found->second, command.message);
}

void Control::Impl::run_command(Terminate& command) {
  const auto found = clients.find(command.id);
  if (found == clients.end()) return;
  auto& client = *found->second;
  if (client.peer != nullptr) {
    if (client.proven) send(client, termination_message(command.reason));
    say_goodbye(client.peer);
  }
  clients.erase(found);
}

void Control::Impl::run_command(Forget& command) {
  const auto found = clients.find(command.id);
  if (found == clients.end()) return;
  if (found->second->peer != nullptr) say_goodbye(found->second->peer);
  clients.erase(found);
}

bool Control::Impl::wants(const ENetAddress& from, std::uint32_t data) const {
  return std::any_of(clients.begin(), clients.end(), [&](const auto& entry) {
    const auto& client = *entry.second;
    if (client.proven) return false;
    return client.info.uses_connect_data ? client.info.connect_data == data
                                         : client.info.client.same_address(from_enet(from));
  });
}

void Control::Impl::on_connect(ENetPeer* peer, std::uint32_t data) {
  const auto from = from_enet(peer->address);
  for (auto& [id, client] : clients) {
    const auto& info = client->info;
    if (client->proven) continue;
    if (info.uses_connect_data ? info.connect_data != data : !info.client.same_address(from))
      continue;
    // Whoever came before and proved nothing makes room.
    if (client->peer != nullptr) release(client->peer);
    client->peer = peer;
    peer->data = client.get();
    pin(peer->address);
    enet_peer_timeout(peer, 0, kPeerTimeoutMs, kPeerTimeoutMs);
    return;
  }
  enet_peer_reset(peer);  // two connected at once, or the stream is gone meanwhile
}

void Control::Impl::on_disconnect(ENetPeer* peer) {
  std::erase_if(leaving, [&](const Leaving& one) {
    if (one.peer == peer) unpin(peer->address);
    return one.peer == peer;
  });
  auto* client = client_of(peer);
  if (client == nullptr) return;
  unpin(peer->address);
  peer->data = nullptr;
  client->peer = nullptr;
  if (!client->proven) return;  // still expected
  const auto id = client->info.id;
  // ENet does not tell a timeout from a goodbye, but a client that leaves has just spoken.
  const bool silent = now - client->last_heard > milliseconds(kPeerTimeoutMs) / 2;
  clients.erase(id);
  report_lost(id, silent ? ControlLoss::Silent : ControlLoss::Left);
}

void Control::Impl::on_packet(ENetPeer* peer, ByteSpan wire) {
  auto* client = client_of(peer);
  if (client == nullptr) return;  // told goodbye
  ByteSpan text;
  switch (std::visit([&](auto& how) { return how.open(wire, text); }, client->framing)) {
    case ControlCipher::Opened::Ignored:
      client->info.counts->ignored.add();
      return;
    case ControlCipher::Opened::Forged: {
      const auto id = client->info.id;
      release(peer);
      client->peer = nullptr;
      if (!client->proven) return;  // some other program; the client may still come
      clients.erase(id);
      report_lost(id, ControlLoss::Forged);
      return;
    }
    case ControlCipher::Opened::Message:
      break;
  }
  client->last_heard = now;
  if (!std::exchange(client->proven, true)) {
    if (!client->info.greeting.empty()) send(*client, client->info.greeting);
    post([id = client->info.id](const Events& to) {
      if (to.connected) to.connected(id);
    });
  }
  const auto message = parse_control(text);
  if (!message) return client->info.counts->ignored.add();
  client->info.counts->messages.add();
  on_message(*client, *message);
}

void Control::Impl::on_message(Client& client, const ControlMessage& message) {
  auto& counts = *client.info.counts;
  if (const auto* input = std::get_if<InputPacket>(&message)) return on_input(client, input->bytes);
  if (const auto* lost = std::get_if<InvalidateFrames>(&message)) {
    counts.invalidations.add();
    client.adaptation.picture_lost();
    // Frames count from 1; a range that names none of them still says that something is missing.
    const bool asks_idr = client.info.legacy && LegacyControl::means_idr(lost->first, lost->last);
    if (client.info.link && lost->first != 0 && lost->last >= lost->first && !asks_idr)
      client.info.stream->invalidate(client.info.link->unit_index(lost->first),
                                     client.info.link->unit_index(lost->last));
    else
      client.info.stream->request_idr();
  } else if (std::holds_alternative<RequestIdr>(message)) {
    // The first one is how a client starts.
    if (counts.idr_requests.value() != 0) client.adaptation.picture_lost();
    counts.idr_requests.add();
    client.info.stream->request_idr();
  } else if (const auto* status = std::get_if<FecStatus>(&message)) {
    counts.loss_reports.add();
    counts.missing_shards.add(status->missing);
    client.adaptation.fec_status(*status);
    if (status->received_data + status->received_parity < status->data_shards)
      counts.lost_blocks.add();
  } else if (std::holds_alternative<UnknownMessage>(message)) {
    counts.unknown.add();
  }
}

void Control::Impl::on_input(Client& client, ByteSpan packet) {
  for (const auto list = client.decoder.decode(packet); const auto& event : list.events()) {
    client.info.counts->input_events.add();
    client.info.stream->input(event);
  }
  const auto& counts = client.decoder.counts();
  const auto bad = counts.invalid + counts.unknown;
  client.info.counts->input_invalid.add(bad - std::exchange(client.counted_bad_input, bad));
}

void Control::Impl::send(Client& client, ByteSpan message) {
  const auto wire = std::visit([&](auto& how) { return how.seal(message); }, client.framing);
  if (wire.empty()) return;
  auto* packet = enet_packet_create(wire.data(), wire.size(), ENET_PACKET_FLAG_RELIABLE);
  if (packet != nullptr && enet_peer_send(client.peer, kChannel, packet) != 0)
    enet_packet_destroy(packet);
}

// Disconnects once everything sent is acknowledged; the deadline covers a client that has gone.
void Control::Impl::say_goodbye(ENetPeer* peer) {
  peer->data = nullptr;
  enet_peer_disconnect_later(peer, 0);
  enet_host_flush(host);
  leaving.push_back({peer, steady_now() + kFarewell});
}

void Control::Impl::release(ENetPeer* peer) {
  unpin(peer->address);
  peer->data = nullptr;
  enet_peer_disconnect_now(peer, 0);
}

void Control::Impl::expire_leaving() {
  std::erase_if(leaving, [this](const Leaving& one) {
    if (now < one.deadline) return false;
    release(one.peer);
    return true;
  });
}

Client* Control::Impl::client_of(ENetPeer* peer) {
  return static_cast<Client*>(peer->data);
}

template <class Callback>
void Control::Impl::post(Callback callback) {
  executor.post([to = events, callback = std::move(callback)] { callback(*to); });
}

void Control::Impl::report_lost(ControlId id, ControlLoss loss) {
  post([id, loss](const Events& to) {
    if (to.lost) to.lost(id, loss);
  });
}

}  // namespace pf::gamestream
