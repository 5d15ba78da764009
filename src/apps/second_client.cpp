#include "apps/second_client.hpp"

namespace pf::apps {

const char* name(SecondClient policy) {
  switch (policy) {
    case SecondClient::Separate:
      return "separate";
    case SecondClient::Join:
      return "join";
    case SecondClient::Steal:
      return "steal";
    case SecondClient::Refuse:
      return "refuse";
  }
  return "?";
}

std::optional<SecondClient> second_client(std::string_view text) {
  for (const auto policy :
       {SecondClient::Separate, SecondClient::Join, SecondClient::Steal, SecondClient::Refuse})
    if (text == name(policy)) return policy;
  return std::nullopt;
}

}  // namespace pf::apps
