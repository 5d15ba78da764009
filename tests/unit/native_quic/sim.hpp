// QUIC engines on a simulated network in virtual time: delays, losses, reordering, address changes,
// all from one seed. No sockets, no threads, no waiting.
#pragma once

#include <deque>
#include <map>
#include <random>
#include <set>

#include "crypto/identity.hpp"
#include "native/quic/engine.hpp"

namespace pf::test {

using namespace pf::native::quic;
using namespace std::chrono_literals;

inline const crypto::Identity& host_identity() {
  static const auto identity = *crypto::Identity::generate("test host");
  return identity;
}
inline const crypto::Identity& client_identity() {
  static const auto identity = *crypto::Identity::generate("test client");
  return identity;
}

inline Bytes pattern(std::size_t size, std::uint8_t seed = 1) {
  Bytes bytes(size);
  std::uint32_t state = seed;
  for (auto& b : bytes) {
    state = state * 1664525U + 1013904223U;
    b = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

// Everything that a connection told its handler.
struct Story {
  Connection* connection = nullptr;  // while it lives
  ConnectionRef ref;
  int connected = 0;
  int closed_calls = 0;
  std::optional<CloseInfo> closed;
  std::string alpn;
  std::optional<crypto::Fingerprint> peer;
  std::vector<StreamId> opened;
  std::map<StreamId, Bytes> data;
  std::set<StreamId> ended;
  std::map<StreamId, std::uint64_t> resets;
  std::set<StreamId> stopped;
  std::map<StreamId, std::optional<std::uint64_t>> closed_streams;
  std::vector<StreamId> writable;
  int streams_available = 0;
  std::vector<Bytes> datagrams;
  std::vector<std::pair<net::Endpoint, net::Endpoint>> paths;
  bool destroyed = false;

  // What the handler does besides writing it down.
  std::function<void(Connection&)> at_connected;
  std::function<void(Connection&, StreamId)> at_opened;
  std::function<void(Connection&, StreamId, ByteSpan, bool)> at_data;
  std::function<void(Connection&, StreamId)> at_writable;
  std::function<void(Connection&, ByteSpan)> at_datagram;
  std::function<void(const CloseInfo&)> at_closed;
};

class StoryTeller final : public ConnectionHandler {
 public:
  explicit StoryTeller(std::shared_ptr<Story> story) : s_(std::move(story)) {}
  ~StoryTeller() override { s_->destroyed = true; }

  void on_connected(Connection& connection) override {
    s_->connection = &connection;
    s_->ref = connection.ref();
    s_->alpn = connection.alpn();
    s_->peer = connection.peer_fingerprint();
    ++s_->connected;
    if (s_->at_connected) s_->at_connected(connection);
  }
  void on_stream_opened(StreamId id, bool) override {
    s_->opened.push_back(id);
    if (s_->at_opened) s_->at_opened(*s_->connection, id);
  }
  void on_stream_data(StreamId id, ByteSpan bytes, bool fin) override {
    auto& all = s_->data[id];
    all.insert(all.end(), bytes.begin(), bytes.end());
    if (fin) s_->ended.insert(id);
    if (s_->at_data) s_->at_data(*s_->connection, id, bytes, fin);
  }
  void on_stream_reset(StreamId id, std::uint64_t code) override { s_->resets[id] = code; }
  void on_stream_stopped(StreamId id) override { s_->stopped.insert(id); }
  void on_stream_writable(StreamId id) override {
    s_->writable.push_back(id);
    if (s_->at_writable) s_->at_writable(*s_->connection, id);
  }
  void on_stream_closed(StreamId id, std::optional<std::uint64_t> code) override {
    s_->closed_streams[id] = code;
  }
  void on_streams_available() override { ++s_->streams_available; }
  void on_datagram(ByteSpan bytes) override {
    s_->datagrams.emplace_back(bytes.begin(), bytes.end());
    if (s_->at_datagram) s_->at_datagram(*s_->connection, bytes);
  }
  void on_path_changed(const net::Endpoint& peer, const net::Endpoint& local) override {
    s_->paths.emplace_back(peer, local);
  }
  void on_closed(const CloseInfo& info) override {
    ++s_->closed_calls;
    s_->closed = info;
    s_->connection = nullptr;
    if (s_->at_closed) s_->at_closed(info);
  }

 private:
  std::shared_ptr<Story> s_;
};

class SimNet;

// One engine at one address.
class Node final : public PacketSink {
 public:
  Node(SimNet& net, const net::Endpoint& at, EngineOptions options)
      : net_(net),
        address(at),
        visible(at),
        bell(std::make_shared<Doorbell>()),
        engine(std::move(options), *this, counters, bell) {}
  void send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint& from) override;

 private:
  SimNet& net_;

 public:
  net::Endpoint address;
  net::Endpoint visible;  // what others see: behind a NAT it differs from `address`, and may change
  EndpointCounters counters;
  std::shared_ptr<Doorbell> bell;
  Engine engine;
};

class SimNet {
 public:
  struct Packet {
    net::Endpoint from;
    net::Endpoint to;
    Bytes bytes;
  };

  explicit SimNet(std::uint32_t seed = 1) : random_(seed) {}

  Timestamp now = 1'000'000'000;
  std::chrono::microseconds delay{1000};
  double loss = 0;
  double reorder = 0;  // share of packets that take 5 ms more
  std::size_t mtu = 1472;
  // Looks at every packet before it travels; true = swallow it.
  std::function<bool(Packet&)> filter;
  std::size_t sent = 0;
  std::size_t lost = 0;

  Node& add(const net::Endpoint& address, EngineOptions options) {
    nodes_.push_back(std::make_unique<Node>(*this, address, std::move(options)));
    return *nodes_.back();
  }

  void put(Packet packet) {
    ++sent;
    if (filter && filter(packet)) return;
    if (packet.bytes.size() > mtu || chance(loss)) {
      ++lost;
      return;
    }
    auto due = now + static_cast<Timestamp>(std::chrono::nanoseconds(delay).count());
    if (chance(reorder)) due += 5'000'000;
    flying_.emplace(due, std::move(packet));
  }

  // Until `done` or for `limit` of virtual time; returns done().
  template <class Done>
  bool run(Done done, std::chrono::nanoseconds limit = 10s) {
    const Timestamp end = now + static_cast<Timestamp>(limit.count());
    while (!done()) {
      Timestamp next = flying_.empty() ? kNever : flying_.begin()->first;
      for (const auto& node : nodes_) next = std::min(next, node->engine.deadline());
      if (next > end) {
        now = end;
        return done();
      }
      now = std::max(now, next);
      while (!flying_.empty() && flying_.begin()->first <= now) {
        const auto packet = std::move(flying_.begin()->second);
        flying_.erase(flying_.begin());
        for (const auto& node : nodes_)
          if (node->visible == packet.to)
            node->engine.receive(packet.bytes, packet.from, node->address, now);
      }
      for (const auto& node : nodes_)
        if (node->engine.deadline() <= now) node->engine.run(now);
    }
    return true;
  }
  void pass_time(std::chrono::nanoseconds time) {
    run([] { return false; }, time);
  }

 private:
  bool chance(double share) {
    return share > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < share;
  }
  std::mt19937 random_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::multimap<Timestamp, Packet> flying_;
};

inline void Node::send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint&) {
  net_.put({visible, to, Bytes(packet.begin(), packet.end())});
}

// A server and clients, with stories of all their connections.
struct SimPair {
  explicit SimPair(EngineOptions server_options = {}, EngineOptions client_options = {},
                   std::vector<std::string> server_alpns = {"pkf2", "pkf1"}, std::uint32_t seed = 1,
                   const crypto::Identity& identity = host_identity())
      : net(seed) {
    server_options.tls = *Tls::server(identity, server_alpns);
    if (!server_options.acceptor)
      server_options.acceptor = [this](Connection&) -> std::unique_ptr<ConnectionHandler> {
        auto story = std::make_shared<Story>();
        if (prepare) prepare(*story);
        accepted.push_back(story);
        return std::make_unique<StoryTeller>(story);
      };
    server = &net.add(net::Endpoint::loopback_v4(9777), std::move(server_options));
    client = &net.add(net::Endpoint::loopback_v4(40000), std::move(client_options));
  }

  struct Dial {
    std::vector<std::string> alpns{"pkf2"};
    std::optional<crypto::Identity> identity;
    std::optional<crypto::Fingerprint> pin;
    std::size_t padding = 0;
  };
  std::shared_ptr<Story> dial() { return dial(Dial()); }
  std::shared_ptr<Story> dial(const Dial& how, std::shared_ptr<Story> story = {}) {
    if (!story) story = std::make_shared<Story>();
    story->ref = client->engine.new_ref();
    client->engine.connect(story->ref, *Tls::client(how.identity, how.alpns, how.pin, how.padding),
                           client->address, server->address, std::make_unique<StoryTeller>(story),
                           net.now);
    return story;
  }
  // Dials and waits for both ends; the pair (client's story, server's story).
  std::pair<std::shared_ptr<Story>, std::shared_ptr<Story>> connect(const Dial& how) {
    const auto before = accepted.size();
    auto story = dial(how);
    net.run([&] {
      return story->closed ||
             (story->connected == 1 && accepted.size() > before && accepted.back()->connected == 1);
    });
    return {story, accepted.size() > before ? accepted.back() : nullptr};
  }
  std::pair<std::shared_ptr<Story>, std::shared_ptr<Story>> connect() { return connect(Dial()); }

  SimNet net;
  Node* server = nullptr;
  Node* client = nullptr;
  std::function<void(Story&)> prepare;
  std::vector<std::shared_ptr<Story>> accepted;
};

// Sends back what comes, and the end with it; survives a full backlog.
inline void echo(Story& story) {
  auto held = std::make_shared<std::map<StreamId, std::pair<Bytes, bool>>>();
  const auto push = [held](Connection& c, StreamId id) {
    auto& [bytes, fin] = (*held)[id];
    const auto count = std::min(bytes.size(), c.write_room(id));
    const bool all = count == bytes.size();
    if (count > 0 || (all && fin)) {
      if (!c.write(id, ByteSpan(bytes).first(count), all && fin)) return;
      bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    }
    // Asks to be told: a write that cannot succeed now.
    if (!bytes.empty()) static_cast<void>(c.write(id, bytes, false));
  };
  story.at_data = [held, push](Connection& c, StreamId id, ByteSpan bytes, bool fin) {
    auto& entry = (*held)[id];
    entry.first.insert(entry.first.end(), bytes.begin(), bytes.end());
    entry.second = entry.second || fin;
    push(c, id);
  };
  story.at_writable = push;
}

}  // namespace pf::test
