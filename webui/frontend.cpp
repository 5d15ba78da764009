#include "webui/frontend.hpp"

#include "base/log.hpp"
#include "http/server.hpp"
#include "webui/api.hpp"
#include "webui/files.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::webui {

struct Frontend::Impl {
  Impl(Deps d, FrontendConfig c) : deps(std::move(d)), config(std::move(c)) {}

  const Deps deps;
  const FrontendConfig config;
  std::unique_ptr<Auth> auth;
  std::optional<TlsCertificate> tls;
  std::optional<Api> api;
  std::uint16_t port = 0;
  // The configured address, and loopback beside it when that address does not include it: the
  // administrator's token is accepted from loopback only.
  std::vector<std::unique_ptr<http::Server>> servers;

  Result<> listen(const std::string& address, std::uint16_t wanted) {
    http::ServerConfig server;
    server.name = "webui";
    server.bind_address = address;
    server.port = wanted;
    server.tls = http::TlsIdentity{deps.identity.certificate_pem(), deps.identity.key_pem()};
    server.keep_alive = true;
    server.named_tls = tls->named();
    server.max_large_body_bytes = largest_body();
    server.large_body = [this](const http::Request& head) { return api->expects_large_body(head); };
    auto listening = http::Server::listen(
        deps.loop, std::move(server),
        [this](std::shared_ptr<http::Exchange> e) { api->handle(std::move(e)); });
    if (!listening) return pass(listening);
    servers.push_back(std::move(*listening));
    return {};
  }
};

Frontend::Frontend(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Frontend::~Frontend() = default;

Result<std::unique_ptr<Frontend>> Frontend::start(Deps deps, FrontendConfig config) {
  auto token = load_or_create_token(config.folder);
  if (!token) return pass(token);
  auto impl = std::make_unique<Impl>(std::move(deps), std::move(config));
  auto auth = Auth::open(impl->deps, impl->config, *token);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(token->data()), token->size()});
  if (!auth) return pass(auth);
  impl->auth = std::move(*auth);
  impl->tls.emplace(impl->deps.loop, impl->config.folder);
  impl->tls->when_changed([&servers = impl->servers](const std::optional<http::NamedTls>& named)
                              -> Result<std::function<void()>> {
    std::vector<std::function<void()>> ready;
    for (const auto& server : servers) {
      auto one = server->prepare_named_tls(named);
      if (!one) return pass(one);
      ready.push_back(std::move(*one));
    }
    return [ready = std::move(ready)] {
      for (const auto& show : ready) show();
    };
  });
  impl->api.emplace(impl->deps, impl->config, *impl->auth, *impl->tls);

  const auto& address = impl->config.bind_address;
  if (auto listening = impl->listen(address, impl->config.port); !listening) return pass(listening);
  impl->port = impl->servers.front()->port();
  impl->api->set_port(impl->port);

  const auto bound = net::Endpoint::parse(address, impl->port);
  const bool any = address == "::" || address == "0.0.0.0";
  auto local = net::Endpoint::parse("127.0.0.1", impl->port);
  if (bound && bound->is_loopback()) {
    local = bound;
  } else if (!any) {
    if (auto listening = impl->listen("127.0.0.1", impl->port); !listening) return pass(listening);
  }
  if (auto stored = store_endpoint(impl->config.folder, *local); !stored) return pass(stored);
  log::info("webui", "management API is listening", "address", address, "port", impl->port);
  return std::unique_ptr<Frontend>(new Frontend(std::move(impl)));
}

std::uint16_t Frontend::port() const {
  return impl_->port;
}

std::optional<std::string> Frontend::setup_code() const {
  const auto* code = impl_->auth->setup_code();
  return code == nullptr ? std::nullopt : std::optional(code->text());
}

bool Frontend::unsaved_endings() const {
  return impl_->auth->credentials().unsaved();
}

std::optional<std::int64_t> Frontend::own_certificate_ends() const {
  const auto* own = impl_->tls->own();
  return own == nullptr ? std::nullopt : std::optional(own->facts.not_after_unix);
}

const std::string& Frontend::certificate_problem() const {
  return impl_->tls->problem();
}

void Frontend::stop() {
  impl_->servers.clear();
}

}  // namespace pf::webui
