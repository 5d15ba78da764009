// UDP payloads from anybody into a QUIC endpoint's intake, without a socket: a host that demands a
// Retry, a host that does not, and a client that is dialling. Records of the input:
//   mode u8, then repeatedly: source u8, advance of time u8 (ms), length u16 little-endian, payload
#include <memory>

#include "base/result.hpp"
#include "native/quic/engine.hpp"

namespace {

using namespace pf;
using namespace pf::native::quic;

class Nowhere final : public PacketSink {
 public:
  void send(ByteSpan packet, const net::Endpoint&, const net::Endpoint&) override {
    PF_ASSERT(!packet.empty() && packet.size() <= kMaxUdpPayload);
    sent += packet.size();
  }
  std::size_t sent = 0;
};

class Deaf final : public ConnectionHandler {
 public:
  void on_connected(Connection&) override {}
  void on_stream_opened(StreamId, bool) override {}
  void on_stream_data(StreamId, ByteSpan, bool) override {}
  void on_stream_reset(StreamId, std::uint64_t) override {}
  void on_datagram(ByteSpan) override {}
  void on_closed(const CloseInfo&) override {}
};

std::shared_ptr<const Tls> server_tls() {
  static const auto tls = [] {
    const auto identity = crypto::Identity::generate("fuzz");
    PF_ASSERT(identity.has_value());
    return *Tls::server(*identity, {"pkf2", "pkf1"});
  }();
  return tls;
}

EngineOptions options_of(bool server, bool retry) {
  EngineOptions options;
  if (server) options.tls = server_tls();
  options.always_retry = retry;
  options.limits.half_open = 8;
  options.acceptor = [](Connection&) { return std::make_unique<Deaf>(); };
  options.on_media = [](ByteSpan packet, const net::Endpoint&) { PF_ASSERT(!packet.empty()); };
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader({data, size});
  const auto mode = reader.u8() % 3;
  Nowhere sink;
  EndpointCounters counters;
  Engine engine(options_of(mode != 2, mode == 0), sink, counters, std::make_shared<Doorbell>());
  Timestamp now = 1'000'000'000;
  const auto host = net::Endpoint::loopback_v4(9777);
  if (mode == 2) {
    static const auto tls = *Tls::client({}, {"pkf2"}, {});
    engine.connect(engine.new_ref(), tls, net::Endpoint(40000), host, std::make_unique<Deaf>(),
                   now);
    engine.run(now);
  }
  std::size_t received = 0;
  while (reader.ok() && reader.remaining() > 4) {
    const auto source = reader.u8();
    now += reader.u8() * 1'000'000U;
    const auto length = reader.le<std::uint16_t>();
    const auto packet = reader.take(std::min<std::size_t>(length, reader.remaining()));
    const auto from = source == 0 ? host : net::Endpoint::loopback_v4(source);
    engine.receive(packet, from, host, now);
    engine.run(now);
    received += packet.size();
    PF_ASSERT(counters.half_open.value() <= 8);
  }
  // A host never sends more than three times what it got from strangers (RFC 9000 8.1).
  if (mode != 2) PF_ASSERT(sink.sent <= 3 * received);
  // And remembers nobody who went away.
  for (int i = 0; i < 64 && engine.deadline() != kNever; ++i) {
    now = std::max(now, engine.deadline());
    engine.run(now);
  }
  if (mode != 2) PF_ASSERT(counters.half_open.value() == 0);
  PF_ASSERT(counters.connections.value() == 0);
  return 0;
}
