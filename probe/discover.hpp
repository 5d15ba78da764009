// Hosts that announce themselves on the local network (punktfunk1.md 1). An advert is a hint: it
// grants no trust.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "probe/errc.hpp"

namespace pf::probe {

struct FoundHost {
  std::string name;     // as shown to people
  std::string address;  // IPv4
  std::uint16_t port = 0;
  std::string fingerprint;  // 64 hex digits, or empty
  bool pairing_optional = false;
  std::string id;                // stable across renames and addresses; may be empty
  std::uint16_t management = 0;  // HTTPS port, 0 = not advertised
  std::string mac, os;           // as advertised
  std::vector<unsigned> generations{1};
};

using TxtRecords = std::vector<std::pair<std::string, std::string>>;

// Reads the TXT keys. False when the advert is of a protocol that this client does not speak.
bool read_txt(const TxtRecords& txt, FoundHost& host);

// Browses for `time`, then reports what was found, each host once, by name. Errc::NoDiscovery: no
// daemon answers, or this program was built without Avahi.
Result<std::vector<FoundHost>> discover(std::chrono::milliseconds time);

nlohmann::json to_json(const FoundHost& host);

}  // namespace pf::probe
