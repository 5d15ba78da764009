// `stream` and `speedtest`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/atomic_file.hpp"
#include "base/hex.hpp"
#include "clipboard/clipboard.hpp"
#include "probe/cli.hpp"
#include "probe/cli_target.hpp"
#include "probe/cli_trust.hpp"
#include "probe/client_session.hpp"
#include "probe/discover.hpp"
#include "probe/dumps.hpp"

namespace pf::probe {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kStep{200};
constexpr std::chrono::seconds kFirstUseSearch{3};
constexpr std::size_t kLargestScript = 16 * 1024 * 1024;

json ending_json(const Ending& ending) {
  return {{"token", ending.token},        {"sentence", ending.sentence}, {"code", ending.code},
          {"reason", ending.reason},      {"by_host", ending.by_host},   {"lost", ending.lost},
          {"connected", ending.connected}};
}

// What the session's result is worth: its own ending, then the checks.
Ending judge(const Ending& ended, const Statistics& statistics, bool strict) {
  if (ended.exit_code != kExitOk || !strict) return ended;
  if (!statistics.violations.empty()) {
    const auto& first = statistics.violations.list().front();
    return ending(kExitCheckFailed, "check-failed",
                  fmt::format("the host broke a rule: {}{}{}", first.rule,
                              first.first.empty() ? "" : ": ", first.first));
  }
  if (statistics.hello && statistics.video.frames == 0)
    return ending(kExitCheckFailed, "no-video",
                  "no picture came; UDP from the host may be blocked");
  return ended;
}

std::string progress(const Statistics& s) {
  return fmt::format("\r{:>6.1f} s  {} frames  {} lost  {} repaired  {} sound  rtt {:.1f} ms ",
                     static_cast<double>(s.video.last_us) / 1e6, s.video.frames, s.video.lost,
                     s.shards.repaired, s.audio.packets, static_cast<double>(s.clock_rtt_ns) / 1e6);
}

}  // namespace

// What both commands do: trust, dial, wait, store.
struct Cli::Dialled {
  IdentityStore store;
  Target target;
  TrustDecision trust;
};

std::optional<Cli::Dialled> Cli::prepare(const TargetOptions& options) {
  auto known = store();
  auto target = known ? resolve(options) : std::nullopt;
  if (!target) return std::nullopt;
  const auto entry = known->find(target->name, target->endpoint.port());
  std::vector<FoundHost> adverts;
  if (options.trust_first && !entry && options.fingerprint.empty()) {
    auto found = probe::discover(kFirstUseSearch);
    if (!found) {
      fail(kExitFailed, "no-discovery", found.error().message());
      return std::nullopt;
    }
    adverts = std::move(*found);
  }
  auto trust =
      decide_trust(entry, options.fingerprint, options.trust_first, target->endpoint, adverts);
  if (trust.refusal) {
    fail(*trust.refusal);
    return std::nullopt;
  }
  return Dialled{std::move(*known), std::move(*target), std::move(trust)};
}

void Cli::settle(Dialled& dialled, const Ending& ended, const Statistics& statistics) {
  if (!statistics.hello) return;
  auto entry = dialled.store.find(dialled.target.name, dialled.target.endpoint.port());
  KnownHost host = entry.value_or(KnownHost{});
  if (!entry && !dialled.trust.remember) return;
  host.address = dialled.target.name;
  host.port = dialled.target.endpoint.port();
  host.fingerprint = statistics.host_fingerprint;
  if (!entry) host.trust = dialled.trust.trust;
  // Named once by the next hello, and only after a loss (punktfunk2.md 4.6).
  const bool second = statistics.alpn == native::wire::kAlpnV2;
  const auto lost = ended.lost && second ? to_hex(statistics.hello->session_id) : std::string();
  if (entry && host.lost_session == lost) return;
  host.lost_session = lost;
  if (auto kept = dialled.store.remember(host); !kept)
    say("the known hosts could not be stored: " + kept.error().message());
  if (!entry) say(fmt::format("host trusted ({}): {}", name(host.trust), host.fingerprint));
}

Ending Cli::run_session(ClientSession& session) {
  auto shown = steady_now();
  for (;;) {
    if (auto ended = session.wait_closed(kStep)) {
      if (io_.err_is_terminal && !common_.json) io_.err << '\n';
      return *ended;
    }
    if (io_.interrupted && io_.interrupted()) session.close(0x51, "interrupted");
    if (!io_.err_is_terminal || common_.json || steady_now() - shown < std::chrono::seconds(1))
      continue;
    shown = steady_now();
    io_.err << progress(session.statistics()) << std::flush;
  }
}

int Cli::stream(const TargetOptions& options, StreamOptions stream) {
  SessionOptions session_options;
  if (!stream.script.empty()) {
    auto text = read_file(stream.script, kLargestScript);
    if (!text) return fail(kExitUsage, "script", text.error().message());
    auto script = parse_script(*text);
    if (!script) return fail(kExitUsage, "script", script.error().message());
    session_options.script = std::move(*script);
  }
  if (!stream.microphone.empty()) {
    auto sound = open_wav(stream.microphone);
    if (!sound) return fail(kExitUsage, "microphone", sound.error().message());
    session_options.microphone = std::move(*sound);
  } else if (stream.microphone_tone > 0) {
    session_options.microphone = make_tone(stream.microphone_tone);
  }
  if (!stream.clipboard_send.empty()) {
    auto text = read_file(stream.clipboard_send, pf::clipboard::kMaxTextBytes);
    if (!text) return fail(kExitUsage, "clipboard", text.error().message());
    if (!pf::clipboard::good_text(*text))
      return fail(kExitUsage, "clipboard", stream.clipboard_send + " holds no text (UTF-8)");
    session_options.clipboard_text = std::move(*text);
  }
  session_options.clipboard = !stream.clipboard_send.empty() || !stream.clipboard_save.empty();
  auto dialled = prepare(options);
  if (!dialled) return exit_code_;
  auto dumps = Dumps::create(stream.dump_video, stream.dump_audio, stream.clipboard_save);
  if (!dumps) return fail(kExitFailed, "dump", dumps.error().message());

  session_options.host = dialled->target.endpoint;
  session_options.alpns = dialled->target.alpns;
  session_options.identity = dialled->store.identity();
  session_options.expected_host = dialled->trust.expected;
  session_options.budget = std::chrono::seconds(options.timeout_s);
  session_options.patience = session_options.budget;
  session_options.hello = stream.hello;
  session_options.automatic_bitrate = stream.hello.bitrate_kbps == 0;
  session_options.feedback =
      stream.feedback == "control" ? FeedbackStyle::Control : FeedbackStyle::Datagram;
  session_options.send_feedback = !stream.no_feedback;
  session_options.ask_shards = stream.ask_shards;
  session_options.check_pictures = stream.check_pictures;
  session_options.loss = stream.loss;
  if (stream.seconds > 0)
    session_options.duration =
        std::chrono::milliseconds(static_cast<std::int64_t>(stream.seconds * 1000));
  if (stream.frames > 0) session_options.frames = stream.frames;
  session_options.observer = dumps->get();
  if (const auto entry =
          dialled->store.find(dialled->target.name, dialled->target.endpoint.port())) {
    const auto lost = from_hex(entry->lost_session);
    if (lost && lost->size() == native::wire::SessionId().size()) {
      session_options.hello.resume.emplace();
      std::copy(lost->begin(), lost->end(), session_options.hello.resume->begin());
    }
  }
  auto session = ClientSession::start(std::move(session_options));
  if (!session) return fail(kExitFailed, "dial", session.error().message());
  const auto ended = run_session(**session);
  const auto statistics = (*session)->statistics();
  session->reset();
  settle(*dialled, ended, statistics);
  if (auto written = (*dumps)->finish(); !written)
    return fail(kExitFailed, "dump", written.error().message());
  if ((*dumps)->sound_left_out()) say("the sound is PCM and was not written: Ogg holds Opus only");

  const auto verdict = judge(ended, statistics, stream.strict);
  auto data = to_json(statistics);
  data["end"] = ending_json(ended);
  auto text = to_text(statistics);
  text += fmt::format("{:<14}{}\n", "End", ended.sentence);
  if (verdict.exit_code != kExitOk) {
    if (!statistics.hello) return fail(verdict);
    return show_with_error(data, text, verdict);
  }
  return show(data, text);
}

int Cli::speed_test(const TargetOptions& options, const SpeedTestOptions& test) {
  auto dialled = prepare(options);
  if (!dialled) return exit_code_;
  SessionOptions session_options;
  session_options.host = dialled->target.endpoint;
  session_options.alpns = dialled->target.alpns;
  session_options.identity = dialled->store.identity();
  session_options.expected_host = dialled->trust.expected;
  session_options.budget = std::chrono::seconds(options.timeout_s);
  session_options.patience = session_options.budget;
  auto started = ClientSession::start(std::move(session_options));
  if (!started) return fail(kExitFailed, "dial", started.error().message());
  auto& session = **started;
  const auto limit = std::chrono::seconds(2 * options.timeout_s + 20);
  if (session.wait_for(Phase::Streaming, limit) &&
      session.wait_for_frames(1, std::chrono::seconds(10))) {
    session.send(native::wire::ProbeRequest{test.kbps, test.ms, 0, 0, 0});
    session.wait_until([](const auto& view) { return !view.statistics.speed_tests.empty(); },
                       std::chrono::milliseconds(test.ms) + std::chrono::seconds(10));
  }
  session.close(0x51, "speed test done");
  const auto ended = session.wait_closed(std::chrono::seconds(5));
  const auto statistics = session.statistics();
  started->reset();
  if (ended) settle(*dialled, *ended, statistics);
  if (ended && ended->exit_code != kExitOk) return fail(*ended);
  if (statistics.speed_tests.empty() || !statistics.speed_tests.front().result)
    return fail(kExitCheckFailed, "no-result", "the host did not answer the speed test");
  const auto& result = statistics.speed_tests.front();
  const auto sent = result.result->wire_packets;
  const double lost = sent > 0 ? 100.0 * (1 - static_cast<double>(std::min<std::uint64_t>(
                                                  result.received_packets, sent)) /
                                                  sent)
                               : 0;
  return show({{"target_kbps", test.kbps},
               {"sent_packets", sent},
               {"received_packets", result.received_packets},
               {"lost_percent", lost},
               {"received_mbps", result.received_mbps},
               {"duration_ms", result.result->duration_ms},
               {"declined", sent == 0}},
              sent == 0 ? std::string("the host declined the speed test\n")
                        : fmt::format("{:.1f} Mb/s received, {:.2f} % of {} packets lost\n",
                                      result.received_mbps, lost, sent));
}

}  // namespace pf::probe
