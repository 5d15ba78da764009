#include "probe/statistics.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace pf::probe {

void Samples::add(std::int64_t value) {
  if (values_.size() < kKept)
    values_.push_back(value);
  else
    values_[count_ % kKept] = value;
  max_ = count_ == 0 ? value : std::max(max_, value);
  ++count_;
  sum_ += static_cast<double>(value);
}

std::int64_t Samples::quantile(double q) const {
  if (values_.empty()) return 0;
  auto sorted = values_;
  const auto place = static_cast<std::size_t>(
      std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1) + 0.5);
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

namespace {

std::string ms(const Samples& us) {
  if (us.empty()) return "-";
  return fmt::format(
      "p50 {:.2f} ms, p95 {:.2f} ms, p99 {:.2f} ms", static_cast<double>(us.quantile(0.5)) / 1000,
      static_cast<double>(us.quantile(0.95)) / 1000, static_cast<double>(us.quantile(0.99)) / 1000);
}

void line(std::string& out, std::string_view name, const std::string& value) {
  out += fmt::format("{:<14}{}\n", name, value);
}

}  // namespace

std::string to_text(const Statistics& s) {
  std::string out;
  const auto& v = s.video;
  const double seconds = static_cast<double>(v.last_us - v.first_us) / 1e6;
  if (s.hello)
    line(out, "Mode",
         fmt::format("{}x{} at {} Hz, {}", s.hello->mode.width, s.hello->mode.height,
                     s.hello->mode.refresh_hz, s.alpn));
  line(out, "Frames",
       fmt::format("{} whole ({:.1f} per second), {} key, {} lost, {} held, {} late", v.frames,
                   seconds > 0 ? static_cast<double>(v.frames - 1) / seconds : 0.0, v.key_frames,
                   v.lost, v.held, v.late));
  if (v.first_frame_ms)
    line(out, "First frame", fmt::format("{} ms after the dial", *v.first_frame_ms));
  line(out, "Rate",
       fmt::format("{:.2f} Mb/s of video, {:.2f} Mb/s on the wire",
                   seconds > 0 ? static_cast<double>(v.bytes) * 8e-6 / seconds : 0.0,
                   seconds > 0 ? static_cast<double>(s.packets.bytes) * 8e-6 / seconds : 0.0));
  line(out, "Shards",
       fmt::format("{} came, {} repaired, {} dropped on purpose", s.shards.shards,
                   s.shards.repaired, s.forced_drops));
  line(out, "Interval", ms(v.interval_us));
  if (!v.latency_us.empty()) line(out, "Latency", ms(v.latency_us) + " (capture to arrival)");
  if (!s.timing.host_us.empty()) line(out, "In the host", ms(s.timing.host_us));
  if (!s.timing.encode_us.empty()) line(out, "  encoding", ms(s.timing.encode_us));
  if (!s.timing.network_us.empty()) line(out, "Network", ms(s.timing.network_us));
  if (s.clock_offset_ns)
    line(out, "Clock",
         fmt::format("offset {:.3f} ms, round trip {:.3f} ms",
                     static_cast<double>(*s.clock_offset_ns) / 1e6,
                     static_cast<double>(s.clock_rtt_ns) / 1e6));
  line(out, "Sound",
       fmt::format("{} packets, {} missing, {} recovered, {} late", s.audio.packets, s.audio.gaps,
                   s.audio.recovered, s.audio.late));
  for (const auto& test : s.speed_tests)
    line(out, "Speed test",
         test.result ? fmt::format("{} kb/s asked, {} packets sent, {} received, {:.1f} Mb/s",
                                   test.target_kbps, test.result->wire_packets,
                                   test.received_packets, test.received_mbps)
                     : fmt::format("{} kb/s asked, no answer", test.target_kbps));
  for (const auto& violation : s.violations.list())
    line(out, "BROKEN RULE",
         fmt::format("{} ({} times){}{}", violation.rule, violation.count,
                     violation.first.empty() ? "" : ": ", violation.first));
  return out;
}

}  // namespace pf::probe
