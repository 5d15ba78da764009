#include "native/media/video_sink.hpp"

#include <poll.h>

#include <thread>

#include "base/thread.hpp"
#include "base/wake.hpp"
#include "native/media/probe_burst.hpp"
#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using namespace test;

constexpr int kLongMs = 10'000;

class Timings final : public FrameTimings {
 public:
  void on_frame_sent(const FrameTiming& timing) noexcept override {
    if (count < seen.size()) seen[count++] = timing;
  }
  std::array<FrameTiming, 64> seen{};
  std::size_t count = 0;
};

class Sinks : public testing::TestWithParam<Generation> {
 protected:
  Sinks() : client_(*net::UdpSocket::open({.receive_buffer_bytes = 8 << 20})) {
    link_->set_gate(&gate_);
    link_->destination.set(net::Endpoint::loopback_v4(client_.local().port()), {});
  }

  NativeVideoSink::Config config() {
    NativeVideoSink::Config made{
        .packets = {}, .keys = keys_, .numbers = numbers_, .clock = clock_};
    made.packets.shard_payload = 1'408;
    made.packets.max_shard_payload = 8'908;
    made.packets.max_data_per_block = 256;
    made.rate_kbps = 1'000'000;
    made.socket = socket_;
    made.link = link_;
    made.timings = timings_;
    return made;
  }
  std::unique_ptr<NativeVideoSink> sink() { return std::move(*NativeVideoSink::create(config())); }
  std::unique_ptr<ProbeBurst> probe() {
    ProbeBurst::Config made{.packets = {}, .keys = keys_, .numbers = numbers_, .clock = clock_};
    made.packets.fec_percentage = 10;
    made.socket = socket_;
    made.link = link_;
    return std::move(*ProbeBurst::create(std::move(made)));
  }

  pf::media::AccessUnit unit(std::size_t size,
                             pf::media::FrameType type = pf::media::FrameType::Idr) {
    bytes_ = random_bytes(size, ++units_);
    pf::media::AccessUnit made(bytes_, nullptr, nullptr);
    made.type = type;
    const auto now = steady_now_ns();
    made.timeline = {now - 5'000'000, now - 4'000'000, now - 1'000'000, 0, 0};
    return made;
  }

  Receiver receiver() {
    Receiver::Config made{.keys = keys_, .limits = {}};
    made.limits.max_data_per_block = 256;
    made.clock_origin_ns = clock_.origin_ns();
    return *Receiver::create(made);
  }
  // Everything that has come until now, or until a frame is whole.
  std::optional<ReceivedFrame> receive(Receiver& to, bool wait = true) {
    Bytes buffer(10'000);
    for (;;) {
      net::Received got;
      pollfd ready{client_.fd(), POLLIN, 0};
      if (wait && ::poll(&ready, 1, kLongMs) <= 0) return std::nullopt;
      if (client_.receive(buffer, got) != net::ReceiveStatus::Packet) return std::nullopt;
      if (auto frame = to.feed(MutableByteSpan(buffer).first(got.bytes))) return frame;
    }
  }

  Keys keys_ = keys(GetParam(), Suite::Aes128Gcm);
  std::shared_ptr<PacketNumbers> numbers_ = std::make_shared<PacketNumbers>();
  MediaClock clock_{1'700'000'000'000'000'000, steady_now_ns() - 1'000'000'000};
  std::shared_ptr<net::UdpSocket> socket_ =
      std::make_shared<net::UdpSocket>(*net::UdpSocket::open({}));
  net::UdpSocket client_;
  std::shared_ptr<VideoLink> link_ = std::make_shared<VideoLink>();
  std::shared_ptr<Timings> timings_ = std::make_shared<Timings>();
  session::Gate gate_;
  Bytes bytes_;
  std::uint64_t units_ = 0;
};
INSTANTIATE_TEST_SUITE_P(All, Sinks, testing::Values(Generation::V1, Generation::V2),
                         [](const auto& p) { return p.param == Generation::V1 ? "v1" : "v2"; });

TEST_P(Sinks, SendsFramesWithTimes) {
  const auto made = sink();
  auto to = receiver();
  auto frame = unit(50'000);
  ASSERT_TRUE(made->send(frame));
  EXPECT_GT(frame.timeline.first_packet_ns, frame.timeline.encoded_ns);
  EXPECT_GE(frame.timeline.last_packet_ns, frame.timeline.first_packet_ns);
  const auto got = receive(to);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->bytes, bytes_);
  EXPECT_EQ(got->index, 0U);
  EXPECT_EQ(got->flags, 5U);
  EXPECT_EQ(got->pts_ns, clock_.at(frame.timeline.captured_ns).wire_ns);
  ASSERT_EQ(timings_->count, 1U);
  const auto& t = timings_->seen[0];
  EXPECT_EQ(t.pts_ns, got->pts_ns);
  EXPECT_EQ(t.queue_us, 1'000U);
  EXPECT_EQ(t.encode_us, 3'000U);
  EXPECT_GE(t.total_us, 5'000U);
  EXPECT_NEAR(t.total_us, t.queue_us + t.encode_us + t.pace_us, 2);
  EXPECT_EQ(link_->counters.frames.value(), 1U);
  EXPECT_EQ(link_->counters.packets.value(), numbers_->next());
  EXPECT_GT(link_->counters.bytes.value(), 50'000U);
  EXPECT_EQ(link_->counters.dropped_packets.value(), 0U);
}

TEST_P(Sinks, NothingLeavesThroughAClosedGate) {
  const auto made = sink();
  auto to = receiver();
  gate_.shut();
  auto frame = unit(5'000);
  EXPECT_FALSE(made->send(frame));
  EXPECT_EQ(frame.timeline.first_packet_ns, 0);
  EXPECT_FALSE(receive(to, false));
  EXPECT_EQ(to.stats().datagrams, 0U);
  EXPECT_EQ(timings_->count, 0U);
}

TEST_P(Sinks, AGateThatShutsStopsTheFrameInTheMiddle) {
  auto slow = config();
  slow.rate_kbps = 1'000;
  slow.frame_interval = std::chrono::seconds(5);
  const auto made = std::move(*NativeVideoSink::create(std::move(slow)));
  auto frame = unit(2'000'000);
  std::jthread closer([this] {
    pollfd ready{client_.fd(), POLLIN, 0};
    ::poll(&ready, 1, kLongMs);
    gate_.shut();
  });
  EXPECT_FALSE(made->send(frame));
  EXPECT_EQ(frame.timeline.last_packet_ns, 0);
  EXPECT_LT(link_->counters.bytes.value(), 2'000'000U);
  EXPECT_EQ(link_->counters.frames_failed.value(), 1U);
}

TEST_P(Sinks, WaitsForGateAndDestination) {
  link_ = std::make_shared<VideoLink>();
  const auto made = sink();
  auto frame = unit(100);
  EXPECT_FALSE(made->send(frame));
  link_->set_gate(&gate_);
  EXPECT_FALSE(made->send(frame));
  link_->destination.set(net::Endpoint::loopback_v4(client_.local().port()), {});
  EXPECT_TRUE(made->send(frame));
  auto to = receiver();
  const auto got = receive(to);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->index, 0U);  // what could not leave used no index
}

TEST_P(Sinks, FollowsAClientThatMoves) {
  const auto made = sink();
  auto to = receiver();
  auto frame = unit(100);
  ASSERT_TRUE(made->send(frame));
  ASSERT_TRUE(receive(to));
  while (receive(to, false)) {
  }
  auto moved = *net::UdpSocket::open({});
  link_->destination.set(net::Endpoint::loopback_v4(moved.local().port()), {});
  ASSERT_TRUE(made->send(frame));
  EXPECT_FALSE(receive(to, false));
  std::swap(moved, client_);
  EXPECT_TRUE(receive(to));
}

TEST_P(Sinks, AVanishedClientIsHarmless) {
  const auto made = sink();
  {
    const auto gone = *net::UdpSocket::open({});
    link_->destination.set(net::Endpoint::loopback_v4(gone.local().port()), {});
  }
  for (int i = 0; i < 5; ++i) {
    auto frame = unit(20'000);
    EXPECT_TRUE(made->send(frame));
  }
  link_->destination.set(net::Endpoint::loopback_v4(client_.local().port()), {});
  auto frame = unit(20'000);
  EXPECT_TRUE(made->send(frame));
  auto to = receiver();
  const auto got = receive(to);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->index, 5U);
}

TEST_P(Sinks, RefusesWhatCannotBeSentWhole) {
  const auto made = sink();
  auto empty = unit(0);
  EXPECT_FALSE(made->send(empty));
  auto huge = unit((std::size_t{8} << 20) + 1);
  EXPECT_FALSE(made->send(huge));
  EXPECT_EQ(numbers_->next(), 0U);
}

TEST_P(Sinks, TakesRequestsFromOtherThreads) {
  const auto made = sink();
  auto to = receiver();
  auto frame = unit(140'800);
  ASSERT_TRUE(made->send(frame));
  EXPECT_EQ(numbers_->next(), 110U);
  link_->set_fec_percentage(50);
  ASSERT_TRUE(made->send(frame));
  EXPECT_EQ(numbers_->next(), 260U);
  link_->set_shard_payload(704);
  link_->set_rate_kbps(2'000'000);
  link_->set_frame_interval_ns(8'000'000);
  ASSERT_TRUE(made->send(frame));
  EXPECT_EQ(numbers_->next(), 560U);
  link_->set_shard_payload(9'000);  // more than agreed: ignored
  link_->set_epoch(4);
  frame.type = pf::media::FrameType::Predicted;
  ASSERT_TRUE(made->send(frame));
  EXPECT_EQ(numbers_->next(), 860U);
  frame.type = pf::media::FrameType::Idr;
  ASSERT_TRUE(made->send(frame));
  std::vector<int> epochs;
  for (int i = 0; i < 5; ++i) {
    const auto got = receive(to);
    ASSERT_TRUE(got) << i;
    EXPECT_EQ(got->bytes, bytes_);
    epochs.push_back(got->epoch);
  }
  EXPECT_EQ(epochs, GetParam() == Generation::V1 ? std::vector<int>({0, 0, 0, 0, 0})
                                                 : std::vector<int>({0, 0, 0, 0, 4}));
}

TEST_P(Sinks, TimeNeverGoesBack) {
  const auto made = sink();
  auto to = receiver();
  auto frame = unit(100);
  const auto captured = frame.timeline.captured_ns;
  std::vector<std::uint64_t> times;
  for (const std::int64_t at : {captured, captured - 5'000'000, captured + 3'000}) {
    frame.timeline.captured_ns = at;
    ASSERT_TRUE(made->send(frame));
    times.push_back(receive(to)->pts_ns);
  }
  EXPECT_EQ(times[0], times[1]);
  EXPECT_EQ(times[2], times[0] + 3'000);
  frame.timeline.captured_ns = 0;  // unknown: now
  ASSERT_TRUE(made->send(frame));
  EXPECT_GT(receive(to)->pts_ns, times[2]);
}

TEST_P(Sinks, TheSendingPathDoesNotAllocate) {
  const auto made = sink();
  for (const std::size_t size : {100UL, 20'000UL, 400'000UL, 1'300'000UL}) {
    auto frame = unit(size);
    link_->set_fec_percentage(static_cast<unsigned>(size % 90));
    const NoAllocScope no_alloc;
    made->send(frame);
  }
  // The key changes on the way, in V2.
  numbers_->take((1U << 23) - 20 - numbers_->next());
  auto frame = unit(100'000);
  {
    const NoAllocScope no_alloc;
    EXPECT_TRUE(made->send(frame));
  }
  EXPECT_GT(numbers_->next(), 1U << 23);
}

TEST_P(Sinks, SendsShardsAgainThatTheClientAsksFor) {
  auto keeping = config();
  keeping.packets.resend_bytes = 1 << 20;
  keeping.packets.fec_percentage = 0;
  const auto made = std::move(*NativeVideoSink::create(std::move(keeping)));
  auto frame = unit(100'000);
  ASSERT_TRUE(made->send(frame));  // 72 packets: nine may go again
  ASSERT_TRUE(link_->ask_resend({0, {5, 71, 72}, 3}));
  ASSERT_TRUE(link_->ask_resend({1, {0}, 1}));
  ASSERT_TRUE(link_->ask_resend({0, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10}));
  {
    const NoAllocScope no_alloc;
    made->on_call();
  }
  const bool v2 = GetParam() == Generation::V2;
  EXPECT_EQ(link_->counters.resent_packets.value(), v2 ? 9U : 0U);
  EXPECT_EQ(link_->counters.resends_refused.value(), v2 ? 5U : 14U);
  auto to = receiver();
  ASSERT_TRUE(receive(to));
  while (receive(to, false)) {
  }
  EXPECT_EQ(to.video().stats().duplicates, v2 ? 9U : 0U) << "the same shards under new numbers";
  EXPECT_EQ(to.stats().replayed, 0U);
  // Asks that nobody takes are bounded.
  int taken = 0;
  while (link_->ask_resend({0, {0}, 1})) ++taken;
  EXPECT_LT(taken, 16);
  gate_.shut();
  made->on_call();
  EXPECT_EQ(link_->counters.resent_packets.value(), v2 ? 9U : 0U);
}

TEST_P(Sinks, SettingsAreChecked) {
  auto bad = config();
  bad.socket.reset();
  EXPECT_FALSE(NativeVideoSink::create(std::move(bad)));
  bad = config();
  bad.packets.shard_payload = 3;
  EXPECT_FALSE(NativeVideoSink::create(std::move(bad)));
  ProbeBurst::Config probe{.packets = {}, .keys = keys_, .numbers = numbers_, .clock = clock_};
  EXPECT_FALSE(ProbeBurst::create(probe));
}

struct Done {
  void set(const ProbeResult& r) {
    result = r;
    wake.signal();
  }
  ProbeResult result;
  Wake wake;
};

TEST_P(Sinks, AProbeRunsBesideVideo) {
  const auto made = sink();
  const auto burst = probe();
  Done done;
  ASSERT_TRUE(burst->start(20'000, std::chrono::milliseconds(100),
                           [&](const ProbeResult& r) { done.set(r); }));
  EXPECT_FALSE(burst->start(1'000, std::chrono::milliseconds(1), [](const ProbeResult&) {}));
  std::atomic<bool> over{false};
  std::uint64_t frames = 0;
  auto to = receiver();
  std::jthread waiter([&] {
    done.wake.wait();
    over = true;
  });
  while (!over) {
    auto frame = unit(10'000, pf::media::FrameType::Predicted);
    ASSERT_TRUE(made->send(frame));
    ++frames;
    ASSERT_TRUE(receive(to));
  }
  receive(to, false);
  EXPECT_EQ(to.video().stats().frames, frames);
  EXPECT_EQ(to.video().stats().frames_lost, 0U);
  EXPECT_EQ(to.stats().replayed, 0U);  // no number was used twice
  EXPECT_EQ(to.stats().forged, 0U);
  EXPECT_EQ(to.probe().stats().frames, done.result.units);
  EXPECT_EQ(to.stats().probe_packets, done.result.wire_packets);
  EXPECT_EQ(done.result.send_drops, 0U);
  EXPECT_GE(done.result.duration_ms, 95U);
  EXPECT_GT(done.result.units, 0U);
  // 20 Mb/s in 240 units a second; a stalled machine sends fewer.
  EXPECT_EQ(done.result.bytes, done.result.units * std::uint64_t{20'000'000 / 8 / 240});
  EXPECT_LE(done.result.units, 25U);
}

TEST_P(Sinks, ProbesAreCancelledAndRepeatable) {
  const auto burst = probe();
  for (int i = 0; i < 3; ++i) {
    Done done;
    ASSERT_TRUE(
        burst->start(1'000, std::chrono::hours(1), [&](const ProbeResult& r) { done.set(r); }));
    pollfd ready{client_.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, kLongMs), 1);
    burst->cancel();
    done.wake.wait();
    EXPECT_LT(done.result.duration_ms, 5'000U);
    EXPECT_GT(done.result.units, 0U);
    auto to = receiver();
    receive(to, false);
  }
}

TEST_P(Sinks, ProbesStopAtAClosedGate) {
  const auto burst = probe();
  gate_.shut();
  Done done;
  ASSERT_TRUE(
      burst->start(1'000'000, std::chrono::seconds(5), [&](const ProbeResult& r) { done.set(r); }));
  done.wake.wait();
  EXPECT_EQ(done.result.wire_packets, 0U);
  EXPECT_EQ(done.result.units, 0U);
}

TEST(UserFlags, FollowTheUnit) {
  pf::media::AccessUnit unit;
  const auto flags = [&](pf::media::FrameType type, bool repeat = false, bool marks = true) {
    unit.type = type;
    unit.repeat = repeat;
    return user_flags(unit, marks);
  };
  using pf::media::FrameType;
  EXPECT_EQ(flags(FrameType::Idr), 0x5U);
  EXPECT_EQ(flags(FrameType::Predicted), 0x1U);
  EXPECT_EQ(flags(FrameType::IntraRefreshPoint), 0x11U);
  EXPECT_EQ(flags(FrameType::AfterInvalidation), 0x21U);
  EXPECT_EQ(flags(FrameType::Predicted, true), 0x101U);
  EXPECT_EQ(flags(FrameType::Predicted, true, false), 0x1U);
}

}  // namespace
}  // namespace pf::native::media
