// The engine of an endpoint: all its connections, which packet belongs to which, who may come in,
// what strangers are answered, and when something is due. It owns no socket, clock or thread, so
// tests drive it with packets and times of their own. Internal to this room; pf-quic.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "native/quic/connection_impl.hpp"
#include "native/quic/endpoint.hpp"
#include "native/quic/rate_cap.hpp"

namespace pf::native::quic {

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // One UDP datagram from our address `from` (the unspecified one = any). May lose it.
  virtual void send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint& from) = 0;
};

struct EngineOptions {
  std::shared_ptr<const Tls> tls;  // server; null makes a client engine
  Timing timing{};
  Limits limits{};
  bool always_retry = true;
  std::chrono::milliseconds token_lifetime{10'000};
  Acceptor acceptor;
  std::function<void(ByteSpan packet, const net::Endpoint& from)> on_media;
};

class Engine {
 public:
  Engine(EngineOptions options, PacketSink& sink, EndpointCounters& counters,
         std::shared_ptr<Doorbell> doorbell);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // One UDP payload.
  void receive(ByteSpan packet, const net::Endpoint& from, const net::Endpoint& local,
               Timestamp now);
  // A producer rang: connections with datagram ports are looked at by the next run().
  void ports_rang();
  // Timers that are due, then everything that can be sent, then goodbyes.
  void run(Timestamp now);
  // When run() is due next; 0 = now, kNever.
  Timestamp deadline() const;

  void connect(ConnectionRef ref, std::shared_ptr<const Tls> tls, const net::Endpoint& local,
               const net::Endpoint& remote, std::unique_ptr<ConnectionHandler> handler,
               Timestamp now);
  // Connections that have not heard on_closed.
  ConnectionImpl* find(ConnectionRef ref) const;
  void set_idle_timeout(std::chrono::milliseconds idle) { options_.timing.idle_timeout = idle; }
  void stop(std::uint64_t code, std::string_view reason, Timestamp now);
  // Any thread.
  ConnectionRef new_ref() { return {++last_id_}; }

  // For connections.
  const EngineOptions& options() const { return options_; }
  EndpointCounters& counters() { return counters_; }
  const std::shared_ptr<Doorbell>& doorbell() const { return doorbell_; }
  void send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint& from);
  void touch(ConnectionImpl& connection);
  void learn(const Cid& cid, ConnectionImpl& connection);
  void forget(const Cid& cid);
  // False when there are too many established connections already.
  bool admit();
  bool reset_token(const ngtcp2_cid& cid, std::uint8_t* token) const;
  static ngtcp2_cid random_cid();

 private:
  struct Linger {
    Timestamp until;
    std::vector<Cid> cids;
    Bytes packet;
    net::Endpoint to;
    net::Endpoint from;
    std::uint64_t heard = 0;  // packets since; answered at every power of two
  };
  struct Target {
    ConnectionImpl* connection = nullptr;
    std::uint64_t linger = 0;  // key of lingers_
  };

  void receive_server(ByteSpan packet, const ngtcp2_version_cid& header, const net::Endpoint& from,
                      const net::Endpoint& local, Timestamp now);
  void receive_client(ByteSpan packet, const net::Endpoint& from, Timestamp now);
  void give(ConnectionImpl& connection, ByteSpan packet, const net::Endpoint& from,
            const net::Endpoint& local, Timestamp now);
  void accept(const ngtcp2_pkt_hd& hd, ByteSpan packet, const net::Endpoint& from,
              const net::Endpoint& local, Timestamp now);
  bool half_open_full(const net::Endpoint& from) const;
  bool address_full(const net::Endpoint& from) const;
  void answer_linger(std::uint64_t key, const net::Endpoint& from);
  bool is_media_source(const net::Endpoint& from) const;

  // Answers without state, each under its rate cap (stateless.cpp).
  void send_retry(const ngtcp2_pkt_hd& hd, std::size_t packet_bytes, const net::Endpoint& from,
                  const net::Endpoint& local, Timestamp now);
  std::optional<ngtcp2_cid> check_token(const ngtcp2_pkt_hd& hd, const net::Endpoint& from,
                                        Timestamp now) const;
  void send_version_negotiation(const ngtcp2_version_cid& header, std::size_t packet_bytes,
                                const net::Endpoint& from, const net::Endpoint& local,
                                Timestamp now);
  void send_reset(const ngtcp2_version_cid& header, std::size_t packet_bytes,
                  const net::Endpoint& from, const net::Endpoint& local, Timestamp now);
  void send_refusal(const ngtcp2_pkt_hd& hd, const net::Endpoint& from, const net::Endpoint& local,
                    Timestamp now);

  void bury(Timestamp now);
  void erase(ConnectionImpl& connection);
  void update_gauges();

  EngineOptions options_;
  PacketSink& sink_;
  EndpointCounters& counters_;
  std::shared_ptr<Doorbell> doorbell_;
  std::array<std::uint8_t, 32> token_secret_{};
  RateCap retry_cap_;
  RateCap reset_cap_;
  RateCap negotiation_cap_;
  RateCap refusal_cap_;

  std::unordered_map<std::uint64_t, std::unique_ptr<ConnectionImpl>> connections_;
  std::unordered_map<Cid, Target, CidHash> targets_;
  std::unordered_map<std::uint64_t, Linger> lingers_;
  std::vector<ConnectionRef> touched_;
  std::atomic<std::uint64_t> last_id_{0};
  bool stopped_ = false;
};

}  // namespace pf::native::quic
