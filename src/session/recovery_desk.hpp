// What the client could not decode, and when the encoder owes it an answer. Any thread asks, the
// encode thread answers; no locks, no allocation (punktfunk1.md 6.9).
//
// Two kinds of asks: for an IDR (a decoder without any picture, a repeated request), and for a
// repair of units that were lost. One answer settles everything that was asked before it, and a
// loss that an earlier answer has healed already costs nothing.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"
#include "media/access_unit.hpp"

namespace pf::session {

// Unit indices count on after 2^32: a comes before b when the shorter way leads forward.
constexpr bool index_before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

class RecoveryDesk {
 public:
  // An IDR asked for without naming a loss comes this long after the one before: a client that lost
  // a frame asks again until it sees one, and one answer per round trip is enough.
  static constexpr std::chrono::milliseconds kIdrSpacing{100};
  // Losses name what was lost, so that nothing is answered twice; this only bounds what a client
  // that keeps losing (or says so) can spend. An IDR costs many pictures, going back hardly more
  // than one.
  static constexpr std::chrono::milliseconds kRepairSpacing{50}, kGoBackSpacing{8};
  // On a path that is full, IDRs keep it full. The next one waits until the line was free of the
  // last for twice as long as that took to send, however often it is asked for, but no longer than
  // this: a client that has nothing to show must not wait for ever.
  static constexpr unsigned kIdrRest = 3;
  static constexpr std::chrono::milliseconds kMostIdrSpacing{400};

  // Any thread.
  void request_idr() noexcept { idr_.store(true, std::memory_order_release); }
  void invalidate(std::uint32_t first, std::uint32_t last) noexcept;

  // The rest: encode thread. What the encoder may make in a second.
  void set_rate(std::uint32_t kbps) noexcept { kbps_ = kbps; }
  // Before anything else: the index of the last unit that was coded before
  // (0 = none); what was lost up to it is healed by the IDR that this encoder starts with.
  // `encoder_invalidates`: as will be said to take().
  void begin(std::uint32_t newest, bool encoder_invalidates) noexcept {
    newest_ = newest;
    spacing_ = encoder_invalidates ? kGoBackSpacing : kRepairSpacing;
  }
  // When the next unit has to answer: a time (possibly past), or max()
  // when nothing is asked.
  SteadyTime due() noexcept;

  struct Orders {
    bool force_idr = false;
    std::uint32_t invalid_from = 0;  // for an encoder that drops references; 0 = none
    bool repair = false;             // answers a reported loss
  };
  // What the unit coded at `now` must be; settles the asks that are due.
  Orders take(SteadyTime now, bool encoder_invalidates) noexcept;
  // It came out as `type`, of so many bytes, and got `index`. When it is not what was ordered (or
  // `coded` is never called for an order), the ask stands again.
  void coded(SteadyTime now, std::uint32_t index, media::FrameType type, const Orders& orders,
             std::size_t bytes = 0) noexcept;
  void not_coded(const Orders& orders) noexcept;

 private:
  void collect() noexcept;
  bool healed(std::uint32_t first, std::uint32_t last) const noexcept;
  SteadyTime next_idr() const noexcept;

  // Mailbox. The range is first << 32 | last; 0 = none (indices start at 1).
  std::atomic<bool> idr_{true};
  std::atomic<std::uint64_t> range_{0};

  // Encode thread.
  bool lost_ = false;  // units lost_first_ … lost_last_ are reported and not healed
  std::uint32_t lost_first_ = 0, lost_last_ = 0;
  std::uint32_t newest_ = 0;
  bool have_idr_ = false;
  std::uint32_t idr_index_ = 0;
  std::chrono::milliseconds idr_rest_{0};  // what the last one costs
  std::uint32_t kbps_ = 0;                 // 0 = unknown
  bool have_anchor_ = false;               // the last AfterInvalidation since the last IDR
  std::uint32_t anchor_index_ = 0, anchor_from_ = 0;
  SteadyTime last_idr_{}, last_repair_{};
  std::chrono::milliseconds spacing_ = kRepairSpacing;
};

}  // namespace pf::session
