#include "native/quic/endpoint.hpp"

#include <poll.h>

#include <ctime>
#include <exception>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"
#include "native/quic/engine.hpp"

namespace pf::native::quic {
namespace {

constexpr std::size_t kPacketsPerWake = 128;  // then timers and writing get their turn
constexpr std::size_t kBufferBytes = 65'536;  // of packets that arrived together

Timestamp now_ns() {
  return static_cast<Timestamp>(steady_now_ns());
}

bool sane(const Timing& timing, const Limits& limits) {
  using std::chrono::milliseconds;
  return timing.idle_timeout > milliseconds(0) && timing.handshake_timeout > milliseconds(0) &&
         limits.half_open > 0 && limits.connections > 0 && limits.stream_window_bytes > 0 &&
         limits.connection_window_bytes > 0 && limits.stream_backlog_bytes > 0;
}

}  // namespace

struct Endpoint::Impl final : PacketSink {
  Impl(net::UdpSocket opened, EngineOptions options)
      : socket(std::make_shared<net::UdpSocket>(std::move(opened))),
        bell(std::make_shared<Doorbell>()),
        engine(std::move(options), *this, counters, bell) {}

  void send(ByteSpan packet, const net::Endpoint& to, const net::Endpoint& from) override {
    net::Route route;
    route.to = to;
    route.from = from;
    if (socket->send(packet, route) != net::SendStatus::Sent) counters.send_failures.add();
  }

  void start() {
    thread = std::jthread([this] { run(); });
  }

  void run() {
    name_this_thread("pf-quic");
    thread_id = std::this_thread::get_id();
    while (!stopping.load(std::memory_order_acquire)) {
      const bool rang = wait();
      counters.wakeups.add();
      if (rang) {
        bell->quiet();
        run_tasks();
        engine.ports_rang();
      }
      receive_some();
      engine.run(now_ns());
    }
    run_tasks();
    std::string reason;
    std::uint64_t code = 0;
    {
      const std::lock_guard lock(mutex);
      reason = stop_reason;
      code = stop_code;
    }
    engine.stop(code, reason, now_ns());
  }

  // True when the doorbell was rung.
  bool wait() {
    pollfd entries[2] = {{socket->fd(), POLLIN, 0}, {bell->fd(), POLLIN, 0}};
    const auto deadline = engine.deadline();
    timespec timeout{};
    if (deadline != kNever) {
      const auto now = now_ns();
      const auto left = deadline > now ? deadline - now : 0;
      timeout.tv_sec = static_cast<time_t>(left / 1'000'000'000);
      timeout.tv_nsec = static_cast<long>(left % 1'000'000'000);
    }
    const int ready = ::ppoll(entries, 2, deadline == kNever ? nullptr : &timeout, nullptr);
    return ready > 0 && entries[1].revents != 0;
  }

  void run_tasks() {
    std::vector<std::function<void()>> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(tasks);
    }
    for (auto& task : batch) try {
        task();
      } catch (const std::exception& e) {
        log::error("quic", "a posted task failed", "what", e.what());
      }
  }

  void receive_some() {
    for (std::size_t i = 0; i < kPacketsPerWake; ++i) {
      net::Received got;
      const auto status = socket->receive(buffer, got);
      if (status == net::ReceiveStatus::Empty) return;
      // An error here is one that an earlier packet of ours met on its way; the next call goes on.
      if (status == net::ReceiveStatus::Failed || got.truncated) continue;
      const auto step =
          got.segment_bytes != 0 ? got.segment_bytes : std::max<std::size_t>(got.bytes, 1);
      const auto now = now_ns();
      std::size_t at = 0;
      do {
        engine.receive(ByteSpan(buffer).subspan(at, std::min(step, got.bytes - at)), got.from,
                       got.local, now);
        at += step;
      } while (at < got.bytes);
    }
  }

  bool post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex);
      if (stop_asked) return false;
      tasks.push_back(std::move(task));
    }
    bell->ring();
    return true;
  }

  EndpointCounters counters;
  std::shared_ptr<net::UdpSocket> socket;
  std::shared_ptr<Doorbell> bell;
  Engine engine;
  Bytes buffer = Bytes(kBufferBytes);

  std::mutex mutex;
  std::vector<std::function<void()>> tasks;  // guarded
  bool stop_asked = false;                   // guarded
  std::uint64_t stop_code = 0;               // guarded
  std::string stop_reason;                   // guarded
  std::atomic<bool> stopping{false};
  std::atomic<std::thread::id> thread_id{};
  std::jthread thread;
};

Endpoint::Endpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Endpoint::~Endpoint() {
  stop();
}

Result<std::unique_ptr<Endpoint>> Endpoint::open(const net::UdpSocket::Options& wanted,
                                                 EngineOptions options) {
  if (!sane(options.timing, options.limits)) return fail(Errc::BadOptions, "timing or limits");
  auto socket = net::UdpSocket::open(wanted);
  if (!socket) return fail(Errc::SocketFailed, socket.error().message());
  auto impl = std::make_unique<Impl>(std::move(*socket), std::move(options));
  if (impl->bell->fd() < 0) return fail(Errc::SocketFailed, "eventfd");
  impl->start();
  return std::unique_ptr<Endpoint>(new Endpoint(std::move(impl)));
}

Result<std::unique_ptr<Endpoint>> Endpoint::listen(ListenOptions options, Acceptor acceptor) {
  if (!acceptor) return fail(Errc::BadOptions, "no acceptor");
  auto tls = Tls::server(options.identity, options.alpns);
  if (!tls) return pass(tls);
  EngineOptions engine;
  engine.tls = std::move(*tls);
  engine.timing = options.timing;
  engine.limits = options.limits;
  engine.always_retry = options.always_retry;
  engine.token_lifetime = options.token_lifetime;
  engine.acceptor = std::move(acceptor);
  // Probes for the path's MTU must not be cut into fragments; nor, then, are media packets.
  return open({.bind = options.bind, .forbid_fragments = true}, std::move(engine));
}

Result<std::unique_ptr<Endpoint>> Endpoint::client(ClientOptions options) {
  EngineOptions engine;
  engine.timing = options.timing;
  engine.limits = options.limits;
  engine.on_media = std::move(options.on_media);
  return open({.bind = options.bind,
               .receive_buffer_bytes = options.receive_buffer_bytes,
               .forbid_fragments = true,
               .coalesce = true},
              std::move(engine));
}

Result<ConnectionRef> Endpoint::connect(ConnectOptions options) {
  if (!options.handler) return fail(Errc::BadOptions, "no handler");
  if (impl_->engine.options().tls) return fail(Errc::BadOptions, "a server does not connect");
  auto tls = Tls::client(options.identity, options.alpns, options.expected_host);
  if (!tls) return pass(tls);
  const auto ref = impl_->engine.new_ref();
  // A function object must be copyable, a handler is not.
  struct Dial {
    std::shared_ptr<const Tls> tls;
    net::Endpoint address;
    std::unique_ptr<ConnectionHandler> handler;
  };
  auto dial =
      std::make_shared<Dial>(Dial{std::move(*tls), options.address, std::move(options.handler)});
  const bool posted = impl_->post([impl = impl_.get(), ref, dial] {
    impl->engine.connect(ref, dial->tls, impl->socket->local(), dial->address,
                         std::move(dial->handler), now_ns());
  });
  if (!posted) return fail(Errc::Closed, "the endpoint is stopped");
  return ref;
}

void Endpoint::post(std::function<void()> task) {
  impl_->post(std::move(task));
}

void Endpoint::post(ConnectionRef ref, std::function<void(Connection&)> task) {
  impl_->post([impl = impl_.get(), ref, task = std::move(task)] {
    if (auto* const connection = impl->engine.find(ref)) task(*connection);
  });
}

Connection* Endpoint::find(ConnectionRef ref) const {
  return impl_->engine.find(ref);
}

bool Endpoint::on_quic_thread() const {
  return std::this_thread::get_id() == impl_->thread_id.load();
}

const std::shared_ptr<net::UdpSocket>& Endpoint::socket() const {
  return impl_->socket;
}

net::Endpoint Endpoint::local() const {
  return impl_->socket->local();
}

const EndpointCounters& Endpoint::counters() const {
  return impl_->counters;
}

void Endpoint::set_idle_timeout(std::chrono::milliseconds idle_timeout) {
  post([impl = impl_.get(), idle_timeout] { impl->engine.set_idle_timeout(idle_timeout); });
}

void Endpoint::stop(std::uint64_t code, std::string_view reason) {
  PF_ASSERT(!on_quic_thread());
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stop_asked) {
      impl_->stop_asked = true;
      impl_->stop_code = code;
      impl_->stop_reason = reason;
    }
  }
  impl_->stopping.store(true, std::memory_order_release);
  impl_->bell->ring();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace pf::native::quic
