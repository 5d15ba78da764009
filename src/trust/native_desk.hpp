// Pairing of native clients: the PIN window, knocks, and how the last pairings ended. Control
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trust/knock_desk.hpp"
#include "trust/pin_window.hpp"

namespace pf::trust {

struct NativeDeskConfig {
  AttemptLimits attempts;
  KnockLimits knocks;
};

class NativeDesk {
 public:
  NativeDesk(Executor& executor, AllowList& allow_list, NativeDeskConfig config = {});

  PinWindow& window() { return window_; }
  const PinWindow& window() const { return window_; }
  KnockDesk& knocks() { return knocks_; }
  const KnockDesk& knocks() const { return knocks_; }

  // The last step of a PIN ceremony whose every proof holds: stores the device, then lets go of its
  // knock. A device that is known keeps its name. `access`: what the window was armed with.
  // Errc::StoreFailed: the device is not paired.
  Result<std::shared_ptr<const Device>> complete(const Candidate& candidate,
                                                 const AccessChoice& access);
  // A ceremony or knock ended without pairing.
  void report_failure(const crypto::Fingerprint& fingerprint, const std::string& text);

  // How the last pairings ended, newest last.
  struct Outcome {
    std::uint64_t serial = 0;  // rises by one
    std::int64_t unix_time = 0;
    crypto::Fingerprint fingerprint;
    bool paired = false;
    std::string text;
  };
  const std::vector<Outcome>& outcomes() const { return outcomes_; }

  // Runs after the window, the knocks or the outcomes changed.
  void on_change(std::function<void()> observer) { observers_.push_back(std::move(observer)); }

 private:
  void add(Outcome outcome);
  void changed();

  AllowList& allow_list_;
  std::vector<std::function<void()>> observers_;
  std::vector<Outcome> outcomes_;
  std::uint64_t serial_ = 0;
  PinWindow window_;
  KnockDesk knocks_;
};

}  // namespace pf::trust
