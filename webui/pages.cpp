#include "webui/pages.hpp"

#include <algorithm>

#include "webui/console_assets.hpp"
#include "webui/guard.hpp"
#include "webui/header_values.hpp"
#include "webui/routes.hpp"

namespace pf::webui {
namespace {

http::Response response_of(Reply reply) {
  http::Response response{reply.status, std::move(reply.content_type), std::move(reply.body),
                          security_headers()};
  for (auto& field : reply.headers) response.headers.push_back(std::move(field));
  return response;
}

http::Response not_found() {
  return response_of(error_reply(404, "not_found", "There is nothing at this address."));
}

// "/devices", "/devices/3": no name of a file in it, so a page that the browser draws.
bool is_page(std::string_view path) {
  if (path.starts_with("/assets/") || path.starts_with("/api/")) return false;
  return path.substr(path.rfind('/')).find('.') == path.npos;
}

const Asset* find_asset(std::string_view path) {
  const auto files = console_assets();
  const auto named = [&](std::string_view wanted) -> const Asset* {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const Asset& file) { return file.path == wanted; });
    return found == files.end() ? nullptr : &*found;
  };
  if (const auto* file = named(path)) return file;
  return is_page(path) ? named("/index.html") : nullptr;
}

http::Response file_response(const http::Request& request, const Asset& file) {
  // The policy of the page holds for the whole document; other files need nothing.
  const bool page = file.type.starts_with("text/html");
  http::Response response;
  response.headers = page ? security_headers_with(console_csp()) : security_headers();
  for (auto& [name, value] : response.headers)
    if (name == "Cache-Control")
      value = file.immutable ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers.emplace_back("ETag", file.etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (names_etag(request.header("If-None-Match"), file.etag)) {
    response.status = 304;
    return response;
  }
  if (!accepts_gzip(request.header("Accept-Encoding"))) {
    auto refused = response_of(error_reply(
        406, "gzip_only", "The console's files are sent in gzip, which this program refuses."));
    refused.headers.emplace_back("Vary", "Accept-Encoding");
    return refused;
  }
  response.content_type = file.type;
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.body.assign(file.gzip.begin(), file.gzip.end());
  return response;
}

}  // namespace

http::Response page_response(const http::Request& request, const LandingFacts& facts) {
  const auto* file = find_asset(request.path);
  const bool landing = file == nullptr && request.path == "/" && console_assets().empty();
  if (file == nullptr && !landing) return not_found();
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused =
        response_of(error_reply(405, "method_not_allowed", "This address takes GET, HEAD only."));
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  if (file != nullptr) return file_response(request, *file);
  return {200, "text/html; charset=utf-8", landing_page(facts),
          security_headers(landing_style_hash())};
}

}  // namespace pf::webui
