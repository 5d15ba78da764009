#include "native/advert.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace pf::native {
namespace {

constexpr std::size_t kMaxInstance = 63, kMaxToken = 32, kMaxTokens = 5;

bool token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

// The value of `key=` without quotes.
std::string value_of(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key + "=")) continue;
    auto value = line.substr(key.size() + 1);
    std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
    return value;
  }
  return {};
}

// Cut at a character's edge.
std::string instance_name(std::string name) {
  if (name.size() <= kMaxInstance) return name;
  auto end = kMaxInstance;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  name.resize(end);
  return name;
}

}  // namespace

std::string os_chain(const std::string& os_release) {
  // From the general to the special: ID_LIKE names the families, nearest first.
  std::vector<std::string> tokens{"linux"};
  std::istringstream families(value_of(os_release, "ID_LIKE"));
  std::vector<std::string> named{std::istream_iterator<std::string>(families), {}};
  std::reverse(named.begin(), named.end());
  named.push_back(value_of(os_release, "ID"));
  for (auto token : named) {
    std::erase_if(token, [](char c) { return !token_character(c); });
    token.resize(std::min(token.size(), kMaxToken));
    if (!token.empty() && tokens.size() < kMaxTokens) tokens.push_back(token);
  }
  std::string chain;
  for (const auto& token : tokens) chain += (chain.empty() ? "" : "/") + token;
  return chain;
}

net::Service service(const AdvertFacts& facts) {
  std::ifstream file("/etc/os-release");
  const std::string os_release{std::istreambuf_iterator<char>(file), {}};
  net::Service service;
  service.instance = instance_name(facts.host_name);
  service.type = "_punktfunk._udp";
  service.port = facts.port;
  // Clients drop any other value of `proto`, also those that speak the second generation.
  service.txt = {{"proto", "punktfunk/1"},  {"wire", "1,2"},
                 {"fp", facts.fingerprint}, {"pair", facts.open ? "optional" : "required"},
                 {"id", facts.unique_id},   {"os", os_chain(os_release)}};
  if (facts.management_port != 0)
    service.txt.emplace_back("mgmt", std::to_string(facts.management_port));
  return service;
}

}  // namespace pf::native
