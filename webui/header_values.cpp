#include "webui/header_values.hpp"

#include <algorithm>

namespace pf::webui {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

// Calls `each` with the trimmed parts of a list.
template <class F>
void for_each_part(std::string_view list, char mark, F&& each) {
  for (;;) {
    const auto end = list.find(mark);
    each(trimmed(list.substr(0, end)));
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

// ";q=0", ";q=0.000": the one weight that means no.
bool refused(std::string_view parameters) {
  bool zero = false;
  for_each_part(parameters, ';', [&](std::string_view part) {
    if (part.size() < 3 || !same_name(part.substr(0, 2), "q=")) return;
    const auto weight = part.substr(2);
    zero = weight.front() == '0' && weight.find_first_not_of("0.") == std::string_view::npos;
  });
  return zero;
}

}  // namespace

std::optional<std::string> cookie_value(const http::Fields& headers, std::string_view name) {
  std::optional<std::string> value;
  unsigned times = 0;
  for (const auto& [field, text] : headers) {
    if (!same_name(field, "Cookie")) continue;
    for_each_part(text, ';', [&](std::string_view pair) {
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) return;
      ++times;
      value = trimmed(pair.substr(equals + 1));
    });
  }
  return times == 1 ? value : std::nullopt;
}

bool accepts_gzip(const std::string* accept_encoding) {
  if (accept_encoding == nullptr) return true;
  std::optional<bool> named, any;
  for_each_part(*accept_encoding, ',', [&](std::string_view part) {
    const auto semicolon = part.find(';');
    const auto coding = trimmed(part.substr(0, semicolon));
    const bool yes = semicolon == std::string_view::npos || !refused(part.substr(semicolon + 1));
    if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) named = yes;
    if (coding == "*") any = yes;
  });
  return named.value_or(any.value_or(false));
}

bool names_etag(const std::string* if_none_match, std::string_view etag) {
  if (if_none_match == nullptr) return false;
  bool found = false;
  for_each_part(*if_none_match, ',', [&](std::string_view part) {
    if (part.starts_with("W/")) part.remove_prefix(2);
    found |= part == "*" || part == etag;
  });
  return found;
}

}  // namespace pf::webui
