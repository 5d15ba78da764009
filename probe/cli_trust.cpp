#include "probe/cli_trust.hpp"

#include <algorithm>

namespace pf::probe {
namespace {

TrustDecision refuse(std::string token, std::string sentence) {
  TrustDecision out;
  out.refusal = ending(kExitDenied, std::move(token), std::move(sentence));
  return out;
}

}  // namespace

TrustDecision decide_trust(const std::optional<KnownHost>& known, const std::string& given,
                           bool first_use, const net::Endpoint& host,
                           const std::vector<FoundHost>& adverts) {
  TrustDecision out;
  if (!given.empty()) {
    if (known && known->fingerprint != given)
      return refuse("host-changed",
                    "the known fingerprint of this host is another one: forget it first, or pair "
                    "again with the host's PIN");
    out.expected = given;
    out.trust = known ? known->trust : Trust::Given;
    out.remember = !known;
    return out;
  }
  if (known) {
    out.expected = known->fingerprint;
    out.trust = known->trust;
    return out;
  }
  if (!first_use)
    return refuse("not-paired", "this host is not known: pair with its PIN, or request access");
  const auto advert = std::find_if(adverts.begin(), adverts.end(), [&](const FoundHost& found) {
    return found.port == host.port() && found.address == host.address();
  });
  if (advert == adverts.end())
    return refuse("not-advertised",
                  "trust on first use is for hosts that announce themselves: pair with the PIN");
  if (!advert->pairing_optional)
    return refuse("pairing-required", "this host requires pairing: pair with its PIN");
  if (!advert->fingerprint.empty()) out.expected = advert->fingerprint;
  out.trust = Trust::FirstUse;
  out.remember = true;
  return out;
}

}  // namespace pf::probe
