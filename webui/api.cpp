#include "webui/api.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "webui/guard.hpp"
#include "webui/handlers_sign_in.hpp"
#include "webui/json_body.hpp"
#include "webui/landing_page.hpp"
#include "webui/library_events.hpp"
#include "webui/pages.hpp"
#include "webui/reference_page.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::webui {
namespace {

http::Response response_of(Reply reply) {
  http::Response response;
  response.status = reply.status;
  response.content_type = std::move(reply.content_type);
  response.body = std::move(reply.body);
  response.headers = security_headers();
  for (auto& field : reply.headers) response.headers.push_back(std::move(field));
  return response;
}

Reply not_found() {
  return error_reply(404, "not_found", "There is nothing at this address.");
}

Reply wrong_method(const std::vector<const char*>& allowed) {
  auto reply = error_reply(405, "method_not_allowed",
                           fmt::format("This address takes {} only.", fmt::join(allowed, ", ")));
  reply.headers.emplace_back("Allow", fmt::format("{}", fmt::join(allowed, ", ")));
  return reply;
}

std::optional<Problem> check_query(const Route& route, const http::Request& request) {
  for (const auto& [name, value] : request.query) {
    const auto found = std::find_if(route.query.begin(), route.query.end(),
                                    [&](const Parameter& p) { return name == p.name; });
    if (found == route.query.end())
      return Problem{400, "unknown_parameter", "The query has a parameter that is not known here."};
    if (found->text_max > 0) {
      if (value.size() > found->text_max)
        return Problem{
            400, "bad_value",
            fmt::format("The parameter \"{}\" may have {} bytes at most.", name, found->text_max)};
      continue;
    }
    const auto number = parse_number(value);
    if (!number || *number < found->min || *number > found->max)
      return Problem{400, "bad_value",
                     fmt::format("The parameter \"{}\" must be a whole number from {} to {}.", name,
                                 found->min, found->max)};
  }
  return std::nullopt;
}

constexpr std::size_t kLongestPassword = 256;  // as at sign-in

// What strangers may see of a host without a password: the first run, and that the host is there.
bool before_claim(const Route& route) {
  return route.before_claim || std::string_view(route.path).starts_with("/health");
}

}  // namespace

struct Api::Asked {
  std::shared_ptr<http::Exchange> exchange;
  const Route* route = nullptr;
  std::uint64_t id = 0;
  bool bad_id = false;
  Caller caller;
  nlohmann::json body;
  std::optional<std::string> password;  // taken out of the body

  const http::Request& request() const { return exchange->request(); }
  ~Asked() {
    if (password)
      crypto::wipe({reinterpret_cast<std::uint8_t*>(password->data()), password->size()});
  }
};

Api::Api(const Deps& deps, const FrontendConfig& config, Auth& auth, TlsCertificate& tls)
    : context_{deps, config,    0,   deps.loop.now(),
               auth, &streams_, tls, std::make_shared<LibraryEvents>(deps.events)},
      names_(config.more_host_names),
      streams_(deps.loop, deps.events, auth),
      log_events_(deps.loop, deps.events) {
  auth.credentials().when_ended(
      [this](std::uint8_t lane, std::uint64_t id) { streams_.end(lane, id); });
  names_.push_back(config.host_name);
  names_.push_back(config::system_host_name());
}

Api::~Api() {
  context_.auth.credentials().when_ended(nullptr);
}

void Api::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  const auto send = [&](Reply reply) { exchange->respond(response_of(std::move(reply))); };
  if (auto problem = check_host(request, names_, context_.tls.names()))
    return send(error_reply(*problem));
  // A stranger from the internet is told so before anything that it sent is looked at; a paired
  // device may come from anywhere.
  if (!context_.config.public_peers && !is_near(request.remote) && !context_.auth.device(request))
    return send(error_reply(403, "peer_not_allowed",
                            "This host answers to its own network only. Its operator can change "
                            "that with the setting public_peers."));
  std::string_view path = request.path;
  const bool below = path.starts_with(kBasePath);
  if (below) path.remove_prefix(kBasePath.size());
  const auto found = match(request.method, path, !below);
  if (!below && found.allowed.empty()) return exchange->respond(page(request));
  if (auto reply = answer(exchange, found)) send(std::move(*reply));
}

bool Api::expects_large_body(const http::Request& head) {
  if (!std::string_view(head.path).starts_with(kBasePath)) return false;
  const auto found = match(head.method, std::string_view(head.path).substr(kBasePath.size()));
  return found.route != nullptr && found.route->body_limit() > kMaxBodyBytes &&
         permitted(found.route->access, context_.auth.identify(head).caller);
}

http::Response Api::page(const http::Request& request) const {
  const bool looks = request.method == "GET" || request.method == "HEAD";
  if (request.path == kReferencePath && looks && context_.auth.claimed())
    return {200, "text/html; charset=utf-8", reference_page(context_.deps.status().version),
            security_headers(landing_style_hash())};
  return page_response(
      request, {context_.config.host_name, context_.deps.identity.certificate().fingerprint(),
                context_.deps.status().version});
}

std::optional<Reply> Api::answer(const std::shared_ptr<http::Exchange>& exchange,
                                 const Match& found) {
  const auto& request = exchange->request();
  if (found.allowed.empty()) return not_found();
  if (auto problem = check_same_origin(request)) return error_reply(*problem);
  if (found.route == nullptr) return wrong_method(found.allowed);
  const auto asked = std::make_shared<Asked>();
  asked->exchange = exchange;
  asked->route = found.route;
  asked->id = found.id;
  if (auto refused = identify(*asked)) return refused;
  if (found.bad_id) return error_reply(400, "bad_id", "The number in the address is malformed.");
  if (auto problem = check_query(*found.route, request)) return error_reply(*problem);
  if (auto refused = read_body(*asked)) return refused;
  return confirm(asked);
}

std::optional<Reply> Api::identify(Asked& asked) {
  auto& auth = context_.auth;
  const auto& access = asked.route->access;
  auto identity = auth.identify(asked.request());
  asked.caller = std::move(identity.caller);
  const bool open = (access.lanes & lane::kOpen) != 0;
  const bool anonymous = asked.caller.lane == lane::kOpen;
  // Until somebody has claimed the host, strangers see the first run and nothing else.
  if (open && anonymous && !auth.claimed() && !before_claim(*asked.route))
    return error_reply(403, "not_claimed",
                       "This host has no password yet. Open its page and enter the set-up code.");
  if (permitted(access, asked.caller)) return std::nullopt;
  if (!anonymous)
    return error_reply(403, "lane_not_allowed", "This way of signing in may not do that.");
  auto reply = error_reply(*identity.problem);
  if (reply.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

std::optional<Reply> Api::read_body(Asked& asked) {
  const auto& route = *asked.route;
  const auto& request = asked.request();
  if (route.body == nullptr) {
    if (request.body.size() <= route.raw_body) return std::nullopt;
    return route.raw_body == 0
               ? error_reply(400, "unexpected_body", "This request takes no body.")
               : error_reply(413, "too_large",
                             fmt::format("The body is longer than {} bytes.", route.raw_body));
  }
  const auto* type = request.header("Content-Type");
  if (type == nullptr || !is_json_content_type(*type))
    return error_reply(415, "not_json", "The body must be sent as application/json.");
  if (auto problem = parse_json(request.body, asked.body, route.body_limit()))
    return error_reply(*problem);
  // The password never reaches a schema or a handler.
  if (route.access.gate != nullptr && asked.body.is_object()) {
    const auto password = asked.body.find("password");
    if (password != asked.body.end()) {
      if (!password->is_string())
        return error_reply(422, "wrong_type", "The field \"password\" must be text.");
      asked.password = password->get<std::string>();
      if (asked.password->size() > kLongestPassword)
        return error_reply(400, "bad_value", "The field \"password\" is too long.");
      asked.body.erase(password);
    }
  }
  if (auto problem = check(*route.body, asked.body)) return error_reply(*problem);
  return std::nullopt;
}

std::optional<Reply> Api::confirm(const std::shared_ptr<Asked>& asked) {
  const auto gate = asked->route->access.gate;
  if (asked->caller.lane != lane::kConsole || gate == nullptr || !gate(context_, call_of(asked)))
    return run(asked);
  if (!asked->password)
    return error_reply(403, "password_required", "This needs the console's password once more.");
  context_.auth.check_password(
      asked->request().remote, std::exchange(asked->password, std::nullopt).value(),
      [this, asked](PasswordAnswer answer) {
        const auto reply = [&]() -> std::optional<Reply> {
          if (answer.kind != PasswordAnswer::Kind::Right) return password_refusal(answer);
          // A sign-in may have ended while the password was looked at.
          if (!context_.auth.holds(asked->caller))
            return error_reply(401, "signed_out", "This sign-in has ended. Sign in again.");
          return run(asked);
        }();
        if (reply) asked->exchange->respond(response_of(*reply));
      });
  return std::nullopt;
}

std::optional<Reply> Api::run(const std::shared_ptr<Asked>& asked) {
  // Whatever this changes is written down under this name.
  const auto& caller = asked->caller;
  const auto acting = context_.deps.allow_list.acting(
      {caller.lane == lane::kToken ? "ctl" : caller.name, asked->request().remote.address()});
  return asked->route->handler(context_, call_of(asked));
}

Call Api::call_of(const std::shared_ptr<Asked>& asked) const {
  return {.request = asked->request(),
          .id = asked->id,
          .body = &asked->body,
          .route = asked->route,
          .later = [exchange = asked->exchange](
                       Reply reply) { exchange->respond(response_of(std::move(reply))); },
          .stream = [exchange = asked->exchange](
                        http::Response head) { return exchange->stream(std::move(head)); },
          .caller = asked->caller};
}

}  // namespace pf::webui
