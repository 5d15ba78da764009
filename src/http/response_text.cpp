#include "http/response_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pf::http {
namespace {

const char* reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

std::string one_line(std::string value) {
  std::replace_if(
      value.begin(), value.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return value;
}

}  // namespace

std::string to_wire(const Response& response, bool keep_alive, bool head_only, bool endless) {
  const bool bodyless = response.status == 204 || response.status == 304;
  auto text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
  if (!bodyless) {
    if (!response.content_type.empty())
      text += fmt::format("Content-Type: {}\r\n", one_line(response.content_type));
    if (!endless) text += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  for (const auto& [name, value] : response.headers)
    text += fmt::format("{}: {}\r\n", one_line(name), one_line(value));
  text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (!bodyless && !head_only) text += response.body;
  return text;
}

}  // namespace pf::http
