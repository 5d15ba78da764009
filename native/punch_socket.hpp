// The media socket of one generation 1 stream: bound before Welcome names its port, it learns where
// the client is from the client's punches (punktfunk1.md 6.1). Control thread.
#pragma once

#include <functional>
#include <memory>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "net/udp_socket.hpp"

namespace pf::native {

class PunchSocket {
 public:
  // `at`: the local address that the client dialled, with the port to use (0 = any). `peer`: only
  // punches from this address count, whatever their port. `punched` runs for the first punch and
  // whenever the client's port changes.
  static Result<std::unique_ptr<PunchSocket>> open(
      Executor& executor, const net::Endpoint& at, const net::Endpoint& peer,
      std::function<void(const net::Endpoint& from, const net::Endpoint& local)> punched);

  const std::shared_ptr<net::UdpSocket>& socket() const { return socket_; }
  std::uint16_t port() const { return socket_->local().port(); }

 private:
  PunchSocket(Executor& executor, net::UdpSocket socket, const net::Endpoint& peer,
              std::function<void(const net::Endpoint&, const net::Endpoint&)> punched);
  void watch();
  void read();

  Executor& executor_;
  std::shared_ptr<net::UdpSocket> socket_;
  net::Endpoint peer_;
  std::function<void(const net::Endpoint&, const net::Endpoint&)> punched_;
  std::optional<net::Endpoint> last_;
  std::unique_ptr<Executor::Timer> readable_;
};

}  // namespace pf::native
