#include "probe/discover.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "crypto/x509.hpp"

#ifdef PF_HAVE_PROBE_AVAHI
#include "probe/avahi/avahi_browse.hpp"
#endif

namespace pf::probe {
namespace {

constexpr std::size_t kMaxText = 255;

template <class T>
T number(std::string_view text) {
  T value = 0;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && at == end ? value : T{0};
}

std::vector<unsigned> list_of(std::string_view text) {
  std::vector<unsigned> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (const auto value = number<unsigned>(text.substr(0, end)); value != 0) out.push_back(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

bool read_txt(const TxtRecords& txt, FoundHost& host) {
  for (const auto& [key, whole] : txt) {
    const auto value = whole.substr(0, kMaxText);
    if (key == "proto") {
      // Stays "punktfunk/1" for the second generation too (punktfunk2.md 2.1).
      if (!value.empty() && value != "punktfunk/1") return false;
    } else if (key == "fp") {
      if (crypto::is_fingerprint(value)) host.fingerprint = value;
    } else if (key == "pair") {
      host.pairing_optional = value == "optional";
    } else if (key == "id") {
      host.id = value;
    } else if (key == "mgmt") {
      host.management = number<std::uint16_t>(value);
    } else if (key == "mac") {
      host.mac = value;
    } else if (key == "os") {
      host.os = value;
    } else if (key == "wire") {
      if (auto list = list_of(value); !list.empty()) host.generations = std::move(list);
    }
  }
  std::transform(
      host.fingerprint.begin(), host.fingerprint.end(), host.fingerprint.begin(),
      [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return true;
}

Result<std::vector<FoundHost>> discover([[maybe_unused]] std::chrono::milliseconds time) {
#ifdef PF_HAVE_PROBE_AVAHI
  auto found = avahi::browse(time);
  if (!found) return found;
  // The same host on several interfaces is one host.
  std::sort(found->begin(), found->end(), [](const FoundHost& a, const FoundHost& b) {
    return std::tie(a.name, a.address, a.port) < std::tie(b.name, b.address, b.port);
  });
  const auto same = [](const FoundHost& a, const FoundHost& b) {
    if (!a.id.empty() || !b.id.empty()) return a.id == b.id;
    return a.name == b.name && a.port == b.port;
  };
  found->erase(std::unique(found->begin(), found->end(), same), found->end());
  return found;
#else
  return fail(Errc::NoDiscovery, "built without Avahi; name the host by its address");
#endif
}

nlohmann::json to_json(const FoundHost& host) {
  return {{"name", host.name},
          {"address", host.address},
          {"port", host.port},
          {"fingerprint", host.fingerprint},
          {"pair", host.pairing_optional ? "optional" : "required"},
          {"id", host.id},
          {"management_port", host.management},
          {"mac", host.mac},
          {"os", host.os},
          {"generations", host.generations}};
}

}  // namespace pf::probe
