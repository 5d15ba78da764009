#include "webui/redact.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace pf::webui {
namespace {

constexpr std::size_t kLongHex = 16;
constexpr std::size_t kMacLength = 17;

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool is_mac(std::string_view text) {
  if (text.size() != kMacLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) return false;
  return true;
}

bool is_address(int family, std::string_view text) {
  const std::string literal(text);
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, literal.c_str(), bytes.data()) == 1;
}

// The longest run from `at` on that an address or a long number could be made of.
std::string_view run_at(std::string_view text, std::size_t at) {
  auto end = at;
  while (end < text.size() && (is_hex(text[end]) || text[end] == '.' || text[end] == ':')) ++end;
  return text.substr(at, end - at);
}

std::string_view trimmed(std::string_view run) {
  while (!run.empty() && (run.back() == '.' || (run.back() == ':' && !run.ends_with("::"))))
    run.remove_suffix(1);
  return run;
}

}  // namespace

Redactor::Redactor(std::vector<std::string> names) : names_(std::move(names)) {
  std::erase_if(names_, [](const std::string& name) { return name.size() < 3; });
  std::sort(names_.begin(), names_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redactor::stand_in(const char* kind, std::string_view original) {
  for (const auto& [known, replacement] : stand_ins_)
    if (known == original) return replacement;
  auto replacement = std::string("<") + kind + '-' + std::to_string(stand_ins_.size() + 1) + '>';
  stand_ins_.emplace_back(original, replacement);
  return replacement;
}

std::string Redactor::operator()(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const bool word_starts = at == 0 || !is_word(text[at - 1]);
    const auto rest = text.substr(at);
    if (word_starts) {
      const auto name = std::find_if(names_.begin(), names_.end(), [&](const std::string& n) {
        return rest.starts_with(n) && (rest.size() == n.size() || !is_word(rest[n.size()]));
      });
      if (name != names_.end()) {
        out += stand_in("name", *name);
        at += name->size();
        continue;
      }
    }
    constexpr std::string_view kHome = "/home/";
    if (rest.starts_with(kHome)) {
      auto end = kHome.size();
      while (end < rest.size() && rest[end] != '/' && rest[end] != ' ' && rest[end] != '"' &&
             rest[end] != '\n')
        ++end;
      out += kHome;
      out += stand_in("user", rest.substr(kHome.size(), end - kHome.size()));
      at += end;
      continue;
    }
    if (word_starts && (is_hex(text[at]) || text[at] == ':')) {
      auto run = trimmed(run_at(text, at));
      // "192.168.1.2:47989": the port is no part of it.
      if (std::count(run.begin(), run.end(), ':') == 1 && run.find('.') != run.npos)
        run = run.substr(0, run.find(':'));
      const bool whole = at + run.size() == text.size() || !is_word(text[at + run.size()]);
      const auto replace = [&](const char* kind) {
        out += stand_in(kind, run);
        at += run.size();
      };
      if (whole && is_mac(run)) {
        replace("mac");
        continue;
      }
      if (whole && is_address(AF_INET, run) && !run.starts_with("127.") && run != "0.0.0.0") {
        replace("ipv4");
        continue;
      }
      if (whole && run.size() > 2 && is_address(AF_INET6, run) && run != "::1") {
        replace("ipv6");
        continue;
      }
      if (whole && run.size() >= kLongHex && std::all_of(run.begin(), run.end(), is_hex)) {
        replace("hex");
        continue;
      }
      // A word that only begins like one: it is taken whole, so that its end is not looked at
      // alone.
      if (run.empty() || text[at] == ':')
        run = rest.substr(
            0, std::max<std::size_t>(1, std::min(rest.find_first_not_of(':'), rest.size())));
      out += run;
      at += run.size();
      continue;
    }
    out += text[at++];
  }
  return out;
}

}  // namespace pf::webui
