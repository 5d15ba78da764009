#include "native/frontend.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "native/advert.hpp"
#include "native/client.hpp"
#include "native/client_deps.hpp"
#include "native/link.hpp"

namespace pf::native {
namespace {

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "punktfunk";
  return name.data();
}

}  // namespace

std::size_t ClientDeps::slots_in_use() const {
  const auto& clients = hub->clients();
  return static_cast<std::size_t>(
      std::count_if(clients.begin(), clients.end(),
                    [](const auto& entry) { return entry.second->holds_slot(); }));
}

// Whoever connected first comes first: connection numbers rise.
void ClientDeps::slot_freed() {
  std::vector<std::shared_ptr<Client>> all;
  for (const auto& [id, client] : hub->clients()) all.push_back(client);
  for (const auto& client : all) client->retry();
}

struct Frontend::Impl {
  Impl(const FrontendDeps& d, FrontendConfig c)
      : config(std::move(c)),
        hub(std::make_shared<Hub>(d.loop)),
        clients{d.loop,     d.allow_list, d.desk, d.sessions, d.catalogue,
                d.identity, config,       hub,    {},         {}} {}

  Result<> open();
  void announce();

  FrontendConfig config;
  std::shared_ptr<Hub> hub;
  ClientDeps clients;
  std::unique_ptr<quic::Endpoint> endpoint;
  std::unique_ptr<net::Advert> advert;
};

Result<> Frontend::Impl::open() {
  auto bind = net::Endpoint::parse(config.bind_address, config.port);
  if (!bind) return Failure(bind.error());
  if (config.host_name.empty()) config.host_name = machine_name();
  clients.allow_list.set_open(config.open);
  hub->on_peer([this](const PeerFacts& facts) {
    auto client = std::make_shared<Client>(clients, facts);
    hub->add_client(facts.ref, client);
    client->start();
  });
  quic::ListenOptions options{.bind = *bind,
                              .identity = clients.identity,
                              .alpns = {std::string(wire::kAlpnV2), std::string(wire::kAlpnV1)}};
  options.timing.idle_timeout = config.idle_timeout;
  auto listening = quic::Endpoint::listen(std::move(options), [hub = hub](quic::Connection&) {
    return std::unique_ptr<quic::ConnectionHandler>(std::make_unique<Link>(hub));
  });
  if (!listening)
    return fail(Errc::ListenFailed,
                "UDP port " + std::to_string(config.port) + " for native clients (" +
                    listening.error().message() +
                    "): stop what uses it, or choose another one with --native-port");
  endpoint = std::move(*listening);
  clients.socket = endpoint->socket();
  hub->attach(*endpoint);
  if (config.mdns) announce();
  return {};
}

void Frontend::Impl::announce() {
  AdvertFacts facts;
  facts.host_name = config.host_name;
  facts.fingerprint = clients.identity.certificate().fingerprint();
  facts.unique_id = config.unique_id;
  facts.port = endpoint->local().port();
  facts.management_port = config.abilities ? config.abilities().management_port : std::uint16_t{0};
  facts.open = config.open;
  advert = net::make_advert();
  advert->publish({service(facts)});
}

Frontend::Frontend(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Frontend>> Frontend::start(const FrontendDeps& deps, FrontendConfig config) {
  auto impl = std::make_unique<Impl>(deps, std::move(config));
  if (auto opened = impl->open(); !opened) return pass(opened);
  return std::unique_ptr<Frontend>(new Frontend(std::move(impl)));
}

Frontend::~Frontend() {
  impl_->hub->detach();
  impl_->hub->on_peer({});
  impl_->endpoint.reset();
  impl_->hub->clear_clients();
}

std::uint16_t Frontend::port() const {
  return impl_->endpoint->local().port();
}

void Frontend::set_adaptive_fec(bool adaptive) {
  impl_->config.adaptive_fec = adaptive;
}

void Frontend::stop() {
  auto& impl = *impl_;
  impl.advert.reset();
  impl.hub->on_peer({});
  std::vector<std::shared_ptr<Client>> all;
  for (const auto& [id, client] : impl.hub->clients()) all.push_back(client);
  for (const auto& client : all) client->close(wire::CloseCode::HostPower, "");
  // Said again to whoever is still connected, before the port closes.
  impl.endpoint->stop(static_cast<std::uint64_t>(wire::CloseCode::HostPower));
}

}  // namespace pf::native
