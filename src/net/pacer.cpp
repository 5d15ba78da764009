#include "net/pacer.hpp"

#include <algorithm>

namespace pf::net {

Pacer::Pacer(const Options& options, Nanoseconds frame_interval)
    : options_(options), interval_(frame_interval) {}

void Pacer::set_rate(std::uint64_t bits_per_second) {
  if (bits_per_second != 0) options_.rate_bits_per_second = bits_per_second;
}

void Pacer::set_frame_interval(Nanoseconds interval) {
  interval_ = interval;
}

void Pacer::begin(SteadyTime now, std::size_t packets, std::size_t packet_bytes) {
  start_ = now;
  total_ = packets;
  sent_ = 0;
  group_ = packet_bytes == 0
               ? options_.burst_packets
               : std::min(options_.burst_packets, options_.burst_bytes / packet_bytes);
  group_ = std::max<std::size_t>(group_, 1);
  const double bits = static_cast<double>(packets) * static_cast<double>(packet_bytes) * 8;
  const double at_rate = bits * 1e9 / static_cast<double>(options_.rate_bits_per_second);
  const double limit = static_cast<double>(interval_.count()) * options_.interval_share;
  duration_ = Nanoseconds(static_cast<std::int64_t>(std::min(at_rate, std::max(limit, 0.0))));
}

SteadyTime Pacer::due(std::size_t packet) const {
  if (total_ == 0) return start_;
  const double share = static_cast<double>(packet) / static_cast<double>(total_);
  return start_ +
         Nanoseconds(static_cast<std::int64_t>(share * static_cast<double>(duration_.count())));
}

Pacer::Step Pacer::next(SteadyTime now, std::size_t ready) {
  if (ready == 0) return {0, now};
  // What is left of the group in which the last batch ended: a block may end within a group.
  const std::size_t in_group = group_ - sent_ % group_;
  const bool at_group_start = in_group == group_;
  if (at_group_start) {
    const SteadyTime deadline = due(sent_);
    if (deadline > now + options_.slack) return {0, deadline};
  }
  const std::size_t granted = std::min(in_group, ready);
  sent_ += granted;
  return {granted, now};
}

}  // namespace pf::net
