#include "fake_host.hpp"

#include "crypto/digest.hpp"
#include "native/pairing/ceremony.hpp"
#include "probe/identity_store.hpp"

namespace pf::probe {

namespace wire = native::wire;
namespace media = native::media;
namespace quic = native::quic;
namespace pairing = native::pairing;

const crypto::Identity& test_host_identity() {
  static const auto identity = *make_client_identity();
  return identity;
}

const crypto::Identity& test_client_identity() {
  static const auto identity = *make_client_identity();
  return identity;
}

Bytes test_picture(bool key, std::size_t bytes) {
  Bytes unit = key ? Bytes{0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 1, 0, 0, 0, 1, 0x65}
                   : Bytes{0, 0, 0, 1, 0x41};
  unit.resize(std::max(bytes, unit.size()), 0x7A);
  return unit;
}

class FakeHost::Peer final : public quic::ConnectionHandler {
 public:
  explicit Peer(FakeHost& host) : host_(host), plan_(host.plan_) {}

  void on_connected(quic::Connection& connection) override {
    connection_ = &connection;
    generation_ = connection.alpn() == wire::kAlpnV2 ? wire::Generation::V2 : wire::Generation::V1;
    reader_.emplace(generation_, wire::End::Host);
    reader_->expect_extensions(true);
    host_.peer_ = this;
  }
  void on_stream_opened(quic::StreamId stream, bool) override {
    if (!control_) control_ = stream;
  }
  void on_stream_data(quic::StreamId stream, ByteSpan bytes, bool) override {
    if (stream != control_) return;
    if (generation_ == wire::Generation::V2 && !typed_) {
      const auto type = type_reader_.next(bytes);
      if (!type || !*type) return;
      EXPECT_EQ(**type, wire::stream_type::kControl);
      typed_ = true;
    }
    for (;;) {
      auto incoming = reader_->next(bytes);
      ASSERT_TRUE(incoming) << incoming.error().message();
      if (!*incoming) return;
      ASSERT_TRUE((*incoming)->message) << (*incoming)->message.error().message();
      const auto message = *(*incoming)->message;
      host_.hear([&](Heard& heard) { heard.messages.push_back(message); });
      std::visit([this](const auto& m) { on(m); }, message);
    }
  }
  void on_stream_reset(quic::StreamId, std::uint64_t) override {}
  void on_datagram(ByteSpan bytes) override {
    host_.hear([&](Heard& heard) { heard.datagrams.emplace_back(bytes.begin(), bytes.end()); });
    const auto plane = wire::open_datagram(generation_, bytes);
    ASSERT_TRUE(plane);
    if (plane->tag != wire::Tag::Feedback) return;
    const auto feedback = wire::decode_feedback(*plane);
    ASSERT_TRUE(feedback);
    if (!feedback->ask || feedback->ask->number == last_ask_) return;
    last_ask_ = feedback->ask->number;
    recover(feedback->ask->keyframe);
  }
  void on_closed(const quic::CloseInfo& info) override {
    host_.hear([&](Heard& heard) { heard.closes.push_back(info.code); });
    if (host_.peer_ == this) host_.peer_ = nullptr;
  }

  void say(const wire::ControlMessage& message) {
    Bytes bytes;
    ASSERT_TRUE(wire::encode(generation_, message, bytes));
    say_raw(bytes);
  }
  void say_raw(ByteSpan bytes) { EXPECT_TRUE(connection_->write(*control_, bytes)); }
  void send_datagram(ByteSpan bytes) { connection_->send_datagram(bytes); }
  void close(wire::CloseCode code, std::string_view reason) {
    connection_->close(static_cast<std::uint64_t>(code), reason);
  }

  void send_frames(unsigned count, std::uint32_t first_flags) {
    for (unsigned i = 0; i < count; ++i)
      send_frame(i == 0 ? first_flags : std::uint32_t{media::flag::kPicture});
  }

 private:
  template <class M>
  void on(const M&) {}
  void on(const wire::ClientHello& hello) {
    for (unsigned i = 0; i < plan_.pendings; ++i) say(wire::Pending{});
    if (plan_.refusal) return close(*plan_.refusal, "as planned");
    if (!plan_.answer_hello) return;
    auto& reply = reply_;
    reply.udp_port = host_.media_.local().port();
    reply.key = crypto::random_array<16>();
    reply.salt = crypto::random_array<4>();
    reply.session_id = crypto::random_array<16>();
    reply.clock_origin_ns = clock_.origin_ns();
    reply.mode = hello.mode;
    reply.fec_percent = static_cast<std::uint8_t>(plan_.fec_percent);
    reply.max_data_per_block = 4096;
    reply.shard_payload = 1024;
    reply.bitrate_kbps = 20'000;
    reply.codec = wire::codec_bit::kH264;
    reply.host_caps = wire::host_cap::kGamepadState;
    reply.host_caps2 = wire::host_cap2::kExt | wire::host_cap2::kInputEdges;
    if (plan_.adjust) plan_.adjust(reply);
    say(reply);
  }
  void on(const wire::Ready& ready) {
    to_ = connection_->peer_address();
    if (generation_ == wire::Generation::V1) to_.set_port(ready.client_udp_port);
    make_packets();
    send_frames(plan_.frames, media::flag::kPicture | media::flag::kKey);
    for (std::uint32_t seq = 0; seq < plan_.sounds; ++seq) {
      std::array<std::uint8_t, 100> bytes{};
      const std::array<std::uint8_t, 3> opus{0xEC, 1, 2};  // 5 ms
      const auto size = wire::encode_audio(
          generation_, {wire::Tag::Audio, seq, clock_.now().wire_ns, opus, {}}, bytes);
      send_datagram(ByteSpan(bytes).first(size));
    }
  }
  void on(const wire::ClockProbe& probe) {
    if (!plan_.answer_clock) return;
    const auto now = clock_.now().wire_ns;
    say(wire::ClockEcho{probe.t1, now, now});
  }
  void on(const wire::RequestKeyframe&) { recover(true); }
  void on(const wire::RfiRequest&) { recover(false); }
  void on(const wire::Reconfigure& m) { say(wire::Reconfigured{true, m.mode}); }
  void on(const wire::SetBitrate& m) {
    say(wire::BitrateChanged{m.kbps, wire::BitrateReason::Granted});
  }
  void on(const wire::ProbeRequest&) { say(wire::ProbeResult{}); }
  void on(const wire::PairRequest& request) {
    const pairing::Spake2 spake(
        pairing::Role::Host, as_bytes(plan_.pin),
        pairing::raw_fingerprint(connection_->peer_fingerprint().value_or("")),
        pairing::raw_fingerprint(host_.fingerprint()));
    const auto proofs = spake.finish(request.spake_a);
    if (!proofs) return close(wire::CloseCode::SetupFailed, "malformed");
    expected_ = proofs->confirm_client;
    wire::PairChallenge challenge;
    const auto& point = spake.message();
    challenge.spake_b.assign(point.begin(), point.end());
    challenge.confirm = proofs->confirm_host;
    say(challenge);
  }
  void on(const wire::PairProof& proof) {
    say(wire::PairResult{plan_.pair_ok && expected_ && proof.confirm == *expected_});
  }

  void recover(bool keyframe) {
    host_.answered_recovery_ = true;
    send_frame(keyframe ? media::flag::kPicture | media::flag::kKey
                        : media::flag::kPicture | media::flag::kRecoveryAnchor);
  }

  void make_packets() {
    const auto suite = static_cast<media::Suite>(*reply_.suite);
    Bytes secret(32);
    if (generation_ == wire::Generation::V2) {
      ASSERT_TRUE(connection_->export_key("EXPORTER-punktfunk/2 media", reply_.session_id, secret));
    }
    auto keys = generation_ == wire::Generation::V2
                    ? media::Keys::v2(suite, secret)
                    : media::Keys::v1(suite, reply_.key, reply_.salt);
    ASSERT_TRUE(keys);
    auto sealer = media::PacketSealer::create(*keys);
    ASSERT_TRUE(sealer);
    media::VideoPackets::Config config;
    config.shard_payload = reply_.shard_payload;
    config.fec_percentage = plan_.fec_percent;
    config.arena_bytes = 1 << 20;
    auto packets = media::VideoPackets::create(config, std::move(*sealer),
                                               std::make_shared<media::PacketNumbers>());
    ASSERT_TRUE(packets);
    packets_.emplace(std::move(*packets));
  }

  void send_frame(std::uint32_t flags) {
    if (!packets_) return;
    const auto picture = test_picture((flags & media::flag::kKey) != 0, plan_.frame_bytes);
    media::FrameInfo info{clock_.now(), flags, 0};
    if (plan_.frame_info) plan_.frame_info(info);
    ASSERT_EQ(packets_->begin(picture, info), media::VideoPackets::Status::Ready);
    const auto index = packets_->frame_index();
    auto& socket = generation_ == wire::Generation::V2 ? *host_.endpoint_->socket() : host_.media_;
    std::size_t number = 0;
    for (auto run = packets_->next_run(); run.count != 0; run = packets_->next_run())
      for (std::size_t i = 0; i < run.count; ++i)
        if (!plan_.lose || !plan_.lose(index, number++))
          socket.send({run.base + i * run.stride, run.packet_bytes}, {.to = to_});
  }

  FakeHost& host_;
  const Plan& plan_;
  quic::Connection* connection_ = nullptr;
  wire::Generation generation_ = wire::Generation::V2;
  std::optional<quic::StreamId> control_;
  wire::StreamTypeReader type_reader_{wire::Generation::V2};
  bool typed_ = false;
  std::optional<wire::ControlReader> reader_;
  wire::ServerHello reply_;
  media::MediaClock clock_;
  std::optional<media::VideoPackets> packets_;
  net::Endpoint to_;
  std::uint16_t last_ask_ = 0;
  std::optional<pairing::Mac> expected_;
};

FakeHost::FakeHost(Plan plan)
    : plan_(std::move(plan)),
      media_(*net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)})) {
  // The acceptor may be called before endpoint_ is set, and needs it only for media after Ready.
  auto opened =
      quic::Endpoint::listen({.bind = net::Endpoint::loopback_v4(0),
                              .identity = test_host_identity(),
                              .alpns = plan_.alpns},
                             [this](quic::Connection&) { return std::make_unique<Peer>(*this); });
  EXPECT_TRUE(opened);
  endpoint_ = std::move(*opened);
}

FakeHost::~FakeHost() {
  endpoint_->stop();
}

net::Endpoint FakeHost::address() const {
  return net::Endpoint::loopback_v4(endpoint_->local().port());
}

void FakeHost::hear(const std::function<void(Heard&)>& change) {
  {
    const std::lock_guard lock(mutex_);
    change(heard_);
  }
  changed_.notify_all();
}

bool FakeHost::wait(const std::function<bool(const Heard&)>& enough) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return enough(heard_); });
}

FakeHost::Heard FakeHost::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

void FakeHost::with_peer(std::function<void(Peer&)> task) {
  endpoint_->post([this, task = std::move(task)] {
    if (peer_ != nullptr) task(*peer_);
  });
}

void FakeHost::say(wire::ControlMessage message) {
  with_peer([message = std::move(message)](Peer& peer) { peer.say(message); });
}
void FakeHost::say_raw(Bytes bytes) {
  with_peer([bytes = std::move(bytes)](Peer& peer) { peer.say_raw(bytes); });
}
void FakeHost::send_datagram(Bytes datagram) {
  with_peer([datagram = std::move(datagram)](Peer& peer) { peer.send_datagram(datagram); });
}
void FakeHost::send_frames(unsigned count, std::uint32_t first_flags) {
  with_peer([=](Peer& peer) { peer.send_frames(count, first_flags); });
}
void FakeHost::close(wire::CloseCode code, std::string reason) {
  with_peer([=](Peer& peer) { peer.close(code, reason); });
}

}  // namespace pf::probe
