#include "trust/source.hpp"

#include "base/hex.hpp"

namespace pf::trust {

const char* name(Source source) {
  return source == Source::Lan ? "lan" : "wan";
}

Source source_of(const net::Endpoint& from, bool (*reply_via_tailscale)(const net::Endpoint&)) {
  if (from.is_private()) return Source::Lan;
  const bool shared = from.is_v4() && from.bytes()[12] == 100 && (from.bytes()[13] & 0xC0) == 64;
  if (shared && reply_via_tailscale != nullptr && reply_via_tailscale(from)) return Source::Lan;
  return Source::Wan;
}

std::string limit_key(const net::Endpoint& from, Source source) {
  if (from.is_v4() || source == Source::Lan) return from.address();
  return to_hex(ByteSpan(from.bytes()).first(8));
}

}  // namespace pf::trust
