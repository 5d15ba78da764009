#include "http/server.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/v6_only.hpp>

#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/tls_context.hpp"

namespace pf::http {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};

net::Endpoint endpoint_of(const tcp::endpoint& endpoint) {
  // Only IPv4 and IPv6 sockets are opened here.
  return net::Endpoint::from_sockaddr(endpoint.data(), static_cast<socklen_t>(endpoint.size()))
      .value_or(net::Endpoint{});
}

class AsioServer final : public Server {
 public:
  AsioServer(asio::io_context& io, ServerConfig config, Handler handler)
      : core_(std::make_shared<Core>(io)), acceptor_(std::make_shared<Acceptor>(io)) {
    core_->config = std::move(config);
    core_->handler = std::make_shared<const Handler>(std::move(handler));
  }
  ~AsioServer() override {
    core_->handler = nullptr;
    error_code ignored;
    acceptor_->socket.close(ignored);
    acceptor_->pause.cancel();
    const auto connections = core_->connections;
    for (const auto& connection : connections) connection->close(false);
  }

  Result<> open() {
    if (core_->config.tls) {
      auto ready = prepare_named_tls(core_->config.named_tls);
      if (!ready) return pass(ready);
      (*ready)();
    }
    error_code error;
    const auto address = asio::ip::make_address(core_->config.bind_address, error);
    if (error)
      return fail(Errc::BindFailed, fmt::format("{}: '{}' is not an IP address", core_->config.name,
                                                core_->config.bind_address));
    error = bind({address, core_->config.port});
    // A kernel without IPv6: the dual-stack wildcard is then the IPv4 one.
    if (error == asio::error::address_family_not_supported && address.is_v6() &&
        address.is_unspecified())
      error = bind({asio::ip::address_v4::any(), core_->config.port});
    if (error) return fail(Errc::BindFailed, advice(error));
    port_ = acceptor_->socket.local_endpoint(error).port();
    accept(core_, acceptor_);
    return {};
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return core_->connections.size(); }

  Result<std::function<void()>> prepare_named_tls(const std::optional<NamedTls>& named) override {
    auto context = make_tls_context(*core_->config.tls, named ? &*named : nullptr);
    if (!context) return pass(context);
    return [weak = std::weak_ptr(core_), context = std::move(*context)] {
      if (const auto core = weak.lock()) core->tls = context;
    };
  }

 private:
  struct Acceptor {
    explicit Acceptor(asio::io_context& io) : socket(io), pause(io) {}
    tcp::acceptor socket;
    asio::steady_timer pause;
  };

  error_code bind(const tcp::endpoint& endpoint) {
    auto& socket = acceptor_->socket;
    error_code error;
    if (socket.is_open()) socket.close(error);
    if (socket.open(endpoint.protocol(), error)) return error;
    if (socket.set_option(tcp::acceptor::reuse_address(true), error)) return error;
    if (endpoint.address().is_v6() &&
        socket.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error))
      return error;
    if (socket.bind(endpoint, error)) return error;
    socket.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  std::string advice(const error_code& error) const {
    const auto& config = core_->config;
    const auto where = config.bind_address.find(':') == std::string::npos
                           ? fmt::format("{}:{}", config.bind_address, config.port)
                           : fmt::format("[{}]:{}", config.bind_address, config.port);
    if (error == asio::error::address_in_use)
      return fmt::format(
          "{} on {}: another program uses this port (perhaps another game-stream host); stop it, "
          "or choose another port: 'punktfunk-host serve --help' lists them",
          config.name, where);
    if (error == asio::error::access_denied)
      return fmt::format(
          "{} on {}: ports below 1024 need a privilege that this host does not have; choose a "
          "higher port: 'punktfunk-host serve --help' lists them",
          config.name, where);
    if (error == boost::system::errc::address_not_available)
      return fmt::format(
          "{} on {}: no network interface has this address; choose another bind address in the "
          "settings",
          config.name, where);
    return fmt::format("{} on {}: {}", config.name, where, error.message());
  }

  static void accept(const std::shared_ptr<Core>& core, const std::shared_ptr<Acceptor>& acceptor) {
    acceptor->socket.async_accept([core, acceptor](error_code error, tcp::socket socket) {
      if (!acceptor->socket.is_open()) return;
      if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space) {
        // Trying again at once would spin until somebody closes a descriptor.
        acceptor->pause.expires_after(kAcceptPause);
        acceptor->pause.async_wait([core, acceptor](error_code cancelled) {
          if (!cancelled && acceptor->socket.is_open()) accept(core, acceptor);
        });
        return;
      }
      if (!error) admit(core, std::move(socket));
      accept(core, acceptor);
    });
  }

  static void admit(const std::shared_ptr<Core>& core, tcp::socket socket) {
    error_code error;
    const auto remote = endpoint_of(socket.remote_endpoint(error));
    if (error) return;  // gone already
    const auto local = endpoint_of(socket.local_endpoint(error));
    if (error) return;
    auto address = remote;
    address.set_port(0);
    const auto it = core->per_address.find(address);
    const auto from_there = it == core->per_address.end() ? 0 : it->second;
    if (core->connections.size() >= core->config.max_connections ||
        from_there >= core->config.max_connections_per_address) {
      core->refused.add();
      return;  // closes it
    }
    socket.set_option(tcp::no_delay(true), error);
    const auto connection = std::make_shared<Connection>(core, std::move(socket), remote, local);
    ++core->per_address[address];
    core->connections.insert(connection);
    connection->start();
  }

  std::shared_ptr<Core> core_;
  std::shared_ptr<Acceptor> acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(EventLoop& loop, ServerConfig config,
                                               Handler handler) {
  auto server = std::make_unique<AsioServer>(loop.io(), std::move(config), std::move(handler));
  if (auto opened = server->open(); !opened) return pass(opened);
  return server;
}

}  // namespace pf::http
