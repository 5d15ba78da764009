// One HTTPS request to the running host of this machine, for the command line. Blocking, with a
// deadline; not for the host process itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/endpoint.hpp"

namespace pf::app {

enum class HttpErrc { NotReachable = 1, TimedOut, WrongCertificate, BadAnswer };
const char* error_room(HttpErrc);
const char* error_text(HttpErrc);

struct HttpTarget {
  net::Endpoint endpoint;
  // The only certificate that is accepted, as DER. It is compared before anything is sent.
  Bytes certificate_der;
};

struct HttpRequest {
  std::string method;
  std::string path;                       // with the query, already encoded
  std::string token;                      // secret; empty = none
  std::string body;                       // empty = none
  std::string type = "application/json";  // of the body
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// At most 8 MiB of answer. Ignores SIGPIPE for the process from the first call on: a host that goes
// away while it is written to is an error to report, not to die from.
Result<HttpAnswer> send_request(const HttpTarget& target, const HttpRequest& request,
                                std::chrono::milliseconds timeout);

// The same for an answer without an end: after a head with status 200 its bytes go to `on_body`
// until that returns false or the host closes; `body` of the answer is empty then. Any other answer
// is returned whole. `silence`: the longest that nothing may come.
Result<HttpAnswer> stream_request(const HttpTarget& target, const HttpRequest& request,
                                  std::chrono::milliseconds silence,
                                  const std::function<bool(std::string_view)>& on_body);

}  // namespace pf::app
