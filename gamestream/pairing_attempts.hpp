// Pairing attempts under way: order, time limits and the wait for the PIN (gamestream.md 3.3,
// trust-and-console.md 3.4). The arithmetic is in pairing.hpp. Control thread.
#pragma once

#include <functional>
#include <memory>

#include "base/event_loop.hpp"
#include "crypto/digest.hpp"
#include "crypto/identity.hpp"
#include "http/server.hpp"
#include "trust/allow_list.hpp"
#include "trust/pairing_desk.hpp"

namespace pf::gamestream {

inline constexpr std::chrono::minutes kPairingTimeLimit{5};

class PairingAttempts {
 public:
  // References must outlive the object. `random` fills the server's secret values.
  PairingAttempts(Executor& executor, trust::PairingDesk& desk, trust::AllowList& allow_list,
                  const crypto::Identity& host,
                  std::function<void(MutableByteSpan)> random = crypto::random_bytes);
  ~PairingAttempts();  // cancels what waits

  // Answers phases 1 to 4 of /pair; phase 1 keeps the exchange until somebody typed the PIN. An
  // attempt belongs to the remote address and `uniqueid`. Anything out of order or malformed ends
  // it: status 400 and paired=0.
  void handle(const std::shared_ptr<http::Exchange>& exchange);
  // /unpair: ends every attempt of that address. Never touches stored pairings.
  void cancel_from(const net::Endpoint& remote);
  std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::gamestream
