#include "native/quic/engine.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "crypto/digest.hpp"

namespace pf::native::quic {
namespace {

constexpr std::size_t kMostLingers = 1024;
// Handshakes under way from one address: one machine alone must not fill the whole table.
constexpr std::size_t kHalfOpenPerAddress = 64;

bool is_media(ByteSpan packet) {
  return (packet[0] & 0xC0) == 0;  // punktfunk2.md 2.4
}

}  // namespace

Engine::Engine(EngineOptions options, PacketSink& sink, EndpointCounters& counters,
               std::shared_ptr<Doorbell> doorbell)
    : options_(std::move(options)),
      sink_(sink),
      counters_(counters),
      doorbell_(std::move(doorbell)),
      token_secret_(crypto::random_array<32>()),
      retry_cap_(options_.limits.retries_per_second),
      reset_cap_(options_.limits.resets_per_second),
      negotiation_cap_(options_.limits.version_negotiations_per_second),
      refusal_cap_(options_.limits.refusals_per_second),
      targets_(16, CidHash{load_le<std::uint64_t>(crypto::random_array<8>().data())}) {}

Engine::~Engine() = default;

void Engine::send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint& from) {
  sink_.send(packet, to, from);
}

void Engine::touch(ConnectionImpl& connection) {
  if (connection.touched) return;
  connection.touched = true;
  touched_.push_back(connection.ref());
}

void Engine::learn(const Cid& cid, ConnectionImpl& connection) {
  targets_[cid] = {&connection, 0};
}

void Engine::forget(const Cid& cid) {
  targets_.erase(cid);
}

bool Engine::admit() {
  std::size_t established = 0;
  for (const auto& [id, connection] : connections_)
    if (connection->established() && !connection->ending()) ++established;
  return established < options_.limits.connections;
}

bool Engine::reset_token(const ngtcp2_cid& cid, std::uint8_t* token) const {
  ByteSpan secret = token_secret_;
  if (options_.tls) secret = options_.tls->reset_secret();
  return ngtcp2_crypto_generate_stateless_reset_token(token, secret.data(), secret.size(), &cid) ==
         0;
}

ngtcp2_cid Engine::random_cid() {
  ngtcp2_cid cid;
  const auto bytes = crypto::random_array<kCidBytes>();
  ngtcp2_cid_init(&cid, bytes.data(), bytes.size());
  return cid;
}

// ------------------------------------------------------------------------------ packets coming in

void Engine::receive(ByteSpan packet, const net::Endpoint& from, const net::Endpoint& local,
                     Timestamp now) {
  counters_.received_packets.add();
  if (packet.empty()) return;
  if (!options_.tls) {
    receive_client(packet, from, now);
    return;
  }
  ngtcp2_version_cid header{};
  const int error = ngtcp2_pkt_decode_version_cid(&header, packet.data(), packet.size(), kCidBytes);
  if (error != 0 && error != NGTCP2_ERR_VERSION_NEGOTIATION) {
    counters_.junk_packets.add();
    return;
  }
  receive_server(packet, header, from, local, now);
}

void Engine::receive_server(ByteSpan packet, const ngtcp2_version_cid& header,
                            const net::Endpoint& from, const net::Endpoint& local, Timestamp now) {
  const bool long_header = (packet[0] & 0x80) != 0;
  const bool our_version = header.version == NGTCP2_PROTO_VER_V1;
  if (!long_header || our_version) {
    const auto found = targets_.find(Cid(header.dcid, header.dcidlen));
    if (found != targets_.end()) {
      if (found->second.connection != nullptr)
        give(*found->second.connection, packet, from, local, now);
      else
        answer_linger(found->second.linger, from);
      return;
    }
  }
  if (!long_header) {
    counters_.junk_packets.add();
    send_reset(header, packet.size(), from, local, now);
    return;
  }
  if (!our_version) {
    send_version_negotiation(header, packet.size(), from, local, now);
    return;
  }
  ngtcp2_pkt_hd hd;
  switch (ngtcp2_accept(&hd, packet.data(), packet.size())) {
    case 0:
      accept(hd, packet, from, local, now);
      return;
    case NGTCP2_ERR_RETRY:  // 0-RTT ahead of its Initial
      send_retry(hd, packet.size(), from, local, now);
      return;
    default:
      counters_.junk_packets.add();
      return;
  }
}

void Engine::accept(const ngtcp2_pkt_hd& hd, ByteSpan packet, const net::Endpoint& from,
                    const net::Endpoint& local, Timestamp now) {
  if (stopped_) return;
  const auto original = check_token(hd, from, now);
  if (!original) {
    // A token that proves nothing is no token: newer clients send those of other hosts
    // (quic-notes 2.8).
    if (!compat::token_of(hd).empty()) counters_.tokens_rejected.add();
    if (options_.always_retry) {
      send_retry(hd, packet.size(), from, local, now);
      return;
    }
    if (hd.dcid.datalen < NGTCP2_MIN_INITIAL_DCIDLEN) return;
  }
  if (!admit() || address_full(from)) {
    send_refusal(hd, from, local, now);
    return;
  }
  if (half_open_full(from)) {
    counters_.half_open_refused.add();
    return;
  }
  const auto ref = new_ref();
  auto made = ConnectionImpl::make_server(*this, ref, hd, original, local, from, now);
  if (!made) {
    counters_.handshakes_failed.add();
    return;
  }
  auto& connection = *made;
  connections_.emplace(ref.id, std::move(made));
  switch (connection.read(packet, local, from, now)) {
    case ConnectionImpl::Intake::Taken:
      touch(connection);
      return;
    case ConnectionImpl::Intake::NeedsRetry:
      erase(connection);
      send_retry(hd, packet.size(), from, local, now);
      return;
    case ConnectionImpl::Intake::Drop:
      erase(connection);
      return;
  }
}

bool Engine::half_open_full(const net::Endpoint& from) const {
  std::size_t all = 0;
  std::size_t same = 0;
  for (const auto& [id, connection] : connections_) {
    if (connection->established() || connection->ending()) continue;
    ++all;
    if (connection->peer_address().same_address(from)) ++same;
  }
  return all >= options_.limits.half_open ||
         same >= std::min(options_.limits.half_open, kHalfOpenPerAddress);
}

bool Engine::address_full(const net::Endpoint& from) const {
  const auto same = std::count_if(connections_.begin(), connections_.end(), [&](const auto& entry) {
    const auto& c = *entry.second;
    return c.established() && !c.ending() && c.peer_address().same_address(from);
  });
  return static_cast<std::size_t>(same) >= options_.limits.connections_per_address;
}

void Engine::give(ConnectionImpl& connection, ByteSpan packet, const net::Endpoint& from,
                  const net::Endpoint& local, Timestamp now) {
  if (connection.ending()) return;
  if (connection.read(packet, local, from, now) == ConnectionImpl::Intake::Taken)
    touch(connection);
  else
    erase(connection);
}

void Engine::answer_linger(std::uint64_t key, const net::Endpoint& from) {
  auto& linger = lingers_.at(key);
  if (linger.packet.empty() || from != linger.to) return;
  // Ever more rarely, so that two closed ends do not talk for ever (RFC 9000 10.2.1).
  ++linger.heard;
  if ((linger.heard & (linger.heard - 1)) == 0) send(linger.packet, linger.to, linger.from);
}

bool Engine::is_media_source(const net::Endpoint& from) const {
  for (const auto& [id, connection] : connections_)
    if (connection->established() && !connection->ending() && connection->peer_address() == from)
      return true;
  return false;
}

void Engine::receive_client(ByteSpan packet, const net::Endpoint& from, Timestamp now) {
  if (is_media(packet)) {
    const bool ours = options_.on_media && is_media_source(from);
    (ours ? counters_.media_packets : counters_.media_foreign).add();
    if (ours) options_.on_media(packet, from);
    return;
  }
  ngtcp2_version_cid header{};
  const int error = ngtcp2_pkt_decode_version_cid(&header, packet.data(), packet.size(), kCidBytes);
  if (error == 0) {
    const auto found = targets_.find(Cid(header.dcid, header.dcidlen));
    if (found != targets_.end()) {
      auto* const connection = found->second.connection;
      if (connection == nullptr)
        answer_linger(found->second.linger, from);
      else if (connection->peer_address() == from)  // a host does not move
        give(*connection, packet, from, connection->local_address(), now);
      return;
    }
    // Perhaps a stateless reset, which looks like a packet for nobody (RFC 9000 10.3).
    if ((packet[0] & 0x80) == 0) {
      std::vector<ConnectionImpl*> candidates;
      for (const auto& [id, connection] : connections_)
        if (connection->established() && connection->peer_address() == from)
          candidates.push_back(connection.get());
      for (auto* const connection : candidates)
        give(*connection, packet, from, connection->local_address(), now);
      if (!candidates.empty()) return;
    }
  }
  counters_.junk_packets.add();
}

// ------------------------------------------------------------------------------------- going out

void Engine::connect(ConnectionRef ref, std::shared_ptr<const Tls> tls, const net::Endpoint& local,
                     const net::Endpoint& remote, std::unique_ptr<ConnectionHandler> handler,
                     Timestamp now) {
  auto made = stopped_
                  ? nullptr
                  : ConnectionImpl::make_client(*this, ref, std::move(tls), local, remote, now);
  if (!made) {
    handler->on_closed({false, stopped_ ? CloseKind::EndpointStopped : CloseKind::Transport, 1,
                        stopped_ ? "" : "the QUIC library failed"});
    return;
  }
  made->set_handler(std::move(handler));
  touch(*made);
  connections_.emplace(ref.id, std::move(made));
}

ConnectionImpl* Engine::find(ConnectionRef ref) const {
  const auto found = connections_.find(ref.id);
  return found == connections_.end() || found->second->ending() ? nullptr : found->second.get();
}

void Engine::ports_rang() {
  for (const auto& [id, connection] : connections_)
    if (connection->has_ports()) touch(*connection);
}

void Engine::run(Timestamp now) {
  std::vector<ConnectionRef> due;
  for (const auto& [id, connection] : connections_)
    if (connection->deadline() <= now && !connection->ending()) due.push_back({id});
  for (const auto ref : due) {
    const auto found = connections_.find(ref.id);
    if (found == connections_.end()) continue;
    if (found->second->deadline() > 0) found->second->expire(now);
    touch(*found->second);
  }
  // A flush may touch connections again (the next call comes at once then), and handlers may touch
  // others.
  const auto touched = std::exchange(touched_, {});
  for (const auto ref : touched) {
    const auto found = connections_.find(ref.id);
    if (found == connections_.end()) continue;
    found->second->touched = false;
    found->second->flush(now);
  }
  bury(now);
  update_gauges();
}

void Engine::bury(Timestamp now) {
  std::vector<std::uint64_t> ended;
  for (const auto& [id, connection] : connections_)
    if (connection->ending()) ended.push_back(id);
  for (const auto id : ended) {
    auto& connection = *connections_.at(id);
    connection.say_goodbye();
    const auto& ending = *connection.ending();
    if (!connection.established()) {
      const bool late = ending.info.kind == CloseKind::HandshakeTimeout;
      (late ? counters_.handshakes_timed_out : counters_.handshakes_failed).add();
    }
    std::optional<Linger> linger;
    if (ending.lingers && lingers_.size() < kMostLingers)
      linger =
          Linger{now + ending.period, connection.cids(), ending.packet, ending.to, ending.from, 0};
    erase(connection);
    if (linger) {
      for (const auto& cid : linger->cids) targets_[cid] = {nullptr, id};
      lingers_.emplace(id, std::move(*linger));
    }
  }
  for (auto it = lingers_.begin(); it != lingers_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    for (const auto& cid : it->second.cids) targets_.erase(cid);
    it = lingers_.erase(it);
  }
}

void Engine::erase(ConnectionImpl& connection) {
  for (const auto& cid : connection.cids()) targets_.erase(cid);
  connections_.erase(connection.ref().id);
}

Timestamp Engine::deadline() const {
  if (!touched_.empty()) return 0;
  Timestamp earliest = kNever;
  for (const auto& [id, connection] : connections_)
    earliest = std::min(earliest, connection->deadline());
  for (const auto& [id, linger] : lingers_) earliest = std::min(earliest, linger.until);
  return earliest;
}

void Engine::update_gauges() {
  std::int64_t established = 0;
  for (const auto& [id, connection] : connections_)
    if (connection->established()) ++established;
  counters_.connections.set(established);
  counters_.half_open.set(static_cast<std::int64_t>(connections_.size()) - established);
  counters_.lingering.set(static_cast<std::int64_t>(lingers_.size()));
}

void Engine::stop(std::uint64_t code, std::string_view reason, Timestamp now) {
  stopped_ = true;
  std::vector<ConnectionRef> all;
  for (const auto& [id, connection] : connections_) all.push_back({id});
  for (const auto ref : all)
    if (auto* const connection = find(ref)) connection->shut_down(code, reason, now);
  bury(now);
  update_gauges();
}

}  // namespace pf::native::quic
