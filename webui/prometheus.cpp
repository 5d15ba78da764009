#include "webui/prometheus.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "trust/native_desk.hpp"
#include "webui/diagnostics.hpp"

namespace pf::webui {
namespace {

// Of a label's value: backslash, quote and line feed.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class Text {
 public:
  void head(const char* name, const char* type, const char* help) {
    out_ += fmt::format("# HELP punktfunk_{0} {1}\n# TYPE punktfunk_{0} {2}\n", name, help, type);
  }
  template <class Value>
  void line(const char* name, const std::string& labels, const Value& value) {
    out_ +=
        fmt::format("punktfunk_{}{} {}\n", name, labels.empty() ? "" : '{' + labels + '}', value);
  }
  template <class Value>
  void one(const char* name, const char* type, const char* help, const Value& value) {
    head(name, type, help);
    line(name, {}, value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string label(const char* name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, escaped(value));
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void add_process(Text& text) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    text.one("process_cpu_seconds_total", "counter", "Processor time of the host itself.",
             seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::ifstream pages("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  if (pages >> total >> resident)
    text.one("process_resident_bytes", "gauge", "Memory of the host itself.",
             resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

void add_sessions(Text& text, const std::vector<session::SessionInfo>& sessions) {
  const auto labels = [](const session::SessionInfo& info) {
    return fmt::format("session=\"{}\",{}", info.id, label("plane", trust::name(info.plane)));
  };
  const auto each = [&](const char* name, const char* type, const char* help, const auto& value) {
    if (sessions.empty()) return;
    text.head(name, type, help);
    for (const auto& info : sessions)
      if (const auto known = value(info)) text.line(name, labels(info), *known);
  };
  using Info = session::SessionInfo;
  const auto count = [](std::uint64_t v) { return std::optional(v); };
  // Before the first picture a quantile would be a zero that means "not known".
  const auto measured = [](const Info& i, auto v) {
    return i.frames_sent == 0 ? std::nullopt : std::optional(v);
  };
  each("session_frames_total", "counter", "Pictures sent.",
       [&](const Info& i) { return count(i.frames_sent); });
  each("session_frames_dropped_total", "counter", "Pictures that could not be sent.",
       [&](const Info& i) { return count(i.frames_dropped); });
  each("session_idr_frames_total", "counter", "Whole pictures among them.",
       [&](const Info& i) { return count(i.idr_frames); });
  each("session_sent_bytes_total", "counter", "Bytes of video sent.",
       [&](const Info& i) { return count(i.sent_bytes); });
  each("session_audio_packets_total", "counter", "Packets of sound sent.",
       [&](const Info& i) { return count(i.audio_packets); });
  each("session_input_events_total", "counter", "Input events accepted.",
       [&](const Info& i) { return count(i.input_events); });
  each("session_input_refused_total", "counter", "Input events without the right to them.",
       [&](const Info& i) { return count(i.input_refused); });
  each("session_fps", "gauge", "Pictures in the last second.",
       [&](const Info& i) { return measured(i, i.frames_per_second); });
  each("session_bitrate_kbps", "gauge", "What the encoder aims at.", [](const Info& i) {
    return i.bitrate_kbps == 0 ? std::nullopt : std::optional(i.bitrate_kbps);
  });
  each("session_host_p50_us", "gauge", "Capture to last packet, median.",
       [&](const Info& i) { return measured(i, i.host_p50_us); });
  each("session_host_p99_us", "gauge", "Capture to last packet, 99 of 100.",
       [&](const Info& i) { return measured(i, i.host_p99_us); });
  each("session_encode_p99_us", "gauge", "Encoding, 99 of 100.",
       [&](const Info& i) { return measured(i, i.encode_p99_us); });
}

}  // namespace

std::string prometheus_text(const Context& context) {
  const auto& deps = context.deps;
  const auto parts = deps.status();
  Text text;
  text.head("info", "gauge", "Always 1; says which version runs.");
  text.line("info", label("version", parts.version), 1);
  text.one("uptime_seconds", "gauge", "Since the start.",
           std::chrono::duration<double>(deps.loop.now() - context.started).count());
  add_process(text);
  const auto sessions = deps.manager.list();
  text.head("sessions", "gauge", "Sessions by state.");
  for (const auto state :
       {session::State::Reserved, session::State::Starting, session::State::Live,
        session::State::Rebuilding, session::State::Detached, session::State::Ending})
    text.line("sessions", label("state", session::name(state)),
              std::count_if(sessions.begin(), sessions.end(),
                            [&](const auto& s) { return s.state == state; }));
  text.one("paired_devices", "gauge", "Devices in the allow-list.",
           deps.allow_list.snapshot()->devices.size());
  text.head("waiting_devices", "gauge", "Devices that wait for a person.");
  text.line("waiting_devices", label("plane", "gamestream"), deps.desk.pending().size());
  if (deps.native_desk != nullptr)
    text.line("waiting_devices", label("plane", "native"),
              deps.native_desk->knocks().pending().size());
  text.one("unsaved_revocations", "gauge", "1: a revocation is in force but not stored yet.",
           deps.allow_list.unsaved_revocations() ? 1 : 0);
  if (parts.probed_unix != 0)
    text.one("hardware_encoder", "gauge", "1: a graphics card encodes.",
             parts.hardware_encoder ? 1 : 0);
  if (deps.hooks.diagnostics != nullptr) {
    text.head("check", "gauge", "1 for the status that a check has.");
    for (const auto& check : deps.hooks.diagnostics->checks())
      text.line("check", label("id", check.id) + ',' + label("status", name(check.status)), 1);
  }
  add_sessions(text, sessions);
  return text.take();
}

}  // namespace pf::webui
