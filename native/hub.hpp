// Where the two halves of every native connection find each other: Link on pf-quic, Client on the
// control thread. Each side reaches the other only by posting, and a half that is gone is simply
// not found.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/event_loop.hpp"
#include "native/quic/endpoint.hpp"

namespace pf::native {

class Client;
class Link;
struct PeerFacts;

class Hub : public std::enable_shared_from_this<Hub> {
 public:
  explicit Hub(Executor& executor) : executor_(executor) {}

  // Control thread, before the first connection is posted to it. The endpoint is stopped before it
  // goes; detach() then makes later posts vanish.
  void attach(quic::Endpoint& endpoint) { endpoint_ = &endpoint; }
  void detach() { endpoint_ = nullptr; }
  // Control thread, once: who makes clients.
  void on_peer(std::function<void(const PeerFacts&)> made) { on_peer_ = std::move(made); }

  // pf-quic.
  void add_link(quic::ConnectionRef ref, Link& link) { links_[ref.id] = &link; }
  void remove_link(quic::ConnectionRef ref) { links_.erase(ref.id); }
  void to_client(quic::ConnectionRef ref, std::function<void(Client&)> task);
  // Makes the client of a new connection, on the control thread.
  void peer_connected(const PeerFacts& facts);

  // Control thread.
  void add_client(quic::ConnectionRef ref, std::shared_ptr<Client> client) {
    clients_[ref.id] = std::move(client);
  }
  void remove_client(quic::ConnectionRef ref) { clients_.erase(ref.id); }
  const std::map<std::uint64_t, std::shared_ptr<Client>>& clients() const { return clients_; }
  void clear_clients() { clients_.clear(); }
  void to_link(quic::ConnectionRef ref, std::function<void(Link&)> task);
  Executor& executor() { return executor_; }

 private:
  Executor& executor_;
  quic::Endpoint* endpoint_ = nullptr;  // control thread, like the next
  std::function<void(const PeerFacts&)> on_peer_;
  std::map<std::uint64_t, Link*> links_;                      // pf-quic
  std::map<std::uint64_t, std::shared_ptr<Client>> clients_;  // control thread
};

}  // namespace pf::native
