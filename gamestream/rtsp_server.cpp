#include "gamestream/rtsp_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <set>

namespace pf::gamestream {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

class Connection;

constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

struct RtspServer::Core : std::enable_shared_from_this<RtspServer::Core> {
  Core(asio::io_context& context, const Config& settings, Handler answer)
      : io(context),
        acceptor(context),
        pause(context),
        config(settings),
        handler(std::move(answer)) {}

  error_code open(const net::Endpoint& bind);
  void accept();
  void admit(tcp::socket socket);
  void close();

  asio::io_context& io;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  Config config;
  Handler handler;  // empty once closed
  std::set<std::shared_ptr<Connection>> connections;
};

namespace {

// Reads one message, writes one answer, then half-closes and waits for the client's end, so that no
// reset can overtake the answer.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Core = RtspServer::Core;
  Connection(std::shared_ptr<Core> core, tcp::socket socket, const net::Endpoint& remote)
      : core_(std::move(core)), socket_(std::move(socket)), timer_(core_->io), remote_(remote) {}

  const net::Endpoint& remote() const { return remote_; }

  void start() {
    timer_.expires_after(core_->config.timeout);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->close();
    });
    read();
  }
  void close() {
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    core_->connections.erase(shared_from_this());
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              self->on_read(error, size);
                            });
  }
  void on_read(error_code error, std::size_t size) {
    if (!socket_.is_open()) return;
    if (error) return close();     // also the end of a probe that said nothing
    if (answered_) return read();  // whatever still comes is not for us
    received_.insert(received_.end(), chunk_.begin(),
                     chunk_.begin() + static_cast<std::ptrdiff_t>(size));
    if (!core_->handler || received_.size() > kRtspMaxMessage + kRtspEnvelopeHeader) return close();
    auto answer = core_->handler(received_, remote_);
    switch (answer.step) {
      case RtspDialogues::Step::NeedMore:
        return read();
      case RtspDialogues::Step::Close:
        return close();
      case RtspDialogues::Step::Reply:
        break;
    }
    answered_ = true;
    reply_ = std::move(answer.reply);
    asio::async_write(
        socket_, asio::buffer(reply_),
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_written(failed); });
  }
  void on_written(error_code error) {
    if (!socket_.is_open()) return;
    if (!error) socket_.shutdown(tcp::socket::shutdown_send, error);
    if (error) return close();
    read();
  }

  std::shared_ptr<Core> core_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  net::Endpoint remote_;
  std::array<std::uint8_t, 4096> chunk_{};
  Bytes received_;
  Bytes reply_;
  bool answered_ = false;
};

}  // namespace

error_code RtspServer::Core::open(const net::Endpoint& bind) {
  const bool any = bind.is_any() && !bind.is_v4();
  const auto try_open = [&](bool v6) {
    error_code error;
    if (acceptor.is_open()) acceptor.close(error);
    const auto address = v6 ? asio::ip::address(asio::ip::address_v6(bind.bytes(), bind.scope()))
                            : asio::ip::address(any ? asio::ip::address_v4::any()
                                                    : asio::ip::make_address_v4(bind.address()));
    const tcp::endpoint endpoint(address, bind.port());
    if (acceptor.open(endpoint.protocol(), error)) return error;
    if (acceptor.set_option(tcp::acceptor::reuse_address(true), error)) return error;
    if (v6 && acceptor.set_option(asio::ip::v6_only(!any), error)) return error;
    if (acceptor.bind(endpoint, error)) return error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
  };
  auto error = try_open(!bind.is_v4());
  // A kernel without IPv6: the dual-stack wildcard is then the IPv4 one.
  if (any && error == asio::error::address_family_not_supported) error = try_open(false);
  return error;
}

void RtspServer::Core::accept() {
  acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
    if (!self->acceptor.is_open()) return;
    if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space) {
      // Trying again at once would spin until somebody closes a descriptor.
      self->pause.expires_after(kAcceptPause);
      self->pause.async_wait([self](error_code cancelled) {
        if (!cancelled && self->acceptor.is_open()) self->accept();
      });
      return;
    }
    if (!error) self->admit(std::move(socket));
    self->accept();
  });
}

void RtspServer::Core::admit(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const auto remote =
      net::Endpoint::from_sockaddr(peer.data(), static_cast<socklen_t>(peer.size()));
  if (!remote || connections.size() >= config.max_connections) return;
  const auto from_there = std::count_if(
      connections.begin(), connections.end(),
      [&](const auto& connection) { return connection->remote().same_address(*remote); });
  if (static_cast<std::size_t>(from_there) >= config.max_per_address) return;
  const auto connection =
      std::make_shared<Connection>(shared_from_this(), std::move(socket), *remote);
  connections.insert(connection);
  connection->start();
}

void RtspServer::Core::close() {
  handler = nullptr;
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  for (const auto& connection : std::set(connections)) connection->close();
}

RtspServer::RtspServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}

RtspServer::~RtspServer() {
  core_->close();
}

Result<std::unique_ptr<RtspServer>> RtspServer::listen(EventLoop& loop, const Config& config,
                                                       Handler handler) {
  auto core = std::make_shared<Core>(loop.io(), config, std::move(handler));
  if (const auto error = core->open(config.bind))
    return fail(Errc::ListenFailed, "RTSP, TCP " + config.bind.to_string() + ": " +
                                        error.message() +
                                        " (another program uses it? choose another base port)");
  core->accept();
  return std::unique_ptr<RtspServer>(new RtspServer(std::move(core)));
}

std::uint16_t RtspServer::port() const {
  error_code error;
  return core_->acceptor.local_endpoint(error).port();
}
std::size_t RtspServer::connections() const {
  return core_->connections.size();
}

}  // namespace pf::gamestream
