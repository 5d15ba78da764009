#include "http/connection.hpp"

#include <boost/asio/write.hpp>
#include <exception>

#include "base/log.hpp"
#include "http/response_text.hpp"
#include "http/tls_context.hpp"

namespace pf::http {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How long a closing connection may take to say good-bye.
constexpr std::chrono::milliseconds kLinger{1'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Response plain(unsigned status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n", {}};
}

}  // namespace

void Core::note_handshake_failure() {
  handshake_failures.add();
  const auto now = steady_now();
  if (failures_logged && now - *failures_logged < std::chrono::minutes(1)) return;
  failures_logged = now;
  log::debug("http", "TLS handshakes failed", "server", config.name, "total",
             handshake_failures.value());
}

class Connection::Held final : public Exchange {
 public:
  Held(std::weak_ptr<Connection> connection, Request request)
      : connection_(std::move(connection)), request_(std::move(request)) {}
  ~Held() override {
    if (!done_) answer(plain(500, "The request was not answered."));
  }
  const Request& request() const override { return request_; }
  void respond(Response response) override {
    if (!done_) answer(std::move(response));
  }
  std::shared_ptr<Stream> stream(Response head) override {
    if (std::exchange(done_, true)) return nullptr;
    callback_ = nullptr;
    const auto connection = connection_.lock();
    return connection ? connection->begin_stream(std::move(head)) : nullptr;
  }
  void on_abandoned(std::function<void()> callback) override {
    if (abandoned_)
      callback();
    else if (!done_)
      callback_ = std::move(callback);
  }
  void abandon() {
    done_ = abandoned_ = true;
    if (const auto callback = std::exchange(callback_, nullptr)) callback();
  }
  void forget() {
    done_ = true;
    callback_ = nullptr;
  }

 private:
  void answer(Response response) {
    forget();
    if (const auto connection = connection_.lock()) connection->respond(std::move(response));
  }

  std::weak_ptr<Connection> connection_;
  Request request_;
  std::function<void()> callback_;
  bool done_ = false;
  bool abandoned_ = false;
};

class Connection::Flow final : public Stream {
 public:
  explicit Flow(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Flow() override {
    if (const auto connection = connection_.lock()) connection->end_stream();
  }
  bool write(std::string_view bytes) override {
    const auto connection = connection_.lock();
    return connection && connection->queue(bytes);
  }
  void on_closed(std::function<void()> callback) override { callback_ = std::move(callback); }
  void closed() {
    connection_.reset();
    if (const auto callback = std::exchange(callback_, nullptr)) callback();
  }

 private:
  std::weak_ptr<Connection> connection_;
  std::function<void()> callback_;
};

Connection::Connection(std::shared_ptr<Core> core, asio::ip::tcp::socket socket,
                       net::Endpoint remote, net::Endpoint local)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      timer_(core_->io),
      remote_(std::move(remote)),
      local_(std::move(local)),
      reader_({core_->config.max_header_bytes, core_->config.max_body_bytes,
               core_->config.max_large_body_bytes, [this](Request& head) {
                 stamp(head);
                 return core_->config.large_body && core_->config.large_body(head);
               }}) {}

void Connection::stamp(Request& request) const {
  request.remote = remote_;
  request.local = local_;
  request.tls = tls_.has_value();
  request.peer_certificate = peer_;
}

void Connection::arm(std::chrono::milliseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([self = shared_from_this(), due = timer_.expiry()](error_code error) {
    // A timer that was set anew while its old handler was already queued is not due.
    if (!error && self->timer_.expiry() == due) self->on_timeout();
  });
}

void Connection::on_timeout() {
  switch (state_) {
    case State::Reading:
      if (reader_.started()) return refuse(408, "The request did not arrive in time.");
      return close(false);
    case State::Holding:
      tell_abandoned();
      if (state_ == State::Holding) respond(plain(503, "No answer in time."));
      return;
    case State::Handshake:
      if (tls_) core_->note_handshake_failure();
      return close(false);
    case State::Writing:
    case State::Streaming:  // the client does not take what it asked for
    case State::Closing:
      return close(false);
    case State::Closed:
      return;
  }
}

void Connection::start() {
  arm(core_->config.read_timeout);
  if (!core_->tls) {
    state_ = State::Reading;
    return read();
  }
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](error_code error) {
                       if (self->state_ != State::Handshake) return;
                       if (error) return self->close(false);
                       self->shake_hands();
                     });
}

void Connection::shake_hands() {
  // A port probe closes without a byte: nothing to shake hands with, and no failure either.
  error_code error;
  std::uint8_t first = 0;
  const auto peeked =
      socket_.receive(asio::buffer(&first, 1), asio::ip::tcp::socket::message_peek, error);
  if (error || peeked == 0) return close(false);

  tls_.emplace(socket_, *core_->tls);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this()](error_code failed) {
                          if (self->state_ != State::Handshake) return;
                          if (failed) {
                            self->core_->note_handshake_failure();
                            return self->close(false);
                          }
                          self->peer_ = peer_certificate_of(self->tls_->native_handle());
                          self->state_ = State::Reading;
                          self->read();
                        });
}

void Connection::read() {
  if (reading_) return;
  reading_ = true;
  auto handler = [self = shared_from_this()](error_code error, std::size_t count) {
    self->reading_ = false;
    self->on_read(static_cast<bool>(error), count);
  };
  if (tls_)
    tls_->async_read_some(asio::buffer(in_), std::move(handler));
  else
    socket_.async_read_some(asio::buffer(in_), std::move(handler));
}

void Connection::on_read(bool failed, std::size_t count) {
  const ByteSpan bytes(in_.data(), count);
  switch (state_) {
    case State::Reading:
      if (failed) return close(false);
      return advance(reader_.feed(bytes));
    case State::Holding:
      if (failed) return close(true);
      // The client speaks before it was answered: kept for the next request, but not without end.
      // Beyond that nothing is read until the answer has gone.
      early_.insert(early_.end(), bytes.begin(), bytes.end());
      if (early_.size() < core_->config.max_header_bytes) read();
      return;
    case State::Streaming:
      // Nothing that comes means anything now; it is read to learn that the client has gone.
      ignored_ += count;
      if (failed || ignored_ > core_->config.max_header_bytes) return close(false);
      return read();
    case State::Closing:
      if (tls_) return close_tls();
      return failed ? close(false) : read();
    case State::Writing:
      if (!failed) early_.insert(early_.end(), bytes.begin(), bytes.end());
      return;
    case State::Handshake:
    case State::Closed:
      return;
  }
}

void Connection::advance(RequestReader::Progress progress) {
  switch (progress) {
    case RequestReader::Progress::NeedContinue: {
      auto handler = [self = shared_from_this()](error_code error, std::size_t) {
        if (error) self->close(false);
      };
      const auto text = asio::buffer(kContinue.data(), kContinue.size());
      // The answer cannot overtake it: the client sends no body before it has these bytes.
      if (tls_)
        asio::async_write(*tls_, text, std::move(handler));
      else
        asio::async_write(socket_, text, std::move(handler));
      return read();
    }
    case RequestReader::Progress::NeedMore:
      return read();
    case RequestReader::Progress::Refused:
      return refuse(reader_.refusal().status, reader_.refusal().text);
    case RequestReader::Progress::Complete:
      return dispatch();
  }
}

void Connection::dispatch() {
  keep_ = core_->config.keep_alive && reader_.keep_alive();
  auto request = reader_.take();
  stamp(request);
  head_only_ = request.method == "HEAD";

  state_ = State::Holding;
  arm(core_->config.response_timeout);
  const auto handler = core_->handler;
  if (!handler) return close(false);
  auto exchange = std::make_shared<Held>(weak_from_this(), std::move(request));
  held_ = exchange;
  try {
    (*handler)(std::move(exchange));
  } catch (const std::exception& e) {
    log::error("http", "a request handler failed", "server", core_->config.name, "what", e.what());
    if (state_ == State::Holding) respond(plain(500, "The host made a mistake."));
  }
  // Watch for the client leaving while somebody thinks about the answer.
  if (state_ == State::Holding) read();
}

void Connection::respond(Response response) {
  if (state_ != State::Holding) return;
  if (const auto held = held_.lock()) held->forget();
  held_.reset();
  send(to_wire(response, keep_, head_only_));
}

std::shared_ptr<Stream> Connection::begin_stream(Response head) {
  if (state_ != State::Holding) return nullptr;
  held_.reset();
  keep_ = false;
  if (head_only_) {
    send(to_wire(head, false, true, true));
    return nullptr;
  }
  state_ = State::Streaming;
  timer_.cancel();
  auto flow = std::make_shared<Flow>(weak_from_this());
  flow_ = flow;
  queued_ = to_wire(head, false, false, true);
  flush();
  read();
  return flow;
}

bool Connection::queue(std::string_view bytes) {
  if (state_ != State::Streaming) return false;
  if (queued_.size() + bytes.size() > core_->config.max_backlog_bytes) {
    flow_.reset();  // the writer learns it by the answer
    close(false);
    return false;
  }
  queued_ += bytes;
  flush();
  return true;
}

void Connection::flush() {
  if (writing_ || queued_.empty()) return;
  writing_ = true;
  out_ = std::exchange(queued_, {});
  arm(core_->config.read_timeout);
  auto handler = [self = shared_from_this()](error_code error, std::size_t) {
    self->on_flushed(static_cast<bool>(error));
  };
  if (tls_)
    asio::async_write(*tls_, asio::buffer(out_), std::move(handler));
  else
    asio::async_write(socket_, asio::buffer(out_), std::move(handler));
}

void Connection::on_flushed(bool failed) {
  writing_ = false;
  if (state_ != State::Streaming) return;
  if (failed) return close(false);
  timer_.cancel();
  if (!queued_.empty()) return flush();
  if (ending_) finish();
}

void Connection::end_stream() {
  if (state_ != State::Streaming) return;
  ending_ = true;
  if (!writing_) finish();
}

void Connection::tell_closed() {
  const auto flow = flow_.lock();
  flow_.reset();
  if (flow) flow->closed();
}

void Connection::refuse(unsigned status, const std::string& text) {
  keep_ = false;
  send(to_wire(plain(status, text), false, false));
}

void Connection::send(std::string bytes) {
  state_ = State::Writing;
  arm(core_->config.read_timeout);
  out_ = std::move(bytes);
  auto handler = [self = shared_from_this()](error_code error, std::size_t) {
    if (self->state_ != State::Writing) return;
    if (error) return self->close(false);
    self->on_written();
  };
  if (tls_)
    asio::async_write(*tls_, asio::buffer(out_), std::move(handler));
  else
    asio::async_write(socket_, asio::buffer(out_), std::move(handler));
}

void Connection::on_written() {
  if (!keep_) return finish();
  state_ = State::Reading;
  arm(core_->config.read_timeout);
  const auto early = std::exchange(early_, {});
  advance(reader_.feed(early));
}

// The answer must reach the client: closing with unread input would send a reset that destroys it.
void Connection::finish() {
  state_ = State::Closing;
  arm(kLinger);
  if (tls_) {
    // One operation at a time: a read that waits for the client is undone first.
    if (!reading_) return close_tls();
    error_code ignored;
    socket_.cancel(ignored);
    return;
  }
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  read();
}

void Connection::close_tls() {
  tls_->async_shutdown([self = shared_from_this()](error_code) { self->close(false); });
}

void Connection::tell_abandoned() {
  const auto held = held_.lock();
  held_.reset();
  if (held) held->abandon();
}

void Connection::close(bool tell) {
  if (state_ == State::Closed) return;
  const auto self = shared_from_this();  // the set below may hold the last other reference
  state_ = State::Closed;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (core_->connections.erase(self) != 0) {
    auto address = remote_;
    address.set_port(0);
    if (const auto it = core_->per_address.find(address);
        it != core_->per_address.end() && --it->second == 0)
      core_->per_address.erase(it);
  }
  tell_closed();
  if (tell) return tell_abandoned();
  if (const auto held = held_.lock()) held->forget();
}

}  // namespace pf::http
