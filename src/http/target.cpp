#include "http/target.hpp"

namespace pf::http {
namespace {

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7F;
}

bool allowed_plainly(unsigned char c) {
  if (c <= 0x20 || c >= 0x7F) return false;
  return std::string_view("#\"<>\\^`{|}").find(static_cast<char>(c)) == std::string_view::npos;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view raw, bool plus_is_space) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (raw.size() - i < 3) return std::nullopt;
      const int high = hex_value(raw[i + 1]);
      const int low = hex_value(raw[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (is_control(static_cast<unsigned char>(c))) return std::nullopt;
      i += 2;
    } else if (!allowed_plainly(static_cast<unsigned char>(c))) {
      return std::nullopt;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    text.push_back(c);
  }
  return text;
}

std::optional<Target> parse_target(std::string_view raw) {
  if (raw.empty() || raw.front() != '/') return std::nullopt;
  const auto question = raw.find('?');
  auto path = percent_decode(raw.substr(0, question), false);
  if (!path) return std::nullopt;
  Target target{std::move(*path), {}};
  if (question == std::string_view::npos) return target;

  auto rest = raw.substr(question + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto field = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (field.empty()) continue;  // "a=1&&b=2", a trailing '&'
    const auto equals = field.find('=');
    auto name = percent_decode(field.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : percent_decode(field.substr(equals + 1), true);
    if (!name || !value || target.query.size() == kMaxQueryFields) return std::nullopt;
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return target;
}

}  // namespace pf::http
