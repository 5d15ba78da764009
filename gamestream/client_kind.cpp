#include "gamestream/client_kind.hpp"

#include <algorithm>

namespace pf::gamestream {
namespace {

constexpr std::size_t kLongest = 256;

// "Moonlight/8.1 CFNetwork/1.0" → "8.1" for "Moonlight".
std::string version_of(std::string_view agent, std::string_view product) {
  const auto at = agent.find(product);
  if (at == std::string_view::npos) return {};
  auto rest = agent.substr(at + product.size());
  if (!rest.starts_with('/')) return {};
  rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find_first_of(" \t;(")));
}

}  // namespace

trust::ClientInfo client_info(std::string_view user_agent) {
  const auto agent = user_agent.substr(0, kLongest);
  const auto has = [&](std::string_view word) {
    return agent.find(word) != std::string_view::npos;
  };
  // The version is the application's only where the application names itself; okhttp's or Qt's own
  // version would mislead.
  if (has("CFNetwork")) return {"Moonlight (Apple)", version_of(agent, "Moonlight")};
  if (has("okhttp")) return {"Moonlight (Android)", version_of(agent, "Moonlight")};
  if (has("Moonlight")) return {"Moonlight", version_of(agent, "Moonlight")};
  if (agent.starts_with("Mozilla/5.0")) return {"Moonlight (PC)", {}};
  return {"Moonlight", {}};
}

}  // namespace pf::gamestream
