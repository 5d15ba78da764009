// GET over HTTP and HTTPS as GameStream clients do it, and their reading of the XML. Test support.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/gs_client_identity.hpp"
#include "support/gs_client_socket.hpp"

namespace pf::test::gs {

struct HttpReply {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string tls_version;  // "TLSv1.3"; empty over plain HTTP
};

struct HttpOptions {
  const ClientIdentity* identity = nullptr;  // HTTPS: what to present; null = no certificate
  Bytes pinned;                              // HTTPS: the host certificate's DER; empty = any
  bool tls12_only = false;
  milliseconds patience = kPatience;
  Abort* abort = nullptr;
};

// `target`: path with query. Fails unless there was a complete HTTP answer (and, with TLS, exactly
// the pinned certificate and a close_notify; gamestream.md 2.2).
Result<HttpReply> http_get(const Address& host, const std::string& target,
                           const HttpOptions& options = {});
Result<HttpReply> https_get(const Address& host, const std::string& target,
                            const HttpOptions& options);

std::string percent_encoded(std::string_view text);
// "/path?a=1&b=2" with encoded values.
std::string target(const std::string& path,
                   const std::vector<std::pair<std::string, std::string>>& query);

// An answer of the API (gamestream.md 2.1).
struct Xml {
  unsigned http_status = 0;
  unsigned status_code = 0;
  std::string status_message;
  std::map<std::string, std::string> elements;  // children of the root with text
  struct App {
    std::string title;
    std::uint32_t id = 0;
    bool hdr = false;
  };
  std::vector<App> apps;

  bool ok() const { return http_status == 200 && status_code == 200; }
  std::string value(const std::string& name) const;  // empty when absent
  bool has(const std::string& name) const { return elements.contains(name); }
};
// Strict where one client or another is: white space between elements, equal names and a missing
// status are protocol errors.
Result<Xml> parse_xml(const HttpReply& reply);

}  // namespace pf::test::gs
