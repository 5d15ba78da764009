#include "trust/pin_window.hpp"

#include <algorithm>
#include <cstring>

#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "trust/allow_list.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

// trust-and-console.md 3.1.
constexpr auto kShortest = 15s;
constexpr auto kLongest = 600s;

}  // namespace

Pin::Pin(std::string_view text) : size_(text.size()) {
  PF_ASSERT(text.size() <= text_.size());
  std::memcpy(text_.data(), text.data(), text.size());
}

Pin::~Pin() {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()});
}

Pin Pin::random() {
  constexpr std::uint32_t kPins = 10'000;
  // Draws from the last, incomplete round would make small PINs likelier.
  constexpr std::uint32_t kFair = 0xFFFFFFFF / kPins * kPins;
  std::uint32_t draw = kFair;
  while (draw >= kFair) {
    const auto bytes = crypto::random_array<sizeof draw>();
    std::memcpy(&draw, bytes.data(), sizeof draw);
  }
  Pin pin;
  pin.size_ = 4;
  auto rest = draw % kPins;
  for (std::size_t i = 4; i-- > 0; rest /= 10) pin.text_[i] = static_cast<char>('0' + rest % 10);
  return pin;
}

PinWindow::PinWindow(Executor& executor, AttemptLimits limits)
    : executor_(executor), limit_(limits) {}

void PinWindow::set(Window window) {
  window.generation = ++generation_;
  window_ = std::move(window);
  lapse_.reset();
  if (window_->until)
    lapse_ = executor_.after(
        std::chrono::ceil<std::chrono::milliseconds>(*window_->until - executor_.now()), [this] {
          log::info("trust", "the PIN window is over; nobody paired");
          close();
        });
  if (changed_) changed_();
}

void PinWindow::close() {
  window_.reset();
  lapse_.reset();
  if (changed_) changed_();
}

// The timer only tells observers; a window that is over never opens a door, however late it runs.
bool PinWindow::open() const {
  return window_ && (!window_->until || executor_.now() < *window_->until);
}

Result<Pin> PinWindow::arm(const ArmRequest& request) {
  if (const auto* problem = request.access.problem()) return fail(Errc::BadValue, problem);
  if (!request.bound.empty() && !crypto::is_fingerprint(request.bound))
    return fail(Errc::BadValue, "the fingerprint must be 64 hexadecimal digits");
  Window window;
  window.pin = Pin::random();
  window.until = executor_.now() + std::clamp(request.ttl, std::chrono::seconds(kShortest),
                                              std::chrono::seconds(kLongest));
  window.bound = request.bound;
  std::transform(window.bound.begin(), window.bound.end(), window.bound.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  window.access = request.access;
  const auto pin = window.pin;
  log::info("trust", "a PIN window is open", "bound", window.bound);
  set(std::move(window));
  return pin;
}

void PinWindow::arm_without_end(const Pin& pin) {
  Window window;
  window.pin = pin;
  set(std::move(window));
}

bool PinWindow::disarm() {
  if (!open()) return false;
  log::info("trust", "the PIN window was closed");
  close();
  return true;
}

WindowStatus PinWindow::status() const {
  WindowStatus status;
  if (!open()) return status;
  status.armed = true;
  if (window_->until)
    status.left = std::chrono::ceil<std::chrono::seconds>(*window_->until - executor_.now());
  status.bound = window_->bound;
  status.access = window_->access;
  return status;
}

Attempt PinWindow::begin_attempt(const crypto::Fingerprint& fingerprint, const net::Endpoint& from,
                                 Source source) {
  const auto now = executor_.now();
  bool pass = limit_.charge(from, source, now);
  const bool own = open() && !window_->bound.empty() && window_->bound == fingerprint;
  if (own) {
    // Others can neither make it wait nor learn anything: only this device gets here.
    auto& last = window_->last_bound_attempt;
    pass = !last || now - *last >= limit_.per_address();
    last = now;
  }
  if (!pass) return {Attempt::Kind::RateLimited, 0, {}, {}};
  if (!open()) return {};
  if (!window_->bound.empty() && !own) return {Attempt::Kind::BoundOther, 0, {}, {}};
  if (window_->bound.empty() && source == Source::Wan) return {};
  return {Attempt::Kind::Armed, window_->generation, window_->pin, window_->access};
}

bool PinWindow::consume(std::uint64_t generation) {
  if (!open() || window_->generation != generation) return false;
  close();
  return true;
}

}  // namespace pf::trust
