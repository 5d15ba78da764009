#include "http/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>

#include "base/hex.hpp"
#include "base/unique_fd.hpp"
#include "crypto/ossl.hpp"
#include "http/certificate.hpp"
#include "support/client_certificate.hpp"
#include "support/server_certificate.hpp"

namespace pf::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kDeadline = 10s;

// A blocking client on loopback. Every receive is bounded by kDeadline.
class Client {
 public:
  explicit Client(std::uint16_t port, bool v6 = false) {
    // OpenSSL writes without MSG_NOSIGNAL, and the server may have closed already.
    ::signal(SIGPIPE, SIG_IGN);
    fd_.reset(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto v6_address = net::Endpoint::loopback_v6(port).to_v6();
    const auto v4_address = net::Endpoint::loopback_v4(port).to_v4();
    timeval limit{kDeadline.count(), 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = (v6 ? ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&v6_address),
                                 sizeof v6_address)
                     : ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&v4_address),
                                 sizeof v4_address)) == 0;
  }
  bool connected() const { return connected_; }

  // False when the handshake failed.
  bool tls(const crypto::Identity* identity, int version = 0, const char* asked = nullptr) {
    ctx_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_NONE, nullptr);
    if (version != 0) SSL_CTX_set_max_proto_version(ctx_.get(), version);
    if (identity != nullptr) {
      const crypto::BioPtr cert(BIO_new_mem_buf(identity->certificate_pem().data(), -1));
      const crypto::X509Ptr x509(PEM_read_bio_X509(cert.get(), nullptr, nullptr, nullptr));
      const crypto::BioPtr secret(BIO_new_mem_buf(identity->key_pem().data(), -1));
      const crypto::PkeyPtr key(PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, nullptr));
      SSL_CTX_use_certificate(ctx_.get(), x509.get());
      SSL_CTX_use_PrivateKey(ctx_.get(), key.get());
    }
    ssl_.reset(SSL_new(ctx_.get()));
    SSL_set_fd(ssl_.get(), fd_.get());
    if (asked != nullptr)
      SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(asked));
    return SSL_connect(ssl_.get()) == 1;
  }
  SSL* ssl() { return ssl_.get(); }

  void send(std::string_view text) {
    if (ssl_)
      SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    else
      ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  // Up to `count` bytes; empty at the end of the stream or the deadline.
  std::string receive(std::size_t count = 65'536) {
    std::string text(count, '\0');
    const auto got = ssl_ ? SSL_read(ssl_.get(), text.data(), static_cast<int>(count))
                          : static_cast<int>(::recv(fd_.get(), text.data(), count, 0));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (ssl_ && got <= 0) clean_end_ = SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
    return text;
  }
  std::string receive_all() {
    std::string all;
    for (std::string part = receive(); !part.empty(); part = receive()) all += part;
    return all;
  }
  std::string get(std::string_view target) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n");
    return receive_all();
  }
  void close() { fd_.reset(); }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  bool ended() const { return ended_; }          // the server closed
  bool clean_end() const { return clean_end_; }  // with close_notify

 private:
  UniqueFd fd_;
  std::unique_ptr<SSL_CTX, crypto::OsslDelete<SSL_CTX_free>> ctx_;
  std::unique_ptr<SSL, crypto::OsslDelete<SSL_free>> ssl_;
  bool connected_ = false;
  bool ended_ = false;
  bool clean_end_ = false;
};

// Values that another thread provides, one at a time.
template <class T>
class Awaited {
 public:
  void put(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    changed_.notify_all();
  }
  std::optional<T> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kDeadline, [&] { return value_.has_value(); });
    return std::exchange(value_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override {
    loop_.run_sync([&] { server_.reset(); });
  }

  static const crypto::Identity& host_identity() {
    static const auto identity = crypto::Identity::generate("host");
    return *identity;
  }
  static const crypto::Identity& client_identity() {
    static const auto identity = test::make_client_identity();
    return identity;
  }

  void listen(ServerConfig config, Handler handler) {
    loop_.run_sync([&] {
      auto server = Server::listen(loop_, std::move(config), std::move(handler));
      ASSERT_TRUE(server) << server.error().message();
      server_ = std::move(*server);
    });
  }
  static ServerConfig plain() {
    ServerConfig config;
    config.name = "test";
    config.bind_address = "::";
    return config;
  }
  static ServerConfig with_tls() {
    auto config = plain();
    config.tls = TlsIdentity{host_identity().certificate_pem(), host_identity().key_pem()};
    return config;
  }
  std::uint16_t port() const { return server_->port(); }
  std::size_t connections() {
    std::size_t count = 0;
    loop_.run_sync([&] { count = server_->connections(); });
    return count;
  }
  // Runs the control thread until `count` connections are left.
  bool wait_for_connections(std::size_t count) {
    const auto end = steady_now() + kDeadline;
    while (connections() != count)
      if (steady_now() > end) return false;
    return true;
  }

  static void echo(const std::shared_ptr<Exchange>& exchange) {
    const auto& request = exchange->request();
    exchange->respond(
        {200,
         "text/plain",
         request.method + " " + request.path + " " + request.remote.address() +
             (request.tls ? " tls " : " plain ") +
             (request.peer_certificate ? request.peer_certificate->fingerprint() : "nobody"),
         {}});
  }

  EventLoop loop_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersOverBothFamiliesAndCloses) {
  listen(plain(), echo);
  for (const bool v6 : {false, true}) {
    Client client(port(), v6);
    if (v6 && !client.connected()) continue;  // no IPv6 here
    const auto answer = client.get("/hello?a=1");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr(v6 ? "GET /hello ::1 plain nobody"
                                     : "GET /hello 127.0.0.1 plain nobody"));
    EXPECT_TRUE(client.ended());
  }
  EXPECT_TRUE(wait_for_connections(0));
}

TEST_F(ServerTest, KeepsTheConnectionWhenAsked) {
  auto config = plain();
  config.keep_alive = true;
  listen(config, echo);
  Client client(port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    std::string answer;
    while (answer.find("nobody") == std::string::npos) {
      const auto part = client.receive();
      ASSERT_FALSE(part.empty());
      answer += part;
    }
    EXPECT_THAT(answer, HasSubstr("keep-alive"));
    EXPECT_THAT(answer, HasSubstr("GET /" + std::to_string(i)));
  }
  client.send("GET /last HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.receive_all(), HasSubstr("Connection: close"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderEvenWhenHeld) {
  auto config = plain();
  config.keep_alive = true;
  std::vector<std::shared_ptr<Exchange>> held;
  Awaited<int> first;
  listen(config, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->request().path != "/1") return echo(exchange);
    held.push_back(std::move(exchange));
    first.put(1);
  });
  Client client(port());
  client.send("GET /1 HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(first.wait());
  client.send("GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
  loop_.run_sync([&] { held.front()->respond({200, "text/plain", "first;", {}}); });
  const auto all = client.receive_all();
  EXPECT_THAT(all, HasSubstr("first;"));
  EXPECT_THAT(all, HasSubstr("GET /2"));
}

TEST_F(ServerTest, ReadsBodiesAndGreenlightsWaitingClients) {
  listen(plain(), [](std::shared_ptr<Exchange> exchange) {
    exchange->respond({200, "text/plain", "got " + exchange->request().body, {}});
  });
  Client client(port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.receive(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_THAT(client.receive_all(), HasSubstr("got body"));
}

TEST_F(ServerTest, AcceptsAnyClientCertificateAndTellsWhoItIs) {
  listen(with_tls(), echo);
  const struct {
    const char* what;
    test::ClientCertificateOptions options;
  } kinds[] = {{"serial 0", {.serial = 0}},
               {"version 1", {.version = X509_VERSION_1, .serial = 7}},
               {"out of date", {.serial = 9, .out_of_date = true}}};
  for (const auto& kind : kinds) {
    const auto identity = test::make_client_identity(kind.options);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      Client client(port());
      ASSERT_TRUE(client.tls(&identity, version)) << kind.what;
      EXPECT_EQ(SSL_version(client.ssl()), version);
      EXPECT_THAT(client.get("/serverinfo"),
                  HasSubstr("tls " + identity.certificate().fingerprint()))
          << kind.what;
      EXPECT_TRUE(client.clean_end()) << "close_notify is missing: " << kind.what;
    }
  }
}

TEST_F(ServerTest, CompletesTheHandshakeWithoutACertificateAndSendsOneLeaf) {
  listen(with_tls(), echo);
  Client client(port());
  ASSERT_TRUE(client.tls(nullptr));
  const crypto::X509Ptr leaf(SSL_get1_peer_certificate(client.ssl()));
  ASSERT_TRUE(leaf);
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())), 1);
  unsigned char digest[32];
  unsigned int length = 0;
  X509_digest(leaf.get(), EVP_sha256(), digest, &length);
  EXPECT_EQ(to_hex(digest), host_identity().certificate().fingerprint());
  EXPECT_THAT(client.get("/"), HasSubstr("tls nobody"));
}

TEST_F(ServerTest, RefusesOldTlsAndPlainTextOnTheTlsPort) {
  listen(with_tls(), echo);
  Client old(port());
  EXPECT_FALSE(old.tls(&client_identity(), TLS1_1_VERSION));
  Client plain_text(port());
  plain_text.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(plain_text.receive_all(), testing::Not(HasSubstr("200")));
  EXPECT_TRUE(wait_for_connections(0));
  Client good(port());
  EXPECT_TRUE(good.tls(&client_identity()));
}

TEST_F(ServerTest, AnswersGarbageAndOversizeByItself) {
  auto config = plain();
  config.max_header_bytes = 1024;
  config.max_body_bytes = 64;
  listen(config, echo);
  const std::pair<std::string, const char*> bad[] = {
      {"\x01\x02\x03\r\n\r\n", "HTTP/1.1 400"},
      {"GET /%00 HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
      {"GET / HTTP/1.1\r\nA: " + std::string(4000, 'a') + "\r\n\r\n", "HTTP/1.1 431"},
      {"POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n" + std::string(65, 'b'), "HTTP/1.1 413"}};
  for (const auto& [text, status] : bad) {
    Client client(port());
    client.send(text);
    EXPECT_THAT(client.receive_all(), StartsWith(status));
  }
}

TEST_F(ServerTest, ToleratesConnectionsThatCarryNoBytes) {
  for (const auto& config : {plain(), with_tls()}) {
    if (server_) loop_.run_sync([&] { server_.reset(); });
    listen(config, echo);
    for (int i = 0; i < 20; ++i) Client probe(port());
    EXPECT_TRUE(wait_for_connections(0));
  }
}

TEST_F(ServerTest, EndsSlowRequests) {
  auto config = plain();
  config.read_timeout = 50ms;
  listen(config, echo);
  Client silent(port());
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_TRUE(silent.ended());
  Client slow(port());
  slow.send("GET / HTTP/1.1\r\nA:");
  EXPECT_THAT(slow.receive_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_TRUE(slow.ended());
}

TEST_F(ServerTest, EndsSlowHandshakes) {
  auto config = with_tls();
  config.read_timeout = 50ms;
  listen(config, echo);
  Client slow(port());
  slow.send("\x16\x03\x01");
  slow.receive_all();
  EXPECT_TRUE(slow.ended());
  EXPECT_TRUE(wait_for_connections(0));
}

TEST_F(ServerTest, BoundsConnectionsPerAddressAndInAll) {
  for (const bool per_address : {true, false}) {
    if (server_) loop_.run_sync([&] { server_.reset(); });
    auto config = plain();
    (per_address ? config.max_connections_per_address : config.max_connections) = 3;
    listen(config, echo);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<Client>(port()));
    EXPECT_TRUE(wait_for_connections(3));
    Client extra(port());
    extra.receive_all();
    EXPECT_TRUE(extra.ended());
    clients.pop_back();
    EXPECT_TRUE(wait_for_connections(2));
    Client again(port());
    EXPECT_THAT(again.get("/"), HasSubstr("200 OK"));
  }
}

TEST_F(ServerTest, TellsWhenTheClientLeavesBeforeTheAnswer) {
  Awaited<int> abandoned;
  Awaited<int> arrived;
  std::shared_ptr<Exchange> held;
  for (const auto& config : {plain(), with_tls()}) {
    if (server_) loop_.run_sync([&] { server_.reset(); });
    listen(config, [&](std::shared_ptr<Exchange> exchange) {
      exchange->on_abandoned([&] { abandoned.put(1); });
      held = std::move(exchange);
      arrived.put(1);
    });
    {
      Client client(port());
      if (config.tls) {
        ASSERT_TRUE(client.tls(&client_identity()));
      }
      client.send("GET / HTTP/1.1\r\n\r\n");
      ASSERT_TRUE(arrived.wait());
    }
    EXPECT_TRUE(abandoned.wait());
    loop_.run_sync([&] {
      held->respond({});  // too late, and harmless
      held.reset();
    });
  }
}

TEST_F(ServerTest, AnswersAHeldRequestLater) {
  Awaited<int> arrived;
  std::shared_ptr<Exchange> held;
  for (const auto& config : {plain(), with_tls()}) {
    if (server_) loop_.run_sync([&] { server_.reset(); });
    listen(config, [&](std::shared_ptr<Exchange> exchange) {
      held = std::move(exchange);
      arrived.put(1);
    });
    Client client(port());
    if (config.tls) {
      ASSERT_TRUE(client.tls(&client_identity()));
    }
    client.send("GET / HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(arrived.wait());
    loop_.run_sync([&] {
      held->respond({200, "text/plain", "at last", {}});
      held->respond({200, "text/plain", "twice", {}});
      held.reset();
    });
    const auto answer = client.receive_all();
    EXPECT_THAT(answer, HasSubstr("at last"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("twice")));
    if (config.tls) {
      EXPECT_TRUE(client.clean_end());
    }
  }
}

TEST_F(ServerTest, AnswersWhenTheHolderDoesNot) {
  auto config = plain();
  config.response_timeout = 50ms;
  Awaited<int> abandoned;
  std::shared_ptr<Exchange> held;
  listen(config, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->request().path == "/drop") return;
    exchange->on_abandoned([&] { abandoned.put(1); });
    held = std::move(exchange);
  });
  Client dropped(port());
  EXPECT_THAT(dropped.get("/drop"), StartsWith("HTTP/1.1 500"));
  Client late(port());
  EXPECT_THAT(late.get("/hold"), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(abandoned.wait());
  loop_.run_sync([&] { held.reset(); });
}

TEST_F(ServerTest, DyingWithAHeldExchangeIsQuiet) {
  Awaited<int> arrived;
  bool told = false;
  std::shared_ptr<Exchange> held;
  listen(plain(), [&](std::shared_ptr<Exchange> exchange) {
    exchange->on_abandoned([&] { told = true; });
    held = std::move(exchange);
    arrived.put(1);
  });
  Client client(port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(arrived.wait());
  loop_.run_sync([&] { server_.reset(); });
  EXPECT_EQ(client.receive_all(), "");
  loop_.run_sync([&] {
    held->respond({});
    held.reset();
  });
  EXPECT_FALSE(told);
}

TEST_F(ServerTest, MayBeDestroyedAfterTheLoopStopped) {
  Awaited<int> arrived;
  std::shared_ptr<Exchange> held;
  EventLoop loop;
  std::unique_ptr<Server> server;
  loop.run_sync([&] {
    server = std::move(*Server::listen(loop, with_tls(), [&](std::shared_ptr<Exchange> exchange) {
      held = std::move(exchange);
      arrived.put(1);
    }));
  });
  Client silent(server->port());
  Client client(server->port());
  ASSERT_TRUE(client.tls(&client_identity()));
  client.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(arrived.wait());
  loop.stop();
  server.reset();
  held.reset();
}

TEST_F(ServerTest, NamesThePortThatIsInUseAndTheWayOut) {
  listen(plain(), echo);
  auto config = plain();
  config.port = port();
  loop_.run_sync([&] {
    const auto second = Server::listen(loop_, config, echo);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().is(Errc::BindFailed));
    EXPECT_THAT(second.error().message(), HasSubstr("[::]:" + std::to_string(config.port)));
    EXPECT_THAT(second.error().message(), HasSubstr("choose another port"));
  });
}

TEST_F(ServerTest, RefusesBadAddressesAndIdentities) {
  loop_.run_sync([&] {
    auto config = plain();
    config.bind_address = "localhost";
    EXPECT_FALSE(Server::listen(loop_, config, echo));
    config.bind_address = "192.0.2.1";
    const auto nowhere = Server::listen(loop_, config, echo);
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error().message(), HasSubstr("bind address"));
    config = with_tls();
    config.tls->key_pem = client_identity().key_pem();
    const auto mismatch = Server::listen(loop_, config, echo);
    ASSERT_FALSE(mismatch);
    EXPECT_TRUE(mismatch.error().is(Errc::BadTlsIdentity));
  });
}

// ------------------------------------------------------------------ answers without an end

TEST_F(ServerTest, AStreamGoesOnUntilItsWriterLetsGo) {
  for (const bool tls : {false, true}) {
    std::shared_ptr<Stream> stream;
    auto config = tls ? with_tls() : plain();
    config.keep_alive = true;
    listen(config, [&](const std::shared_ptr<Exchange>& exchange) {
      stream = exchange->stream({200, "text/event-stream", "first", {}});
    });
    Client client(port());
    if (tls) {
      ASSERT_TRUE(client.tls(nullptr));
    }
    client.send("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
    std::string got;
    while (got.find("first") == std::string::npos) {
      const auto part = client.receive();
      ASSERT_FALSE(part.empty());
      got += part;
    }
    EXPECT_THAT(got, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(got, testing::Not(HasSubstr("Content-Length")));
    loop_.run_sync([&] {
      EXPECT_TRUE(stream->write("second"));
      EXPECT_TRUE(stream->write("third"));
      stream.reset();
    });
    EXPECT_EQ(client.receive_all(), "secondthird");
    EXPECT_TRUE(tls ? client.clean_end() : client.ended());
    EXPECT_TRUE(wait_for_connections(0));
    loop_.run_sync([&] { server_.reset(); });
  }
}

TEST_F(ServerTest, AStreamsWriterLearnsThatItsReaderLeft) {
  std::shared_ptr<Stream> stream;
  Awaited<bool> closed;
  listen(plain(), [&](const std::shared_ptr<Exchange>& exchange) {
    stream = exchange->stream({200, "text/event-stream", "first", {}});
    stream->on_closed([&] { closed.put(true); });
  });
  Client client(port());
  client.send("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
  client.receive();
  client.close();
  EXPECT_TRUE(closed.wait());
  loop_.run_sync([&] {
    EXPECT_FALSE(stream->write("more"));
    stream.reset();
  });
  EXPECT_TRUE(wait_for_connections(0));
}

TEST_F(ServerTest, AReaderThatTakesNothingIsDropped) {
  std::shared_ptr<Stream> stream;
  Awaited<bool> begun;
  auto config = plain();
  config.max_backlog_bytes = 64 * 1024;
  listen(config, [&](const std::shared_ptr<Exchange>& exchange) {
    stream = exchange->stream({200, "text/event-stream", "", {}});
    begun.put(true);
  });
  Client client(port());
  client.send("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
  ASSERT_TRUE(begun.wait());
  const std::string block(16 * 1024, 'x');
  bool dropped = false;
  // The kernel's buffers take some megabytes before anything waits here.
  for (int i = 0; i < 4000 && !dropped; ++i)
    loop_.run_sync([&] { dropped = !stream->write(block); });
  EXPECT_TRUE(dropped);
  EXPECT_TRUE(wait_for_connections(0));
  loop_.run_sync([&] { stream.reset(); });
}

TEST_F(ServerTest, WhatAReaderSaysDuringAStreamIsBounded) {
  std::shared_ptr<Stream> stream;
  Awaited<bool> closed;
  auto config = plain();
  config.max_header_bytes = 4096;
  listen(config, [&](const std::shared_ptr<Exchange>& exchange) {
    stream = exchange->stream({200, "text/event-stream", "first", {}});
    stream->on_closed([&] { closed.put(true); });
  });
  Client client(port());
  client.send("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
  client.receive();
  client.send(std::string(8192, 'x'));
  EXPECT_TRUE(closed.wait());
  loop_.run_sync([&] { stream.reset(); });
}

TEST_F(ServerTest, AnOwnCertificateIsShownToThoseWhoAskByItsName) {
  const auto own = test::make_server_certificate();
  const auto fingerprint = crypto::Certificate::from_pem(own.certificate_pem)->fingerprint();
  const auto& hosts = host_identity().certificate().fingerprint();
  listen(with_tls(), echo);
  const auto shown = [&](const char* asked, int version = 0) {
    Client client(port());
    EXPECT_TRUE(client.tls(&client_identity(), version, asked));
    // Who asks is known the same way, whichever certificate was shown.
    EXPECT_THAT(client.get("/x"), HasSubstr(client_identity().certificate().fingerprint()));
    const crypto::X509Ptr peer(SSL_get1_peer_certificate(client.ssl()));
    unsigned char digest[32];
    unsigned length = 0;
    EXPECT_EQ(X509_digest(peer.get(), EVP_sha256(), digest, &length), 1);
    return to_hex(ByteSpan(digest, length));
  };
  EXPECT_EQ(shown("den.example.org"), hosts);

  Client before(port());
  ASSERT_TRUE(before.tls(nullptr, 0, "den.example.org"));
  const auto put = [&](std::optional<NamedTls> named) {
    loop_.run_sync([&] {
      const auto ready = server_->prepare_named_tls(std::move(named));
      ASSERT_TRUE(ready);
      (*ready)();
    });
  };
  const NamedTls named{{own.certificate_pem, own.key_pem},
                       {"den.example.org", "*.lan.example.org"}};
  put(named);
  for (const int version : {0, TLS1_2_VERSION}) {
    EXPECT_EQ(shown("den.example.org", version), fingerprint);
    EXPECT_EQ(shown("tv.lan.example.org", version), fingerprint);
    EXPECT_EQ(shown("other.example.org", version), hosts);
    EXPECT_EQ(shown(nullptr, version), hosts) << "by address: what devices pin";
  }
  EXPECT_THAT(before.get("/still"), HasSubstr("200 OK")) << "an open connection goes on";

  loop_.run_sync([&] {
    auto broken = named;
    broken.identity.key_pem = host_identity().key_pem();
    EXPECT_FALSE(server_->prepare_named_tls(broken));
  });
  EXPECT_EQ(shown("den.example.org"), fingerprint) << "a refused one changes nothing";
  put(std::nullopt);
  EXPECT_EQ(shown("den.example.org"), hosts);
}

}  // namespace
}  // namespace pf::http
