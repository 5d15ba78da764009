// One HTTP/1.1 listener, plain or TLS, for both the GameStream API and the management API. Lives on
// the control thread: every callback runs there, every call must come from there.
//
// Why a room of its own in the core: the two front ends may not include each other, and two servers
// with two sets of limits would be two things to get wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "crypto/x509.hpp"
#include "net/endpoint.hpp"

namespace pf::http {

enum class Errc { BindFailed = 1, BadTlsIdentity };
const char* error_room(Errc);
const char* error_text(Errc);

// Names compare without case; order and duplicates are kept.
using Fields = std::vector<std::pair<std::string, std::string>>;
const std::string* find_field(const Fields& fields, std::string_view name);

struct Request {
  std::string method;  // "GET"
  std::string path;    // percent-decoded, without query; always starts with '/'
  Fields query;        // percent-decoded
  Fields headers;
  std::string body;
  net::Endpoint remote;
  net::Endpoint local;  // the address that the client reached
  bool tls = false;
  // The leaf that the client presented in the TLS handshake; any certificate is accepted there, the
  // handler decides by exact fingerprint.
  std::shared_ptr<const crypto::Certificate> peer_certificate;

  const std::string* query_value(std::string_view name) const { return find_field(query, name); }
  const std::string* header(std::string_view name) const { return find_field(headers, name); }
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Fields headers;
};

// An answer without a known end (Server-Sent Events). Letting go of it ends the answer after what
// is queued. Control thread.
class Stream {
 public:
  virtual ~Stream() = default;
  // Queues bytes. False when the client has gone, or is too slow: more than
  // ServerConfig::max_backlog_bytes would wait. The connection is dropped then.
  virtual bool write(std::string_view bytes) = 0;
  // Called once when the connection ends for another reason than letting go of this.
  virtual void on_closed(std::function<void()> callback) = 0;
};

// One request waiting for its answer. Kept as long as the handler needs (GameStream pairing holds
// the first request open until somebody typed the PIN).
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  // Exactly one answer; later calls are ignored.
  virtual void respond(Response response) = 0;
  // Exactly one answer, instead of respond(): the head and its first bytes now, the rest by the
  // stream. The connection closes at its end. Null when the client has gone already.
  virtual std::shared_ptr<Stream> stream(Response head) = 0;
  // Called once when the client closes before the answer was sent.
  virtual void on_abandoned(std::function<void()> callback) = 0;
};
using Handler = std::function<void(std::shared_ptr<Exchange>)>;

struct TlsIdentity {
  std::string certificate_pem;  // the leaf, then what signed it
  std::string key_pem;          // secret
};

// Shown instead of the server's own to clients that ask for one of `names` (TLS server name
// indication), see covers() in certificate.hpp.
struct NamedTls {
  TlsIdentity identity;
  std::vector<std::string> names;
};

struct ServerConfig {
  std::string name;          // for the log: "gamestream-http"
  std::string bind_address;  // "::" = dual stack, or an IPv4/IPv6 literal
  std::uint16_t port = 0;    // 0 = any; see Server::port()
  std::optional<TlsIdentity> tls;
  std::optional<NamedTls> named_tls{};  // with `tls` only
  bool keep_alive = false;              // GameStream clients want Connection: close
  std::size_t max_header_bytes = 32 * 1024;
  std::size_t max_body_bytes = 64 * 1024;
  // A longer body, up to max_large_body_bytes, is read for requests whose head (everything but the
  // body) this says yes to. Control thread.
  std::size_t max_large_body_bytes = 0;
  std::function<bool(const Request&)> large_body{};
  std::size_t max_connections = 256;
  std::size_t max_connections_per_address = 32;
  std::size_t max_backlog_bytes = 256 * 1024;           // of a stream whose client is slow
  std::chrono::milliseconds read_timeout{10'000};       // handshake + whole request; each write
  std::chrono::milliseconds response_timeout{180'000};  // a held exchange
};

class Server {
 public:
  virtual ~Server() = default;  // closes everything
  // The error names address and port and how to choose another.
  static Result<std::unique_ptr<Server>> listen(EventLoop& loop, ServerConfig config,
                                                Handler handler);
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  // Makes ready another ServerConfig::named_tls; nothing changes until the answer is called
  // (control thread), which cannot fail. Then it holds for new connections; those that are open go
  // on.
  virtual Result<std::function<void()>> prepare_named_tls(const std::optional<NamedTls>& named) = 0;
};

}  // namespace pf::http
