// The PIN window of native pairing (trust-and-console.md 3.1): a person opens it, the host shows a
// PIN, and one device may try it once. Control thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "crypto/x509.hpp"
#include "trust/attempt_limit.hpp"
#include "trust/device.hpp"
#include "trust/source.hpp"

namespace pf::trust {

// A PIN in memory: copies are wiped when they go. At most 16 characters.
class Pin {
 public:
  Pin() = default;
  explicit Pin(std::string_view text);  // longer text: PF_ASSERT
  Pin(const Pin&) = default;
  Pin& operator=(const Pin&) = default;
  ~Pin();
  std::string_view text() const { return {text_.data(), size_}; }
  // Four decimal digits, each of the 10,000 equally likely.
  static Pin random();

 private:
  std::array<char, 16> text_{};
  std::size_t size_ = 0;
};

struct ArmRequest {
  std::chrono::seconds ttl{120};  // clamped to 15 … 600 s
  crypto::Fingerprint bound{};    // only this device may use the window; empty = any on the LAN
  AccessChoice access{};          // for whoever completes the pairing
};

struct WindowStatus {
  bool armed = false;
  std::optional<std::chrono::seconds> left;  // absent: not armed, or armed without an end
  crypto::Fingerprint bound;
  AccessChoice access;
};

// What one attempt found. Armed is a copy taken at that moment: the window is not used up yet.
struct Attempt {
  enum class Kind : std::uint8_t { Armed = 1, NotArmed, BoundOther, RateLimited };
  Kind kind = Kind::NotArmed;
  std::uint64_t generation = 0;  // Armed: for consume()
  Pin pin;                       // Armed
  AccessChoice access;           // Armed
};

class PinWindow {
 public:
  explicit PinWindow(Executor& executor, AttemptLimits limits = {});

  // Opens the window anew, with a new PIN; an earlier window and its PIN are void. The answer is
  // the only place where the PIN is told. Errc::BadValue for a choice or fingerprint that may not
  // be.
  Result<Pin> arm(const ArmRequest& request);
  // A window without an end for the PIN of the command line; still good for one attempt only.
  void arm_without_end(const Pin& pin);
  // True when a window was open.
  bool disarm();
  WindowStatus status() const;

  // One pairing attempt of the certificate `fingerprint`; charged to the limits before the window
  // is looked at. Limits: see AttemptLimit; the device that the window is bound to has a limit of
  // its own, which no other address and no other device can use up.
  Attempt begin_attempt(const crypto::Fingerprint& fingerprint, const net::Endpoint& from,
                        Source source);
  // Uses the window up, just before the challenge leaves. False when it is not the window of that
  // attempt any more (used up, over, armed anew): then nothing changes and nothing may leave.
  [[nodiscard]] bool consume(std::uint64_t generation);

  // Runs after the window opened, closed or lapsed.
  void on_change(std::function<void()> observer) { changed_ = std::move(observer); }

 private:
  struct Window {
    Pin pin;
    std::uint64_t generation = 0;
    std::optional<SteadyTime> until;
    crypto::Fingerprint bound;
    AccessChoice access;
    std::optional<SteadyTime> last_bound_attempt;
  };
  bool open() const;
  void set(Window window);
  void close();

  Executor& executor_;
  AttemptLimit limit_;
  std::optional<Window> window_;
  std::uint64_t generation_ = 0;
  std::unique_ptr<Executor::Timer> lapse_;
  std::function<void()> changed_;
};

}  // namespace pf::trust
