// The one table of routes: it dispatches, and the OpenAPI document is made from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"
#include "webui/access.hpp"
#include "webui/frontend.hpp"
#include "webui/schema.hpp"

namespace pf::webui {

inline constexpr std::string_view kBasePath = "/api/v1";

struct Reply {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  http::Fields headers{};
};
Reply json_reply(unsigned status, const nlohmann::json& value);
Reply no_content();
Reply error_reply(unsigned status, const char* code, std::string_view sentence);
Reply error_reply(const Problem& problem);
// The status and code for an error of trust, session, apps or the store.
Reply error_reply(const Error& error);

class Auth;
class EventStreams;
class LibraryEvents;
class TlsCertificate;

struct Context {
  const Deps& deps;
  const FrontendConfig& config;
  std::uint16_t port;  // in use
  SteadyTime started;
  Auth& auth;
  EventStreams* streams;
  TlsCertificate& tls;
  std::shared_ptr<LibraryEvents> library;  // goes with the API
};

struct Call {
  const http::Request& request;
  std::uint64_t id = 0;                  // the {id} of the path
  const nlohmann::json* body = nullptr;  // checked against the route's schema
  // A query number that the table declares, or its default.
  std::uint64_t number(std::string_view name) const;
  const struct Route* route = nullptr;
  // For an answer after the handler has returned nothing. Control thread.
  std::function<void(Reply)> later{};
  // For an answer without an end, instead of `later`. Null when the client has gone.
  std::function<std::shared_ptr<http::Stream>(http::Response)> stream{};
  Caller caller{};  // who asks; permitted by the route's access
};

using Handler = std::optional<Reply> (*)(const Context&, const Call&);

// Of the query: a whole number, or with `text_max` a text of that many bytes at most.
struct Parameter {
  const char* name;
  const char* help;
  std::uint64_t min = 0, max = 0, fallback = 0;
  std::size_t text_max = 0;
};

struct Answer {
  unsigned status;
  const char* help;
  const Schema* schema = nullptr;  // nothing: no body, or one that is not JSON
  const char* type = nullptr;      // of a body that is not JSON: "text/plain"
};

struct Route {
  const char* method;
  const char* path;  // below kBasePath; a segment "{id}" is a number
  const char* operation;
  const char* summary;
  Access access;
  Handler handler;
  std::vector<Answer> answers;
  const Schema* body = nullptr;
  std::vector<Parameter> query{};
  bool at_root = false;  // not below kBasePath: "/metrics"
  // Not 0: the body is not JSON and may have this many bytes; the handler reads the request.
  std::size_t raw_body = 0;
  bool before_claim = false;  // open routes: also while the host has no password yet
  // Of a JSON body, in bytes; 0: what json_body.hpp allows.
  std::size_t json_limit = 0;

  // What a body may have at most, of either kind; 0: none is taken.
  std::size_t body_limit() const;
};

const std::vector<Route>& routes();

// What a path below kBasePath (`at_root`: a whole path) matches, by exact number of segments.
struct Match {
  const Route* route = nullptr;
  std::uint64_t id = 0;
  bool bad_id = false;               // the path fits, but {id} is not a number
  std::vector<const char*> allowed;  // methods of that path when only the method is wrong
};
Match match(std::string_view method, std::string_view path, bool at_root = false);
// The most that any route's body may have.
std::size_t largest_body();

// "0", or digits without a leading zero that fit into 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

// The document at /openapi.json.
nlohmann::json openapi_document(std::string_view version);

}  // namespace pf::webui
