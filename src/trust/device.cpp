#include "trust/device.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <limits>

namespace pf::trust {

const char* name(Plane plane) {
  return plane == Plane::Native ? "native" : "gamestream";
}

const char* grant::preset_name(std::uint32_t grants) {
  switch (grants) {
    case kPresetFull:
      return "full";
    case kPresetController:
      return "controller";
    case kPresetView:
      return "view";
    default:
      return "custom";
  }
}

std::optional<std::uint32_t> effective_grants(const Device& device, std::int64_t now_unix) {
  if (device.disabled) return std::nullopt;
  if (device.access.expires_unix && now_unix >= *device.access.expires_unix) return std::nullopt;
  return device.access.grants & grant::kAll;
}

const char* AccessChoice::problem() const {
  if (grants && (*grants & ~grant::kAll) != 0) return "the grants have reserved bits set";
  if (expires_in_s && *expires_in_s < 0) return "the access cannot end in the past";
  if (until_disconnect && !grants && !expires_in_s)
    return "until_disconnect needs grants or an end time beside it";
  return nullptr;
}

std::optional<Access> AccessChoice::from(std::int64_t now_unix) const {
  if (empty()) return std::nullopt;
  Access access{grants.value_or(grant::kAll), std::nullopt, until_disconnect};
  if (expires_in_s) access.expires_unix = saturating_add(now_unix, *expires_in_s);
  return access;
}

std::string describe(const Access& access) {
  std::string text = grant::preset_name(access.grants);
  if (text == "custom") text += fmt::format(" {:#04x}", access.grants);
  // Beyond the year 9999 a date means nothing to anybody.
  constexpr std::int64_t kLastDate = 253'402'300'799;
  if (!access.expires_unix || *access.expires_unix > kLastDate)
    text += ", no end";
  else
    text += fmt::format(", until {:%F %R} UTC",
                        fmt::gmtime(static_cast<std::time_t>(*access.expires_unix)));
  if (access.until_disconnect) text += ", until it disconnects";
  return text;
}

std::int64_t saturating_add(std::int64_t now_unix, std::int64_t seconds) {
  constexpr auto kLatest = std::numeric_limits<std::int64_t>::max();
  return seconds > kLatest - now_unix ? kLatest : now_unix + seconds;
}

namespace {

// Decodes one UTF-8 code point at `at`; 0xFFFFFFFF and one byte for malformed input.
char32_t decode(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(at);
  length = 1;
  if (lead < 0x80) return lead;
  const std::size_t wanted = lead >= 0xF0 && lead < 0xF5 ? 4
                             : lead >= 0xE0              ? 3
                             : lead >= 0xC2              ? 2
                                                         : 0;
  if (wanted == 0 || lead >= 0xF5 || at + wanted > text.size()) return 0xFFFFFFFF;
  char32_t value = lead & (0xFF >> (wanted + 1));
  for (std::size_t i = 1; i < wanted; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0xFFFFFFFF;
    value = (value << 6) | (byte(at + i) & 0x3F);
  }
  const char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[wanted] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return 0xFFFFFFFF;
  length = wanted;
  return value;
}

bool forbidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C || c == 0xFEFF ||
         c == 0xFFFFFFFF;
}

}  // namespace

std::string scrub_text(std::string_view text, std::size_t max_bytes) {
  std::string out;
  bool space = false;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const auto c = decode(text, at, length);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0) {
      space = !out.empty();
      continue;
    }
    if (forbidden(c)) continue;
    if (out.size() + length + (space ? 1 : 0) > max_bytes) break;
    if (space) out += ' ';
    space = false;
    out.append(text.substr(at, length));
  }
  return out;
}

std::string scrub_name(std::string_view text, const crypto::Fingerprint& fingerprint) {
  constexpr std::size_t kMaxBytes = 64;
  auto out = scrub_text(text, kMaxBytes);
  return out.empty() ? "device " + fingerprint.substr(0, 8) : out;
}

}  // namespace pf::trust
