#include <algorithm>
#include <cctype>

#include "http/server.hpp"

namespace pf::http {

const char* error_room(Errc) {
  return "http";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::BindFailed:
      return "cannot listen";
    case Errc::BadTlsIdentity:
      return "the TLS certificate or key is not usable";
  }
  return "unknown error";
}

const std::string* find_field(const Fields& fields, std::string_view name) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const auto& [key, value] : fields)
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return &value;
  return nullptr;
}

}  // namespace pf::http
