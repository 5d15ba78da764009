// How a connection to a host ended, as an exit code, a word for programs and a sentence for people
// (product.md 7; punktfunk1.md 2.4).
#pragma once

#include <cstdint>
#include <string>

#include "native/quic/connection.hpp"

namespace pf::probe {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotReachable = 3,
  kExitDenied = 4,
  kExitCheckFailed = 5,
};

struct Ending {
  int exit_code = kExitFailed;
  std::string token;     // "quit", "denied", "host-changed", "timeout", ...
  std::string sentence;  // without a full stop; the host's own words at its end, cleaned
  bool by_host = false;
  bool connected = false;
  bool lost = false;  // by silence, not by anybody's decision: worth resuming
  std::uint64_t code = 0;
  std::string reason;  // the host's words, cleaned
};

// `connected`: the handshake had completed; `pinned`: a fingerprint was demanded.
Ending ending_of(const native::quic::CloseInfo& info, bool connected, bool pinned);
// Ended by ourselves before any connection said so.
Ending ending(int exit_code, std::string token, std::string sentence);

// Control characters and broken bytes as '?', at most 256 bytes.
std::string clean_text(std::string_view text);

}  // namespace pf::probe
