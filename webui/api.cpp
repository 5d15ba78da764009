#include "webui/api.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "webui/guard.hpp"
#include "webui/json_body.hpp"
#include "webui/landing_page.hpp"

namespace pf::webui {
namespace {

http::Response response_of(Reply reply, const std::string& style_hash = {}) {
  http::Response response;
  response.status = reply.status;
  response.content_type = std::move(reply.content_type);
  response.body = std::move(reply.body);
  response.headers = security_headers(style_hash);
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

}  // namespace

Api::Api(const Deps& deps, const FrontendConfig& config, std::string_view token)
    : context_{deps, config, 0, deps.loop.now()}, names_(config.more_host_names), auth_(token) {
  names_.push_back(config.host_name);
  names_.push_back(config::system_host_name());
}

void Api::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  if (request.path == "/") {
    exchange->respond(response_of(page(request), landing_style_hash()));
    return;
  }
  if (auto reply = answer(exchange)) exchange->respond(response_of(std::move(*reply)));
}

Reply Api::page(const http::Request& request) const {
  if (auto problem = check_host(request, names_)) return error_reply(*problem);
  if (request.method != "GET") return wrong_method({"GET"});
  return {.status = 200,
          .body = landing_page({context_.config.host_name,
                                context_.deps.identity.certificate().fingerprint(),
                                context_.deps.status().version}),
          .content_type = "text/html; charset=utf-8"};
}

std::optional<Reply> Api::answer(const std::shared_ptr<http::Exchange>& exchange) {
  const auto& request = exchange->request();
  if (auto problem = check_host(request, names_)) return error_reply(*problem);
  std::string_view path = request.path;
  const bool below = path.starts_with(kBasePath);
  if (below) path.remove_prefix(kBasePath.size());
  const auto found = match(request.method, path, !below);
  if (found.allowed.empty()) return not_found();
  if (auto problem = check_same_origin(request)) return error_reply(*problem);
  if (found.route == nullptr) return wrong_method(found.allowed);
  const auto& route = *found.route;
  Caller caller;
  if ((route.access.lanes & lane::kOpen) == 0) {
    if (auto problem = auth_.check(request, context_.deps.loop.now())) {
      auto reply = error_reply(*problem);
      if (problem->status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
      return reply;
    }
    caller = {.lane = lane::kToken, .name = "this machine"};
  }
  if (!permitted(route.access, caller))
    return error_reply(403, "lane_not_allowed", "This way of signing in may not do that.");
  if (found.bad_id) return error_reply(400, "bad_id", "The number in the address is malformed.");
  if (auto problem = check_query(route, request)) return error_reply(*problem);

  nlohmann::json body;
  if (route.body != nullptr) {
    const auto* type = request.header("Content-Type");
    if (type == nullptr || !is_json_content_type(*type))
      return error_reply(415, "not_json", "The body must be sent as application/json.");
    if (auto problem = parse_body(*route.body, request.body, body)) return error_reply(*problem);
  } else if (request.body.size() > route.raw_body) {
    return route.raw_body == 0
               ? error_reply(400, "unexpected_body", "This request takes no body.")
               : error_reply(413, "too_large",
                             fmt::format("The body is longer than {} bytes.", route.raw_body));
  }
  // Whatever this changes is written down under this name.
  const auto acting = context_.deps.allow_list.acting(
      {caller.lane == lane::kToken ? "ctl" : caller.name, request.remote.address()});
  return route.handler(
      context_,
      {.request = request,
       .id = found.id,
       .body = &body,
       .route = &route,
       .later = [exchange](Reply reply) { exchange->respond(response_of(std::move(reply))); },
       .caller = std::move(caller)});
}

}  // namespace pf::webui
