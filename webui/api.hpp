// From an HTTP exchange to a route and back: host and origin checks, method, token, content type,
// body, handler. Control thread.
#pragma once

#include <memory>
#include <string_view>

#include "http/server.hpp"
#include "webui/auth.hpp"
#include "webui/routes.hpp"

namespace pf::webui {

class Api {
 public:
  // `deps` and `config` must outlive the object.
  Api(const Deps& deps, const FrontendConfig& config, std::string_view token);

  void handle(std::shared_ptr<http::Exchange> exchange);
  // Known after listening.
  void set_port(std::uint16_t port) { context_.port = port; }

 private:
  Reply page(const http::Request& request) const;
  // The answer, or nothing when the handler answers later.
  std::optional<Reply> answer(const std::shared_ptr<http::Exchange>& exchange);

  Context context_;
  std::vector<std::string> names_;
  AdminAuth auth_;
};

}  // namespace pf::webui
