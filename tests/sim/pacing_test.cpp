// Ten minutes of frames in virtual time: do source, encoder and sender beat against each other?
// The sources' clocks, the newest-wins slot and the pacers are the real ones; threads are moments,
// each late by a seeded amount as schedulers are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "base/latest_slot.hpp"
#include "capture/rate_gate.hpp"
#include "capture/x11/frame_clock.hpp"
#include "media/mode.hpp"
#include "native/media/pacing.hpp"
#include "net/pacer.hpp"

namespace pf::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Times = std::vector<SteadyTime>;

constexpr std::chrono::minutes kTime{10};
constexpr SteadyTime kOrigin{std::chrono::hours(1)};
constexpr std::size_t kPacketBytes = 1408;

// How late threads run: mostly a few tens of microseconds, now and then a millisecond.
class Lateness {
 public:
  explicit Lateness(unsigned seed) : random_(seed) {}
  Nanoseconds operator()() {
    const double tail = -std::log(1 - unit_(random_));
    const double rare = unit_(random_) < 0.002 ? 1e6 : 0;
    return Nanoseconds(static_cast<std::int64_t>(40e3 * tail + rare * unit_(random_)));
  }
  double uniform() { return unit_(random_); }

 private:
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> unit_{0, 1};
};

std::uint64_t frames_in(const media::Mode& mode) {
  std::uint64_t frames = 0;
  while (mode.frames(frames) < kTime) ++frames;
  return frames;
}

// When a display of its own rate shows something new and the gate lets it through.
Times through_gate(const media::Mode& display, const media::Mode& mode, Lateness& late) {
  capture::RateGate gate(mode.rate);
  Times taken;
  for (std::uint64_t n = 0; display.frames(n) < kTime; ++n) {
    const auto now = kOrigin + display.frames(n) + late();
    if (now < gate.opens()) continue;
    gate.took(now);
    taken.push_back(now);
  }
  return taken;
}

// A picture that moves all the time, polled.
Times by_clock(const media::Mode& mode, Lateness& late) {
  capture::x11::FrameClock clock(mode);
  Times taken;
  auto now = kOrigin;
  while (now < kOrigin + kTime) {
    clock.take(to_ns(now));
    taken.push_back(now);
    now = from_ns(clock.due_ns()) + late();
  }
  return taken;
}

// What a timer in whole milliseconds makes of the rate: the classic mistake.
Times by_whole_milliseconds(const media::Mode& mode, Lateness& late) {
  const auto step = std::chrono::floor<milliseconds>(mode.frames(1));
  Times taken;
  for (SteadyTime at = kOrigin; at < kOrigin + kTime; at += step) taken.push_back(at + late());
  return taken;
}

struct Sent {
  SteadyTime captured, last_packet;
};

// The pace of one frame, as the send thread keeps it; when its last packet left.
using Pace = std::function<SteadyTime(SteadyTime now, std::size_t packets)>;

template <class Pacer>
Pace pace_by(Pacer pacer, Lateness& late) {
  return [pacer, &late](SteadyTime now, std::size_t packets) mutable {
    pacer.begin(now, packets, kPacketBytes);
    for (std::size_t left = packets; left != 0;) {
      const auto step = pacer.next(now, left);
      if (step.packets == 0)
        now = std::max(now, step.wake) + late();
      else
        left -= step.packets;
    }
    return now;
  };
}

// Newest-wins slot, one frame in the encoder, one waiting for the sender.
std::vector<Sent> stream(const Times& captured, const media::Mode& mode, const Pace& pace,
                         Lateness& late) {
  LatestSlot<std::size_t> slot;
  std::vector<Sent> sent;
  SteadyTime encoder{kOrigin}, sender{kOrigin}, taken_by_sender{kOrigin};
  const auto interval = mode.frames(1);
  for (std::size_t next = 0; next < captured.size();) {
    // The encoder wakes for a frame, but does not run ahead of the network.
    encoder = std::max({encoder, captured[next] + late(), taken_by_sender});
    for (; next < captured.size() && captured[next] <= encoder; ++next) {
      std::size_t frame = next;
      slot.publish(std::move(frame));
    }
    const auto frame = slot.take();
    if (!frame) continue;
    // Pictures differ, and so does what they cost; most are larger than the first burst.
    encoder += Nanoseconds(static_cast<std::int64_t>(static_cast<double>(interval.count()) *
                                                     (0.1 + 0.2 * late.uniform())));
    const auto packets = static_cast<std::size_t>(60 + 60 * late.uniform());
    taken_by_sender = std::max(sender, encoder) + late();
    sender = pace(taken_by_sender, packets);
    sent.push_back({captured[*frame], sender});
  }
  return sent;
}

struct Beat {
  std::size_t repeated = 0, dropped = 0;           // by a screen of exactly the mode's rate
  Nanoseconds least{Nanoseconds::max()}, most{0};  // medians of the delay over ten seconds each
};

// A client's screen, which shows the newest frame at each of its refreshes, one interval after it
// was captured: only what adds up can make it miss one.
Beat seen(const std::vector<Sent>& sent, const media::Mode& mode) {
  Beat beat;
  const auto behind = mode.frames(1);
  std::size_t shown = 0;
  for (std::uint64_t n = 0; shown < sent.size(); ++n) {
    const auto refresh = kOrigin + behind + mode.frames(n);
    if (refresh > sent.back().last_packet) break;
    std::size_t fresh = 0;
    for (; shown < sent.size() && sent[shown].last_packet <= refresh; ++shown) ++fresh;
    if (fresh == 0) ++beat.repeated;
    if (fresh > 1) beat.dropped += fresh - 1;
  }
  const auto window = static_cast<std::size_t>(10 * mode.rate.value());
  for (std::size_t from = 0; from + window <= sent.size(); from += window) {
    std::vector<Nanoseconds> delays;
    for (std::size_t i = from; i < from + window; ++i)
      delays.push_back(sent[i].last_packet - sent[i].captured);
    std::nth_element(delays.begin(), delays.begin() + static_cast<long>(window / 2), delays.end());
    beat.least = std::min(beat.least, delays[window / 2]);
    beat.most = std::max(beat.most, delays[window / 2]);
  }
  return beat;
}

media::Mode mode_of(std::uint32_t num, std::uint32_t den = 1) {
  return {1280, 720, {num, den}};
}
const media::Mode kModes[] = {mode_of(30),  mode_of(60'000, 1'001),  mode_of(60),
                              mode_of(120), mode_of(144'000, 1'001), mode_of(240)};

std::vector<std::pair<const char*, Pace>> paces(const media::Mode& mode, Lateness& late) {
  const auto interval = mode.frames(1);
  return {{"GameStream", pace_by(net::Pacer({}, interval), late)},
          {"native", pace_by(native::media::FramePacer(20'000, interval), late)}};
}

void expect_even(const Times& captured, const media::Mode& mode, const Pace& pace, Lateness& late) {
  const auto sent = stream(captured, mode, pace, late);
  const auto beat = seen(sent, mode);
  EXPECT_EQ(sent.size(), captured.size()) << "frames were replaced by newer ones";
  // A millisecond's lateness may cost a screen of 240 Hz a frame now and then; a beat costs
  // thousands.
  EXPECT_LE(beat.repeated, sent.size() / 20'000);
  EXPECT_LE(beat.dropped, sent.size() / 20'000);
  // The delay neither grows nor swings.
  EXPECT_LT(beat.most - beat.least, mode.frames(1) / 20);
}

TEST(Pacing, TenMinutesOfADisplayWithTheModesRate) {
  for (const auto& mode : kModes) {
    Lateness late(1);
    for (const auto& [name, pace] : paces(mode, late)) {
      SCOPED_TRACE(to_string(mode) + ", " + name);
      const auto captured = through_gate(mode, mode, late);
      EXPECT_EQ(captured.size(), frames_in(mode));
      expect_even(captured, mode, pace, late);
    }
  }
}

TEST(Pacing, TenMinutesByTheClockOfAPolledScreen) {
  for (const auto& mode : kModes) {
    Lateness late(2);
    for (const auto& [name, pace] : paces(mode, late)) {
      SCOPED_TRACE(to_string(mode) + ", " + name);
      const auto captured = by_clock(mode, late);
      EXPECT_EQ(captured.size(), frames_in(mode));
      expect_even(captured, mode, pace, late);
    }
  }
}

// 60 Hz shown to a client that asked for 59.94: exactly what is too much is left out, one frame at
// a time, and nothing swings in between.
TEST(Pacing, ADisplayThatIsALittleFastLosesOnlyTheDifference) {
  const auto display = mode_of(60);
  const auto mode = mode_of(60'000, 1'001);
  Lateness late(3);
  const auto captured = through_gate(display, mode, late);
  EXPECT_NEAR(static_cast<double>(captured.size()), static_cast<double>(frames_in(mode)), 2);
  Nanoseconds most{0};
  for (std::size_t i = 1; i < captured.size(); ++i)
    most = std::max<Nanoseconds>(most, captured[i] - captured[i - 1]);
  EXPECT_LT(most, display.frames(2) + milliseconds(3));
  for (const auto& [name, pace] : paces(mode, late)) {
    SCOPED_TRACE(name);
    const auto sent = stream(captured, mode, pace, late);
    EXPECT_EQ(sent.size(), captured.size());
    const auto beat = seen(sent, mode);
    EXPECT_LT(beat.most - beat.least, mode.frames(1) / 20);
  }
}

// The test itself: a source in whole milliseconds beats, and is found out.
TEST(Pacing, ATimerInWholeMillisecondsIsFoundOut) {
  const auto mode = mode_of(60);
  Lateness late(4);
  const auto captured = by_whole_milliseconds(mode, late);
  const auto sent = stream(captured, mode, pace_by(net::Pacer({}, mode.frames(1)), late), late);
  const auto beat = seen(sent, mode);
  EXPECT_GT(beat.dropped + beat.repeated, 1'000U);
}

}  // namespace
}  // namespace pf::sim
