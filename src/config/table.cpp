#include "config/table.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pf::config {
namespace {

bool is_plain_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool is_display_name(std::string_view text) {
  return text.empty() || (is_plain_text(text) && text.front() != ' ' && text.back() != ' ');
}

bool is_address(std::string_view text) {
  const std::string literal(text);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, literal.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, literal.c_str(), address.data()) == 1;
}

// [host]:number[.number], as an X server is named.
bool is_x11_display(std::string_view text) {
  if (text.empty()) return true;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_plain_text(text)) return false;
  const auto number = text.substr(colon + 1);
  return !number.empty() && number.front() != '.' &&
         std::all_of(number.begin(), number.end(),
                     [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

Definition flag(const char* id, bool value, Applies applies, const char* group, const char* help) {
  return {.id = id,
          .kind = Kind::Bool,
          .default_value = value ? "true" : "false",
          .applies = applies,
          .group = group,
          .help = help};
}

Definition also(Definition setting, const char* alias) {
  setting.alias = alias;
  return setting;
}

Definition advanced(Definition setting) {
  setting.advanced = true;
  return setting;
}

Definition choice(const char* id, std::vector<const char*> options, const char* value,
                  Applies applies, const char* group, const char* help) {
  return {.id = id,
          .kind = Kind::Enum,
          .default_value = value,
          .applies = applies,
          .group = group,
          .help = help,
          .options = std::move(options)};
}

std::vector<Definition> make_table() {
  return {
      {.id = "host_name",
       .kind = Kind::Text,
       .applies = Applies::Restart,
       .group = "host",
       .help = "The name clients show for this host; empty = the machine's own name.",
       .max = 63,
       .accepts = is_display_name,
       .expects = "a name without control characters and without spaces at its ends"},
      {.id = "bind_address",
       .kind = Kind::Text,
       .default_value = "::",
       .applies = Applies::Restart,
       .group = "network",
       .help = "The address to listen on; :: = every IPv4 and IPv6 address.",
       .max = 45,
       .accepts = is_address,
       .expects = "an IPv4 or IPv6 address, for example :: or 192.168.1.5",
       .advanced = true},
      also(flag("gamestream", true, Applies::Restart, "network", "Serve Moonlight clients."),
           "--moonlight"),
      // The other ports lie from base - 5 (HTTPS) to base + 21 (RTSP): gamestream.md 1.1.
      {.id = "base_port",
       .kind = Kind::Int,
       .default_value = "47989",
       .applies = Applies::Restart,
       .group = "network",
       .help = "GameStream's HTTP port, from which its other ports are counted; 0 = any free ones.",
       .min = 1029,
       .max = 65514,
       .zero_allowed = true,
       .advanced = true},
      flag("native", true, Applies::Restart, "network", "Serve native punktfunk clients."),
      {.id = "native_port",
       .kind = Kind::Int,
       .default_value = "9777",
       .applies = Applies::Restart,
       .group = "network",
       .help = "The UDP port of native clients; 0 = any free one.",
       .min = 1,
       .max = 65535,
       .zero_allowed = true,
       .advanced = true},
      {.id = "native_media_port",
       .kind = Kind::Int,
       .default_value = "0",
       .applies = Applies::Restart,
       .group = "network",
       .help = "The UDP port from which clients up to 0.42 get their video, one at a time; 0 = a "
               "free one for each stream.",
       .min = 1,
       .max = 65535,
       .zero_allowed = true,
       .advanced = true},
      flag("open", false, Applies::Restart, "network",
           "Let native devices in without pairing, with full rights. For networks where everybody "
           "is trusted."),
      {.id = "idle_timeout_ms",
       .kind = Kind::Int,
       .default_value = "8000",
       .applies = Applies::Restart,
       .group = "network",
       .help = "A native client that is silent for so long is gone.",
       .min = 1000,
       .max = 120000,
       .unit = "ms",
       .advanced = true},
      {.id = "native_fec_percent",
       .kind = Kind::Int,
       .default_value = "20",
       .applies = Applies::NextSession,
       .group = "network",
       .help = "Extra video packets against loss at the start of a native stream, as a share of "
               "the data; 0 = none. Where the share adapts, small pictures start with more.",
       .min = 0,
       .max = 90,
       .unit = "%",
       .advanced = true},
      advanced(flag("adaptive_fec", true, Applies::NextSession, "network",
                    "Let the share of extra packets follow the loss that clients report.")),
      {.id = "max_streams",
       .kind = Kind::Int,
       .default_value = "4",
       .applies = Applies::Restart,
       .group = "session",
       .help = "How many native devices stream at once; further ones wait in line. 0 = no limit.",
       .min = 1,
       .max = 32,
       .zero_allowed = true},
      choice("second_client", {"separate", "join", "steal", "refuse"}, "separate",
             Applies::NextSession, "session",
             "When a device wants what another one streams: a display of its own, the same "
             "picture, the other's place, or a refusal. Applications can say it for themselves."),
      {.id = "mgmt_port",
       .kind = Kind::Int,
       .default_value = "47990",
       .applies = Applies::Restart,
       .group = "network",
       .help = "The HTTPS port of the management API and console; 0 = any free one.",
       .min = 1,
       .max = 65535,
       .zero_allowed = true,
       .advanced = true},
      advanced(
          flag("public_peers", false, Applies::Restart, "network",
               "Answer console and API requests from addresses beyond the own network as well.")),
      flag("mdns", true, Applies::Restart, "network",
           "Announce this host on the local network (mDNS through Avahi)."),
      choice("display", {"auto", "virtual", "x11", "synthetic"}, "auto", Applies::NextSession,
             "video", "What a session shows: its own virtual display or this machine's X screen."),
      {.id = "x11_display",
       .kind = Kind::Text,
       .applies = Applies::NextSession,
       .group = "video",
       .help = "The X display to show with display = x11; empty = $DISPLAY.",
       .max = 108,
       .accepts = is_x11_display,
       .expects = "an X display such as :0",
       .advanced = true},
      flag("capture_cursor", true, Applies::NextSession, "video",
           "Draw the pointer into the picture."),
      choice("encoder", {"auto", "nvenc", "vaapi", "x264", "synthetic"}, "auto",
             Applies::NextSession, "video",
             "The video encoder; auto = the first that passes its probe."),
      advanced(choice(
          "x264_preset", {"auto", "ultrafast", "superfast", "veryfast", "faster", "fast", "medium"},
          "auto", Applies::NextSession, "video", "Speed against quality of the software encoder.")),
      advanced(
          flag("costly_formats", false, Applies::NextSession, "video",
               "Offer HEVC, AV1, 10 bit, HDR and 4:4:4 also where only the processor encodes them. "
               "Clients take the newest format that is offered, at several times the cost.")),
      choice("audio", {"auto", "pipewire", "synthetic", "none"}, "auto", Applies::NextSession,
             "audio", "Where a session's sound comes from."),
      advanced(flag("uinput_pads", true, Applies::NextSession, "input",
                    "Make game controllers through the kernel's uinput.")),
      {.id = "fec_percent",
       .kind = Kind::Int,
       .default_value = "20",
       .applies = Applies::NextSession,
       .group = "network",
       .help = "Extra video packets against loss, as a share of the data; 0 = none.",
       .min = 0,
       .max = 80,
       .unit = "%",
       .advanced = true},
      advanced(flag(
          "adaptive_bitrate", true, Applies::NextSession, "network",
          "Let the bitrate of Moonlight streams fall when the network carries less, and return.")),
      advanced(choice(
          "encryption_lan", {"preferred", "required", "off"}, "preferred", Applies::NextSession,
          "network",
          "Encryption of Moonlight streams in the local network: as the client likes, refuse "
          "clients without, or control only.")),
      advanced(choice("encryption_wan", {"preferred", "required", "off"}, "preferred",
                      Applies::NextSession, "network",
                      "The same for Moonlight clients from elsewhere.")),
      {.id = "session_grace_s",
       .kind = Kind::Int,
       .default_value = "600",
       .applies = Applies::NextSession,
       .group = "session",
       .help = "How long a session waits for a client that left; 0 = it ends at once.",
       .min = 0,
       .max = 86400,
       .unit = "s"},
      advanced(choice("log_level", {"debug", "info", "warn", "error", "off"}, "info", Applies::Now,
                      "host", "The least important lines that go to the log.")),
      flag("demo", true, Applies::NextSession, "session",
           "Show the demonstration on a private display when the Desktop entry is launched."),
  };
}

Failure bad_value(const Definition& setting, std::string_view value) {
  // Bounded, because the value came from outside and this goes to logs and terminals.
  std::string shown;
  for (const char c : value.substr(0, 64))
    shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  if (value.size() > 64) shown += "...";
  return fail(Errc::BadValue,
              fmt::format("{} = \"{}\"; it takes {}", setting.id, shown, allowed(setting)));
}

}  // namespace

const char* name(Kind kind) {
  switch (kind) {
    case Kind::Bool:
      return "bool";
    case Kind::Int:
      return "int";
    case Kind::Text:
      return "text";
    case Kind::Enum:
      return "enum";
  }
  return "unknown";
}

const char* name(Applies applies) {
  switch (applies) {
    case Applies::Now:
      return "now";
    case Applies::NextSession:
      return "next_session";
    case Applies::Restart:
      return "restart";
  }
  return "unknown";
}

const std::vector<Definition>& table() {
  static const auto settings = make_table();
  return settings;
}

const Definition* find(std::string_view id) {
  const auto& all = table();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& d) { return d.id == id; });
  return found == all.end() ? nullptr : &*found;
}

std::string environment_name(const Definition& setting) {
  std::string text = "PUNKTFUNK_";
  for (const char* c = setting.id; *c != '\0'; ++c)
    text += *c >= 'a' && *c <= 'z' ? static_cast<char>(*c - 'a' + 'A') : *c;
  return text;
}

std::string flag_name(const Definition& setting) {
  std::string text = "--" + std::string(setting.id);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string allowed(const Definition& setting) {
  switch (setting.kind) {
    case Kind::Bool:
      return "true or false";
    case Kind::Int:
      return fmt::format("{}a whole number from {} to {}", setting.zero_allowed ? "0 or " : "",
                         setting.min, setting.max);
    case Kind::Enum:
      return fmt::format("one of {}", fmt::join(setting.options, ", "));
    case Kind::Text:
      return fmt::format("{}, at most {} bytes",
                         setting.expects != nullptr ? setting.expects : "text", setting.max);
  }
  return {};
}

Result<std::string> canonical(const Definition& setting, std::string_view value) {
  switch (setting.kind) {
    case Kind::Bool:
      for (const auto* yes : {"true", "yes", "on", "1"})
        if (value == yes) return "true";
      for (const auto* no : {"false", "no", "off", "0"})
        if (value == no) return "false";
      return bad_value(setting, value);
    case Kind::Int: {
      std::int64_t number = 0;
      const auto* end = value.data() + value.size();
      const auto parsed = std::from_chars(value.data(), end, number);
      if (parsed.ec != std::errc{} || parsed.ptr != end) return bad_value(setting, value);
      const bool in_range = number >= setting.min && number <= setting.max;
      if (!in_range && !(setting.zero_allowed && number == 0)) return bad_value(setting, value);
      return std::to_string(number);
    }
    case Kind::Enum:
      for (const auto* option : setting.options)
        if (value == option) return std::string(value);
      return bad_value(setting, value);
    case Kind::Text:
      if (value.size() > static_cast<std::size_t>(setting.max) || !is_plain_text(value) ||
          (setting.accepts != nullptr && !setting.accepts(value)))
        return bad_value(setting, value);
      return std::string(value);
  }
  return bad_value(setting, value);
}

std::string sanitised_host_name(std::string_view name) {
  std::string clean;
  for (const char c : name) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-';
    if (keep) clean += c;
    if (clean.size() == 63) break;
  }
  // A label neither starts nor ends with a mark (RFC 1123, 2.1).
  while (!clean.empty() && (clean.back() == '.' || clean.back() == '-')) clean.pop_back();
  clean.erase(0, clean.find_first_not_of(".-"));
  return clean.empty() ? "punktfunk-host" : clean;
}

std::string system_host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return sanitised_host_name("");
  return sanitised_host_name(buffer.data());
}

}  // namespace pf::config
