#include "native/hub.hpp"

#include "native/client.hpp"
#include "native/link.hpp"

namespace pf::native {

void Hub::to_client(quic::ConnectionRef ref, std::function<void(Client&)> task) {
  executor_.post([hub = shared_from_this(), ref, task = std::move(task)] {
    const auto found = hub->clients_.find(ref.id);
    if (found == hub->clients_.end()) return;
    const auto client = found->second;  // it may leave the hub by what it does
    task(*client);
  });
}

void Hub::peer_connected(const PeerFacts& facts) {
  executor_.post([hub = shared_from_this(), facts] {
    if (hub->on_peer_) hub->on_peer_(facts);
  });
}

void Hub::to_link(quic::ConnectionRef ref, std::function<void(Link&)> task) {
  if (endpoint_ == nullptr) return;
  endpoint_->post(ref, [hub = shared_from_this(), ref, task = std::move(task)](quic::Connection&) {
    const auto found = hub->links_.find(ref.id);
    if (found != hub->links_.end()) task(*found->second);
  });
}

}  // namespace pf::native
