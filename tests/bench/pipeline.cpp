// The real video pipeline with the synthetic source, an encoder that only waits, and the native
// sink on loopback: what the host adds to a frame, and whether source, encoder and sender beat.
#include <fmt/format.h>

#include <mutex>
#include <numeric>
#include <thread>

#include "bench/bench.hpp"
#include "bench/measure.hpp"
#include "capture/synthetic/synthetic.hpp"
#include "native/media/video_sink.hpp"
#include "session/video_pipeline.hpp"

namespace pf::bench {
namespace {

namespace nm = pf::native::media;

// Units of one size that take a set time.
class Waiter final : public encode::Encoder {
 public:
  Waiter(std::size_t bytes, Nanoseconds time) : bitstream_(bytes, 0x5A), time_(time) {}
  const char* name() const override { return "waiter"; }
  encode::Outcome encode(const media::VideoFrame& frame, const encode::Directives& directives,
                         media::AccessUnit& out) noexcept override {
    return unit(frame.captured_ns, directives, out);
  }
  encode::Outcome repeat(std::int64_t captured_ns, const encode::Directives& directives,
                         media::AccessUnit& out) noexcept override {
    return unit(captured_ns, directives, out);
  }

 private:
  encode::Outcome unit(std::int64_t captured_ns, const encode::Directives& directives,
                       media::AccessUnit& out) noexcept {
    const auto begin = steady_now();
    if (time_.count() != 0) nm::sleep_until(begin + time_);
    out = media::AccessUnit(bitstream_, nullptr, nullptr);
    out.type = directives.force_idr ? media::FrameType::Idr : media::FrameType::Predicted;
    out.timeline.captured_ns = captured_ns;
    out.timeline.submitted_ns = to_ns(begin);
    out.timeline.encoded_ns = steady_now_ns();
    return encode::Outcome::Unit;
  }
  const Bytes bitstream_;
  const Nanoseconds time_;
};

// Keeps each frame's times. Only the send thread writes; read when it has ended.
class Watch final : public session::VideoSink {
 public:
  Watch(std::unique_ptr<nm::NativeVideoSink> sink, std::size_t most) : sink_(std::move(sink)) {
    seen.reserve(most);
  }
  bool send(media::AccessUnit& unit) noexcept override {
    const bool sent = sink_->send(unit);
    if (sent && !unit.repeat && seen.size() < seen.capacity()) seen.push_back(unit.timeline);
    return sent;
  }
  std::vector<media::Timeline> seen;

 private:
  std::unique_ptr<nm::NativeVideoSink> sink_;
};

struct Run {
  std::vector<media::Timeline> frames;
  std::uint64_t skipped = 0, repeats = 0;
};

Run run(const media::Mode& mode, std::size_t bytes, Nanoseconds encode_time,
        std::uint32_t rate_kbps, double seconds) {
  auto host = net::UdpSocket::open({});
  auto client = net::UdpSocket::open({.bind = net::Endpoint::loopback_v4(0)});
  PF_ASSERT(host && client);
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{0});
  const session::Gate gate;
  const auto link = std::make_shared<nm::VideoLink>();
  link->set_gate(&gate);
  link->destination.set(client->local(), {});
  nm::NativeVideoSink::Config config{.keys = *nm::Keys::v2(nm::Suite::Aes128Gcm, secret)};
  config.numbers = std::make_shared<nm::PacketNumbers>();
  config.rate_kbps = rate_kbps;
  config.frame_interval = mode.frames(1);
  config.socket = std::make_shared<net::UdpSocket>(std::move(*host));
  config.link = link;
  auto sink = nm::NativeVideoSink::create(std::move(config));
  PF_ASSERT(sink);
  const auto most = static_cast<std::size_t>(seconds * mode.rate.value()) + 100;
  Watch watch(std::move(*sink), most);
  session::Stats stats;
  session::Sequence sequence;
  encode::Config encoding;
  encoding.mode = mode;
  session::VideoPipeline pipeline(encoding, capture::synthetic::open_scripted(mode, {}),
                                  std::make_unique<Waiter>(bytes, encode_time), watch, gate, stats,
                                  sequence, 1, [](session::VideoPipeline::Lost) {});
  PF_ASSERT(pipeline.start());
  pipeline.release();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  pipeline.stop();
  return {std::move(watch.seen), stats.frames_skipped.value(), stats.repeats.value()};
}

double at(std::vector<double>& values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

void added(const char* what, const Run& result) {
  std::vector<double> us;
  // The first frames meet cold caches and a thread that has only just started.
  for (std::size_t i = 10; i < result.frames.size(); ++i) {
    const auto& t = result.frames[i];
    us.push_back(
        static_cast<double>(t.last_packet_ns - t.captured_ns - (t.encoded_ns - t.submitted_ns)) /
        1e3);
  }
  const double p50 = at(us, 0.5), p99 = at(us, 0.99);
  fmt::print("  {:<44} p50 {:7.1f} us, p90 {:7.1f} us, p99 {:7.1f} us of {} frames\n", what, p50,
             at(us, 0.9), p99, us.size());
}

}  // namespace

void latency(const Effort& effort) {
  const media::Mode mode{640, 360, {60, 1}};
  const double seconds = effort.rounds < 10 ? 0.5 : 20;
  fmt::print(
      "capture stamp to last packet of a 200 KB frame, encoder apart, sealed, 10 % parity; "
      "bar p50 300 us, p99 1000 us\n");
  added("path faster than the frame", run(mode, 200'000, {}, 100'000'000, seconds));
  added("paced for a stream of 100 Mb/s", run(mode, 200'000, {}, 100'000, seconds));
}

void beat(double seconds) {
  for (const auto rate : {media::Rational{60'000, 1'001}, media::Rational{60, 1}}) {
    const media::Mode mode{640, 360, rate};
    const auto result = run(mode, 40'000, std::chrono::milliseconds(4), 20'000, seconds);
    const double interval_us = static_cast<double>(mode.frames(1).count()) / 1e3;
    std::vector<double> capture, send, lag;
    std::size_t uneven = 0;
    for (std::size_t i = 1; i < result.frames.size(); ++i) {
      const auto& before = result.frames[i - 1];
      const auto& now = result.frames[i];
      capture.push_back(static_cast<double>(now.captured_ns - before.captured_ns) / 1e3);
      send.push_back(static_cast<double>(now.last_packet_ns - before.last_packet_ns) / 1e3);
      lag.push_back(static_cast<double>(now.last_packet_ns - now.captured_ns) / 1e3);
      if (send.back() > 1.5 * interval_us || send.back() < 0.5 * interval_us) ++uneven;
    }
    const double whole = result.frames.size() < 2
                             ? 0
                             : static_cast<double>(result.frames.back().captured_ns -
                                                   result.frames.front().captured_ns) /
                                   1e3 / static_cast<double>(result.frames.size() - 1);
    const auto early =
        std::vector<double>(lag.begin(), lag.begin() + static_cast<long>(lag.size() / 10));
    const auto late =
        std::vector<double>(lag.end() - static_cast<long>(lag.size() / 10), lag.end());
    fmt::print(
        "{:.3f} Hz for {:.0f} s: {} frames, {} skipped by the encoder, mean interval {:.3f} us "
        "of {:.3f}\n",
        rate.value(), seconds, result.frames.size(), result.skipped, whole, interval_us);
    fmt::print("  captured apart  p1 {:8.0f}  p50 {:8.0f}  p99 {:8.0f}  most {:8.0f} us\n",
               at(capture, 0.01), at(capture, 0.5), at(capture, 0.99), at(capture, 1));
    fmt::print(
        "  sent apart      p1 {:8.0f}  p50 {:8.0f}  p99 {:8.0f}  most {:8.0f} us; {} off by "
        "more than half an interval\n",
        at(send, 0.01), at(send, 0.5), at(send, 0.99), at(send, 1), uneven);
    fmt::print(
        "  capture to sent p1 {:8.0f}  p50 {:8.0f}  p99 {:8.0f}  most {:8.0f} us; first tenth "
        "{:.0f}, last tenth {:.0f}\n",
        at(lag, 0.01), at(lag, 0.5), at(lag, 0.99), at(lag, 1), spread(early).median,
        spread(late).median);
  }
}

}  // namespace pf::bench
