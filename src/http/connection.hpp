// One accepted connection: [TLS handshake] → read → hold → write → (read again | close). Private to
// the room; control thread.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base/metrics.hpp"
#include "http/request_reader.hpp"
#include "http/server.hpp"

namespace pf::http {

class Connection;

// What all connections of one server share. Outlives the server while operations are being undone.
struct Core {
  explicit Core(boost::asio::io_context& context) : io(context) {}

  boost::asio::io_context& io;
  ServerConfig config;
  std::shared_ptr<const Handler> handler;  // null once the server is gone
  std::shared_ptr<boost::asio::ssl::context> tls;
  std::set<std::shared_ptr<Connection>> connections;
  std::unordered_map<net::Endpoint, std::size_t> per_address;  // port 0
  metrics::Counter refused;                                    // over a limit
  metrics::Counter handshake_failures;
  std::optional<SteadyTime> failures_logged;  // at most one line a minute

  void note_handshake_failure();
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, boost::asio::ip::tcp::socket socket, net::Endpoint remote,
             net::Endpoint local);
  void start();
  void respond(Response response);
  std::shared_ptr<Stream> begin_stream(Response head);
  // Drops the connection now. `tell`: run the callback of an exchange that waits for its answer.
  void close(bool tell);

 private:
  enum class State : std::uint8_t {
    Handshake = 1,
    Reading,
    Holding,
    Writing,
    Streaming,
    Closing,
    Closed
  };
  class Held;  // the Exchange that the handler gets
  class Flow;  // the Stream that it may get from that

  void arm(std::chrono::milliseconds delay);
  void on_timeout();
  void shake_hands();
  void read();
  void on_read(bool failed, std::size_t count);
  void advance(RequestReader::Progress progress);
  // Who asks and over what.
  void stamp(Request& request) const;
  void dispatch();
  void tell_abandoned();
  void send(std::string bytes);
  void refuse(unsigned status, const std::string& text);
  void on_written();
  bool queue(std::string_view bytes);
  void end_stream();
  void flush();
  void on_flushed(bool failed);
  void tell_closed();
  void finish();
  void close_tls();

  std::shared_ptr<Core> core_;
  boost::asio::ip::tcp::socket socket_;
  // Made when the first byte arrives, so that clients that only probe the port cost little.
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  boost::asio::steady_timer timer_;
  net::Endpoint remote_;
  net::Endpoint local_;
  std::shared_ptr<const crypto::Certificate> peer_;
  RequestReader reader_;
  State state_ = State::Handshake;
  bool reading_ = false;  // a read is under way
  bool keep_ = false;     // the connection stays open after this answer
  bool head_only_ = false;
  std::weak_ptr<Held> held_;
  std::weak_ptr<Flow> flow_;
  std::string queued_;       // of a stream, behind what is being written
  bool writing_ = false;     // a stream's bytes are on their way
  bool ending_ = false;      // the stream is over after them
  std::size_t ignored_ = 0;  // bytes that came during a stream
  std::array<std::uint8_t, 4096> in_{};
  Bytes early_;  // came while an exchange was held
  std::string out_;
};

}  // namespace pf::http
