// The client's idea of the host's clock (punktfunk1.md 9, punktfunk2.md 8): eight rounds at the
// start, a batch of eight every minute. Pure: time is passed in. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "native/wire/messages.hpp"

namespace pf::probe {

class ClockSync {
 public:
  static constexpr unsigned kRounds = 8;
  static constexpr std::chrono::seconds kRoundTimeout{2};
  static constexpr std::chrono::milliseconds kSpacing{7};
  static constexpr std::chrono::seconds kInterval{60};

  // The rounds of the start, one after the other.
  void begin(SteadyTime now);
  // A batch now instead of at its time.
  void resync(SteadyTime now);

  // Whether a probe is to be sent now; the caller then calls sent() with its t1.
  bool due(SteadyTime now);
  void sent(std::uint64_t t1_ns, SteadyTime now);
  enum class Echo : std::uint8_t { Taken = 1, Unexpected, Impossible };
  Echo on_echo(const native::wire::ClockEcho& echo, std::uint64_t t4_ns, SteadyTime now);
  // When due() may change its answer.
  SteadyTime next() const;

  // The rounds of the start are over, with or without answers.
  bool started() const { return phase_ != Phase::Connecting && phase_ != Phase::Idle; }
  bool answered() const { return offset_ns_.has_value(); }
  // Host minus client.
  std::optional<std::int64_t> offset_ns() const { return offset_ns_; }
  std::uint64_t rtt_ns() const { return rtt_ns_; }          // of the round taken
  std::uint64_t floor_rtt_ns() const { return floor_ns_; }  // the smallest of the session
  unsigned resyncs() const { return resyncs_; }
  unsigned rejected() const { return rejected_; }
  unsigned unanswered() const { return unanswered_; }

 private:
  enum class Phase : std::uint8_t { Idle, Connecting, Waiting, Batch, Settling };
  struct Round {
    std::uint64_t rtt_ns = 0;
    std::int64_t offset_ns = 0;
  };
  void take(const Round& round);
  void finish_batch(SteadyTime now);

  Phase phase_ = Phase::Idle;
  unsigned sent_ = 0, heard_ = 0;
  bool outstanding_ = false;  // Connecting: one at a time
  std::vector<std::uint64_t> open_;
  SteadyTime at_{};
  std::optional<Round> best_;
  std::optional<Round> kept_;  // the best of the batches that were rejected
  unsigned kept_count_ = 0;
  std::optional<std::int64_t> offset_ns_;
  std::uint64_t rtt_ns_ = 0, floor_ns_ = 0;
  unsigned resyncs_ = 0, rejected_ = 0, unanswered_ = 0;
};

}  // namespace pf::probe
