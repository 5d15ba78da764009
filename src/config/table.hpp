// The one table of every setting. Flags, environment names, checks, the API's settings list and the
// documentation all come from it; a new setting is one row here and one key in settings.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/errc.hpp"

namespace pf::config {

enum class Kind : std::uint8_t { Bool = 1, Int, Text, Enum };
const char* name(Kind kind);  // "bool", "int", "text", "enum"

// When a changed value takes effect.
enum class Applies : std::uint8_t { Now = 1, NextSession, Restart };
const char* name(Applies applies);  // "now", "next_session", "restart"

struct Definition {
  const char* id = nullptr;  // "base_port"
  Kind kind = Kind::Text;
  const char* default_value = "";  // in the canonical form of its kind
  Applies applies = Applies::Restart;
  const char* group = nullptr;  // "host", "network", "video", "audio", "input", "session"
  const char* help = nullptr;   // one line for people
  // Int: the range, both ends allowed. Text: the longest value in bytes is `max`.
  std::int64_t min = 0;
  std::int64_t max = 0;
  bool zero_allowed = false;  // Int: 0 is allowed below the range ("choose one")
  const char* unit = "";      // "%", "s"; empty for none
  std::vector<const char*> options{};
  // Text: a further check, and what it wants in words.
  bool (*accepts)(std::string_view) = nullptr;
  const char* expects = nullptr;
  const char* alias = nullptr;  // another flag of the same meaning: "--moonlight"
  bool advanced = false;        // few people need it; the console shows it on request
};

const std::vector<Definition>& table();
const Definition* find(std::string_view id);

std::string environment_name(const Definition& setting);  // "PUNKTFUNK_BASE_PORT"
std::string flag_name(const Definition& setting);         // "--base-port"
// What the setting takes, in words: "a whole number from 0 to 80".
std::string allowed(const Definition& setting);

// The value in canonical form: bool as "true" or "false" (accepts true/false, yes/no, on/off, 1/0),
// int without sign or leading zeros. Errc::BadValue names setting, value and allowed range.
Result<std::string> canonical(const Definition& setting, std::string_view value);

// A machine's own name as a host name that every protocol can carry: [A-Za-z0-9.-], 1 to 63
// characters, else "punktfunk-host" (trust-and-console.md 3.6).
std::string sanitised_host_name(std::string_view name);
std::string system_host_name();  // sanitised

}  // namespace pf::config
