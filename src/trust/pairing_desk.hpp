// Pairing requests that wait for a person. GameStream: the client shows a PIN, the operator types
// it (trust-and-console.md 3.4). Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "net/endpoint.hpp"
#include "trust/allow_list.hpp"

namespace pf::trust {

struct PinRequest {
  std::uint64_t id = 0;
  Plane plane = Plane::GameStream;
  std::string unique_id;            // what the client sent; identifies nobody
  crypto::Fingerprint fingerprint;  // of the certificate that will be paired
  net::Endpoint from;
  std::int64_t since_unix = 0;
};

struct PinLimits {
  std::size_t total = 4;
  std::size_t per_address = 1;
  std::chrono::milliseconds wait{120'000};
};

// How a waiting request ended.
struct PinAnswer {
  enum class Kind : std::uint8_t {
    Typed = 1,
    TimedOut,
    Cancelled,
    Replaced
  } kind = Kind::Cancelled;
  std::string pin;        // secret; Typed only
  std::string label;      // the operator's name for the device; may be empty
  AccessChoice access{};  // Typed: what it will be allowed
};

class PairingDesk {
 public:
  using Waiter = std::function<void(PinAnswer)>;
  explicit PairingDesk(Executor& executor, PinLimits limits = {});
  ~PairingDesk();

  // Errc::TooMany when the desk is full. The same certificate from the same address replaces its
  // earlier request (which ends as Replaced); another one from that address: Errc::AlreadyWaiting.
  Result<std::uint64_t> wait_for_pin(PinRequest request, Waiter waiter);
  void cancel(std::uint64_t id);
  std::vector<PinRequest> pending() const;

  // The operator's PIN for exactly this request. `pin`: 1 to 16 ASCII digits (Errc::BadValue);
  // Errc::NothingWaiting when that request is gone.
  // A choice of access that may not be: Errc::BadValue.
  Result<> submit_pin(std::uint64_t id, const std::string& pin, const std::string& label,
                      const AccessChoice& access = {});
  // The only waiting request, for the convenience of the command line: Errc::NothingWaiting when
  // there is none, Errc::TooMany when it would be a guess.
  Result<std::uint64_t> only_pending() const;

  // Outcomes, newest last, for the console and `ctl`: who paired, or why not, in words.
  struct Outcome {
    std::uint64_t serial;  // rises by one
    std::uint64_t request_id;
    std::int64_t unix_time;
    bool paired;
    std::string text;
  };
  void report(std::uint64_t request_id, bool paired, std::string text);
  const std::vector<Outcome>& outcomes() const;
  // Control thread: a request came, left, or got its outcome.
  void on_change(std::function<void()> observer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::trust
