#include "app/http_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>

#include "base/unique_fd.hpp"
#include "crypto/ossl.hpp"

namespace pf::app {

const char* error_room(HttpErrc) {
  return "ctl";
}

const char* error_text(HttpErrc e) {
  switch (e) {
    case HttpErrc::NotReachable:
      return "no host answers";
    case HttpErrc::TimedOut:
      return "the host did not answer in time";
    case HttpErrc::WrongCertificate:
      return "something else than this host answers";
    case HttpErrc::BadAnswer:
      return "the host's answer is not understood";
  }
  return "unknown error";
}

namespace {

constexpr std::size_t kMaxAnswer = 8 * 1024 * 1024;
constexpr std::size_t kMaxHead = 64 * 1024;

using ContextPtr = std::unique_ptr<SSL_CTX, crypto::OsslDelete<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, crypto::OsslDelete<SSL_free>>;
using Clock = std::chrono::steady_clock;

Failure library_failed(const char* what) {
  return fail(HttpErrc::NotReachable, fmt::format("TLS: {}", what));
}

class Connection {
 public:
  Connection(const net::Endpoint& to, Clock::time_point deadline) : to_(to), deadline_(deadline) {}

  Result<> open() {
    const int family = to_.is_v4() ? AF_INET : AF_INET6;
    socket_.reset(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) return fail_errno(errno, "socket");
    const auto v4 = to_.is_v4() ? to_.to_v4() : sockaddr_in{};
    const auto v6 = to_.to_v6();
    const auto* address = to_.is_v4() ? reinterpret_cast<const sockaddr*>(&v4)
                                      : reinterpret_cast<const sockaddr*>(&v6);
    const socklen_t size = to_.is_v4() ? sizeof v4 : sizeof v6;
    if (::connect(socket_.get(), address, size) == 0) return {};
    if (errno != EINPROGRESS) return not_reachable(errno);
    if (auto ready = wait(POLLOUT); !ready) return ready;
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    return error == 0 ? Result<>{} : not_reachable(error);
  }

  Result<> handshake(const Bytes& certificate_der) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) return library_failed("no context");
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    // The exact certificate is compared below; chains, names and dates mean nothing here.
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) return library_failed("no connection");
    for (;;) {
      const int done = SSL_connect(ssl_.get());
      if (done == 1) break;
      auto ready = wait_for(done);
      if (!ready) return pass(ready);
      if (!*ready)
        return fail(HttpErrc::WrongCertificate, fmt::format("{} speaks no TLS", to_.to_string()));
    }
    const crypto::X509Ptr peer(SSL_get1_peer_certificate(ssl_.get()));
    unsigned char* der = nullptr;
    const int size = peer ? i2d_X509(peer.get(), &der) : 0;
    const bool same =
        size > 0 && std::equal(der, der + size, certificate_der.begin(), certificate_der.end());
    ::OPENSSL_free(der);
    if (!same)
      return fail(
          HttpErrc::WrongCertificate,
          fmt::format("{} shows another certificate than host-cert.pem; nothing was sent to it",
                      to_.to_string()));
    return {};
  }

  Result<> write(std::string_view text) {
    while (!text.empty()) {
      const int wrote = SSL_write(ssl_.get(), text.data(),
                                  static_cast<int>(std::min<std::size_t>(text.size(), 1U << 14U)));
      if (wrote > 0) {
        text.remove_prefix(static_cast<std::size_t>(wrote));
        continue;
      }
      auto ready = wait_for(wrote);
      if (!ready) return pass(ready);
      if (!*ready) return fail(HttpErrc::NotReachable, "the connection broke");
    }
    return {};
  }

  // The next bytes; empty when the host closed.
  Result<std::string_view> read() {
    for (;;) {
      const int got = SSL_read(ssl_.get(), buffer_.data(), static_cast<int>(buffer_.size()));
      if (got > 0) return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
      auto ready = wait_for(got);
      if (!ready) return pass(ready);
      if (!*ready) return std::string_view();
    }
  }

  // Until the host closes. Whether it is whole shows in Content-Length.
  Result<std::string> read_all(std::string text = {}) {
    for (;;) {
      auto more = read();
      if (!more) return pass(more);
      if (more->empty()) return text;
      text += *more;
      if (text.size() > kMaxAnswer) return fail(HttpErrc::BadAnswer, "it is too long");
    }
  }
  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

 private:
  Result<> not_reachable(int error) const {
    return fail(HttpErrc::NotReachable,
                fmt::format("{}: {}", to_.to_string(), std::generic_category().message(error)));
  }

  Result<> wait(short events) const {
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return fail(HttpErrc::TimedOut, to_.to_string());
      pollfd ready{socket_.get(), events, 0};
      const int count = ::poll(&ready, 1, static_cast<int>(left));
      if (count > 0) return {};
      if (count < 0 && errno != EINTR) return not_reachable(errno);
    }
  }

  // After an SSL call that did not finish: true when it may be tried again, false at the end.
  Result<bool> wait_for(int result) {
    const int reason = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return false;
    if (auto ready = wait(reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT); !ready)
      return pass(ready);
    return true;
  }

  net::Endpoint to_;
  Clock::time_point deadline_;
  UniqueFd socket_;
  ContextPtr context_;
  SslPtr ssl_;
  std::array<char, 16 * 1024> buffer_{};
};

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

Result<HttpAnswer> parse_answer(std::string_view text) {
  const auto bad = [](const char* why) { return fail(HttpErrc::BadAnswer, why); };
  if (text.empty()) return bad("the connection closed without one");
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos || !text.starts_with("HTTP/1.")) return bad("no HTTP");
  HttpAnswer answer;
  const auto status = number<unsigned>(text.substr(9, 3));
  if (!status || *status < 200) return bad("no status");
  answer.status = *status;
  answer.body = text.substr(head_end + 4);
  auto head = text.substr(0, head_end);
  for (auto line_end = head.find("\r\n"); line_end != std::string_view::npos;
       line_end = head.find("\r\n")) {
    head.remove_prefix(line_end + 2);
    const auto line = head.substr(0, head.find("\r\n"));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a header without a colon");
    if (equal_ignoring_case(line.substr(0, colon), "Transfer-Encoding"))
      return bad("an unexpected encoding");
    if (!equal_ignoring_case(line.substr(0, colon), "Content-Length")) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    const auto length = number<std::size_t>(value);
    if (!length || *length != answer.body.size()) return bad("it is cut short");
  }
  return answer;
}

}  // namespace

namespace {

// Connects, and sends when the host is the right one.
Result<> send_to(Connection& connection, const HttpTarget& target, const HttpRequest& request) {
  static const bool ignoring = std::signal(SIGPIPE, SIG_IGN) != SIG_ERR;
  if (!ignoring) return fail_errno(errno, "SIGPIPE");
  if (auto open = connection.open(); !open) return open;
  if (auto known = connection.handshake(target.certificate_der); !known) return known;
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method,
                          request.path, target.endpoint.to_string());
  if (!request.token.empty()) head += fmt::format("Authorization: Bearer {}\r\n", request.token);
  if (!request.body.empty())
    head += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.type,
                        request.body.size());
  else if (request.method != "GET")
    head += "Content-Length: 0\r\n";
  return connection.write(head + "\r\n" + request.body);
}

}  // namespace

Result<HttpAnswer> send_request(const HttpTarget& target, const HttpRequest& request,
                                std::chrono::milliseconds timeout) {
  Connection connection(target.endpoint, Clock::now() + timeout);
  if (auto sent = send_to(connection, target, request); !sent) return pass(sent);
  auto text = connection.read_all();
  if (!text) return pass(text);
  return parse_answer(*text);
}

Result<HttpAnswer> stream_request(const HttpTarget& target, const HttpRequest& request,
                                  std::chrono::milliseconds silence,
                                  const std::function<bool(std::string_view)>& on_body) {
  Connection connection(target.endpoint, Clock::now() + silence);
  if (auto sent = send_to(connection, target, request); !sent) return pass(sent);
  std::string head;
  auto end = std::string::npos;
  while (end == std::string::npos) {
    auto more = connection.read();
    if (!more) return pass(more);
    head += *more;
    if (more->empty() || head.size() > kMaxHead)
      return fail(HttpErrc::BadAnswer, "the connection closed without one");
    end = head.find("\r\n\r\n");
  }
  if (!head.starts_with("HTTP/1.1 200 ")) {
    auto text = connection.read_all(std::move(head));
    if (!text) return pass(text);
    return parse_answer(*text);
  }
  bool wanted = on_body(std::string_view(head).substr(end + 4));
  while (wanted) {
    connection.set_deadline(Clock::now() + silence);
    auto more = connection.read();
    if (!more) return pass(more);
    if (more->empty()) break;
    wanted = on_body(*more);
  }
  return HttpAnswer{200, {}};
}

}  // namespace pf::app
