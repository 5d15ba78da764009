#include "session/live.hpp"

#include <algorithm>

namespace pf::session {
namespace {

// The value below which a share `q` of them lies. Reorders them.
std::optional<std::uint32_t> quantile(std::vector<std::int64_t>& values, double q) {
  if (values.empty()) return std::nullopt;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(values[at] / 1000, 0, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

std::optional<Nanoseconds> picture_interval(const Stats& stats, std::int64_t since_ns,
                                            std::size_t least) {
  std::vector<std::int64_t> between;
  std::int64_t later = 0;
  stats.timelines.read(
      [&](const media::Timeline& t) {
        if (t.captured_ns < since_ns) return;
        if (later > t.captured_ns) between.push_back(later - t.captured_ns);
        later = t.captured_ns;
      },
      TimelineRing::kFrames);
  if (between.size() < least || between.empty()) return std::nullopt;
  const auto middle = between.begin() + static_cast<std::ptrdiff_t>(between.size() / 2);
  std::nth_element(between.begin(), middle, between.end());
  return Nanoseconds(*middle);
}

void LiveRing::sample(Stats& stats, std::int64_t unix_ms, std::int64_t steady_ns,
                      double elapsed_s) {
  const auto frames = stats.frames_sent.value();
  const auto bytes = stats.sent_bytes.value();
  LiveSample out;
  out.unix_ms = unix_ms;
  out.fps = static_cast<double>(frames - frames_) / elapsed_s;
  out.mbps = static_cast<double>(bytes - bytes_) * 8e-6 / elapsed_s;
  frames_ = frames;
  bytes_ = bytes;

  std::vector<std::int64_t> host, encode;
  const auto since = steady_ns - static_cast<std::int64_t>(elapsed_s * 1e9);
  stats.timelines.read(
      [&](const media::Timeline& t) {
        if (t.encoded_ns < since) return;
        if (t.last_packet_ns > t.captured_ns) host.push_back(t.last_packet_ns - t.captured_ns);
        if (t.encoded_ns > t.submitted_ns) encode.push_back(t.encoded_ns - t.submitted_ns);
      },
      TimelineRing::kFrames);
  out.host_p50_us = quantile(host, 0.5);
  out.host_p99_us = quantile(host, 0.99);
  out.encode_p50_us = quantile(encode, 0.5);
  out.encode_p99_us = quantile(encode, 0.99);

  out.loss_ppm = stats.loss_ppm.take();
  out.rtt_us = stats.rtt_us.value();
  out.fec_percent = stats.fec_percent.value();
  if (const auto kbps = stats.bitrate_kbps.value(); kbps > 0)
    out.bitrate_kbps = static_cast<std::uint32_t>(kbps);
  ring_[count_++ % kSeconds] = out;
}

std::vector<LiveSample> LiveRing::all() const {
  std::vector<LiveSample> samples;
  const auto have = std::min(count_, kSeconds);
  samples.reserve(have);
  for (auto i = count_ - have; i < count_; ++i) samples.push_back(ring_[i % kSeconds]);
  return samples;
}

const LiveSample* LiveRing::newest() const {
  return count_ == 0 ? nullptr : &ring_[(count_ - 1) % kSeconds];
}

}  // namespace pf::session
