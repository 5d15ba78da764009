// Bytes of one connection to requests, without sockets. The HTTP parser library is known to
// request_reader.cpp only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "http/server.hpp"

namespace pf::http {

// Reads one request after the other from a byte stream. Not thread-safe.
class RequestReader {
 public:
  struct Limits {
    std::size_t header_bytes = 32 * 1024;
    std::size_t body_bytes = 64 * 1024;
    // A body with a longer Content-Length is read when this says yes to its head (method, path,
    // query and headers are set), up to large_body_bytes; else it is refused before it is read.
    std::size_t large_body_bytes = 0;
    std::function<bool(Request&)> large_body{};
  };
  enum class Progress : std::uint8_t {
    NeedMore = 1,
    NeedContinue,  // like NeedMore; the client waits for "100 Continue" first. Told once.
    Complete,      // take() has the request
    Refused,       // see refusal(); the connection is of no further use
  };
  struct Refusal {
    unsigned status = 400;  // 400, 413 or 431
    std::string text;       // one sentence
  };

  explicit RequestReader(Limits limits);
  ~RequestReader();

  // Adds bytes from the peer. With an empty span it looks at what is left over from before.
  Progress feed(ByteSpan bytes);
  // After Complete: method, path, query, headers and body are set; the next feed() begins a new
  // request.
  Request take();
  // After Complete, before take(): whether the client allows another request on this connection.
  bool keep_alive() const;
  const Refusal& refusal() const { return refusal_; }
  // Bytes of an unfinished request were seen.
  bool started() const;

 private:
  struct Impl;
  Progress refuse(unsigned status, std::string text);
  Progress check();
  // Whether the body may be as long as it says, or is so far.
  bool body_fits();
  std::unique_ptr<Impl> impl_;
  Refusal refusal_;
};

}  // namespace pf::http
