// From an HTTP exchange to a route and back: host, peer, who asks, origin, method, content type,
// body, password, handler. Control thread.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "http/server.hpp"
#include "webui/auth.hpp"
#include "webui/event_streams.hpp"
#include "webui/log_events.hpp"
#include "webui/routes.hpp"

namespace pf::webui {

class Api {
 public:
  // All four must outlive the object.
  Api(const Deps& deps, const FrontendConfig& config, Auth& auth, TlsCertificate& tls);
  ~Api();

  void handle(std::shared_ptr<http::Exchange> exchange);
  // Whether a request with this head may send more than the usual: its route takes that, and who
  // asks may use it. Strangers never make the host keep much.
  bool expects_large_body(const http::Request& head);
  // Known after listening.
  void set_port(std::uint16_t port) { context_.port = port; }

 private:
  struct Asked;  // a request on its way to a handler

  // Each: the answer, or nothing when it comes later.
  std::optional<Reply> answer(const std::shared_ptr<http::Exchange>& exchange, const Match& found);
  std::optional<Reply> identify(Asked& asked);
  std::optional<Reply> read_body(Asked& asked);
  std::optional<Reply> confirm(const std::shared_ptr<Asked>& asked);
  std::optional<Reply> run(const std::shared_ptr<Asked>& asked);
  Call call_of(const std::shared_ptr<Asked>& asked) const;
  http::Response page(const http::Request& request) const;

  Context context_;
  std::vector<std::string> names_;
  EventStreams streams_;
  LogEvents log_events_;
};

}  // namespace pf::webui
