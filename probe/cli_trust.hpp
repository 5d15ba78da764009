// Which host certificate a command may accept (product.md 1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.hpp"
#include "probe/discover.hpp"
#include "probe/ending.hpp"
#include "probe/identity_store.hpp"

namespace pf::probe {

struct TrustDecision {
  // The fingerprint to demand; none = whatever comes is recorded (first use without a hint).
  std::optional<crypto::Fingerprint> expected;
  Trust trust = Trust::Pin;
  bool remember = false;          // store it once the host has let us in
  std::optional<Ending> refusal;  // then nothing is to be dialled
};

// `given`: typed by the user, wins. `adverts`: none unless first use is asked for.
TrustDecision decide_trust(const std::optional<KnownHost>& known, const std::string& given,
                           bool first_use, const net::Endpoint& host,
                           const std::vector<FoundHost>& adverts);

}  // namespace pf::probe
