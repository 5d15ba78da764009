// The files of the web console, made by webui/console/build and compiled in.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pf::webui {

// One file, compressed. Everything lives as long as the program.
struct Asset {
  std::string_view path;  // "/index.html", "/favicon.svg", "/assets/…"
  std::string_view type;  // for Content-Type
  std::string_view etag;  // with its quotes; of the file before compression
  std::span<const std::uint8_t> gzip;
  bool immutable;  // the path carries a hash of the contents, so it may be cached for ever
};

// Every file, by path; empty when the host was built without npm. "/index.html" answers for every
// address of the console, because its pages are drawn in the browser. Any thread.
std::span<const Asset> console_assets();

// The whole Content-Security-Policy of the page, with the hash of its one inline script. Any
// thread.
std::string_view console_csp();

}  // namespace pf::webui
