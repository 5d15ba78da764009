// The command line of punktfunk-probe.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "probe/cli.hpp"
#include "probe/hello_check.hpp"
#include "probe/script.hpp"

namespace pf::probe {
namespace {

namespace wire = native::wire;

constexpr const char* kExamples = R"(Examples:
  punktfunk-probe discover                        hosts on this network
  punktfunk-probe info 192.168.1.20               does it answer, and who is it
  punktfunk-probe pair 192.168.1.20               asks for the PIN that the host shows
  punktfunk-probe request-access 192.168.1.20     waits for a click in the host's console
  punktfunk-probe stream 192.168.1.20 --seconds 10 --json
  punktfunk-probe speedtest 192.168.1.20 --kbps 500000
)";
constexpr const char* kExitCodes =
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 not reachable, 4 denied, 5 a check failed.";

struct Parsed {
  CommonOptions common;
  TargetOptions target;
  PairOptions pair;
  StreamOptions stream;
  SpeedTestOptions speed_test;
  double browse_s = 2;
  unsigned wait_s = 185;
  std::string device = "punktfunk-probe";
  std::string which;
  std::string mode = "1920x1080@60", codecs = "h264,hevc,av1", prefer, link;
  bool hdr = false, ten_bit = false, yuv444 = false, chacha = false, cursor = false;
  unsigned channels = 2;
  double loss_from_s = 0, loss_to_s = 0;
};

void add_target(CLI::App& command, Parsed& p, bool with_trust) {
  auto* positional =
      command.add_option("HOST", p.target.host, "Name or address, with or without :port");
  command.add_option("--host", p.target.host, "The same")->excludes(positional);
  command.add_option("--port", p.target.port, "UDP port [9777]")->check(CLI::Range(1, 65535));
  command.add_option("--gen", p.target.generation, "Generation of the protocol [auto]")
      ->check(CLI::IsMember({"1", "2", "auto"}));
  command.add_option("--timeout", p.target.timeout_s, "Seconds to reach the host [10]")
      ->check(CLI::Range(1, 600));
  command
      .add_option("--fingerprint", p.target.fingerprint,
                  "Accept only the host with this certificate (64 hex digits)")
      ->check([](const std::string& text) {
        return crypto::is_fingerprint(text) ? std::string() : "64 hex digits are expected";
      });
  if (with_trust)
    command.add_flag("--trust-first", p.target.trust_first,
                     "Trust an unknown host, if it advertises that pairing is optional");
}

bool read_mode(const std::string& text, wire::WireMode& mode) {
  unsigned width = 0, height = 0, hz = 0;
  char more = 0;
  const int got = std::sscanf(text.c_str(), "%5ux%5u@%4u%c", &width, &height, &hz, &more);
  if (got != 3 || width == 0 || height == 0 || hz == 0) return false;
  mode = {width, height, hz};
  return true;
}

std::uint8_t codec_bits(const std::string& text) {
  std::uint8_t bits = 0;
  for (const auto& word : CLI::detail::split(text, ','))
    bits = static_cast<std::uint8_t>(bits | (word == "h264"   ? wire::codec_bit::kH264
                                             : word == "hevc" ? wire::codec_bit::kHevc
                                             : word == "av1"  ? wire::codec_bit::kAv1
                                                              : 0));
  return bits;
}

void add_stream(CLI::App& c, Parsed& p) {
  auto& hello = p.stream.hello;
  c.add_option("--mode", p.mode, "WIDTHxHEIGHT@HZ [1920x1080@60]");
  c.add_option("--bitrate", hello.bitrate_kbps,
               "kb/s; 0 = automatic: a speed test, then by loss [20000]");
  c.add_option("--codecs", p.codecs, "Of h264,hevc,av1");
  c.add_option("--prefer", p.prefer, "One of them");
  c.add_option("--launch", hello.launch, "Title to start");
  c.add_option("--name", p.device, "How the host lists this device");
  c.add_option("--channels", p.channels, "Sound channels [2]")->check(CLI::IsMember({2, 6, 8}));
  c.add_option("--profile", hello.profile, "Profile to play as (generation 2)");
  c.add_flag("--hdr", p.hdr, "Offer HDR10");
  c.add_flag("--10bit", p.ten_bit, "Offer 10 bits");
  c.add_flag("--444", p.yuv444, "Offer 4:4:4");
  c.add_flag("--chacha", p.chacha, "Ask for ChaCha20-Poly1305");
  c.add_flag("--cursor", p.cursor, "Offer to draw the pointer");
  c.add_option("--seconds", p.stream.seconds, "Stop after this long [until interrupted]");
  c.add_option("--frames", p.stream.frames, "Stop after so many");
  c.add_option("--feedback", p.stream.feedback,
               "Form of reports and asks (generation 2) [datagram]")
      ->check(CLI::IsMember({"datagram", "control", "auto"}));
  c.add_flag("--no-feedback", p.stream.no_feedback, "Never report loss, never ask for recovery");
  c.add_flag("--nack", p.stream.ask_shards,
             "Ask for single lost packets before anything else (generation 2)");
  c.add_flag("--strict,!--lenient", p.stream.strict,
             "Exit 5 when the host breaks a rule of the protocol (default)");
  c.add_flag("--pictures,!--no-pictures", p.stream.check_pictures,
             "Look into access units (default)");
  c.add_option("--dump-video", p.stream.dump_video, "File: Annex B, or OBUs for AV1");
  c.add_option("--dump-audio", p.stream.dump_audio, "File: Ogg Opus");
  c.add_option("--script", p.stream.script, "File of what to do and when");
  auto* file = c.add_option("--mic", p.stream.microphone, "Microphone from a WAV file of 48 kHz");
  c.add_option("--mic-tone", p.stream.microphone_tone, "Microphone: a tone of so many Hz")
      ->excludes(file)
      ->check(CLI::Range(20.0, 20'000.0));
  c.add_option("--clipboard-send", p.stream.clipboard_send,
               "Share the clipboard, and copy the text of this file");
  c.add_option("--clipboard-save", p.stream.clipboard_save,
               "Share the clipboard; file for the last text that was copied on the host");
  c.add_option("--loss", p.stream.loss.percent, "Drop so many per cent of the media packets")
      ->check(CLI::Range(0.0, 100.0));
  c.add_option("--loss-burst", p.stream.loss.burst, "In bursts of so many, on average [1]");
  c.add_option("--loss-seed", p.stream.loss.seed, "Which ones [1]");
  c.add_option("--loss-above", p.stream.loss.largest,
               "Drop all media packets of more bytes, as a path of a small MTU does");
  c.add_option("--loss-from", p.loss_from_s, "Seconds after the start [0]");
  c.add_option("--loss-to", p.loss_to_s, "Seconds after the start [the end]");
  c.footer(script_help());
}

// Empty when all is well, else what is wrong.
std::string finish_hello(Parsed& p) {
  auto& hello = p.stream.hello;
  if (!read_mode(p.mode, hello.mode)) return "--mode: expected WIDTHxHEIGHT@HZ";
  hello.codecs = codec_bits(p.codecs);
  if (hello.codecs == 0) return "--codecs: none of h264, hevc, av1";
  if (!p.prefer.empty() && (hello.preferred_codec = codec_bits(p.prefer)) == 0)
    return "--prefer: h264, hevc or av1";
  hello.name = p.device;
  hello.audio_channels = static_cast<std::uint8_t>(p.channels);
  const auto cap = [&](bool on, std::uint8_t bit) {
    if (on) hello.video_caps = static_cast<std::uint8_t>(hello.video_caps | bit);
  };
  cap(p.ten_bit || p.hdr, wire::video_cap::k10Bit);
  cap(p.hdr, wire::video_cap::kHdr);
  cap(p.yuv444, wire::video_cap::k444);
  cap(p.chacha, wire::video_cap::kChaCha20);
  if (p.chacha) hello.suites = {1, 0};
  if (p.cursor)
    hello.client_caps = static_cast<std::uint8_t>(hello.client_caps | wire::client_cap::kCursor);
  const auto ms = [](double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  };
  p.stream.loss.from = ms(p.loss_from_s);
  if (p.loss_to_s > 0) p.stream.loss.to = ms(p.loss_to_s);
  return {};
}

}  // namespace

int run_cli(const std::vector<std::string>& arguments, CliIo io) {
  Parsed p;
  p.stream.hello = default_hello();
  CLI::App app{std::string("The reference client of punktfunk hosts.\n\n") + kExamples};
  app.set_version_flag("--version", std::string("punktfunk-probe ") + PF_VERSION);
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("--json", p.common.json, "One JSON object on standard output");
  app.add_option("--state", p.common.state,
                 "Folder for key and known hosts [$XDG_CONFIG_HOME/punktfunk-probe]");

  const auto command = [&](CLI::App& parent, const char* name, const char* help) {
    auto* sub = parent.add_subcommand(name, help);
    sub->fallthrough();
    return sub;
  };
  auto* discover = command(app, "discover", "Hosts that announce themselves");
  discover->add_option("--seconds", p.browse_s, "How long to look [2]")
      ->check(CLI::Range(0.1, 60.0));
  auto* info = command(app, "info", "Whether a host answers, its fingerprint and generations");
  add_target(*info, p, false);
  auto* pair = command(app, "pair", "Pair with the PIN that the host shows");
  add_target(*pair, p, false);
  pair->add_option("--pin", p.pair.pin,
                   "The PIN; - asks for it or reads standard input [-]. It is good for one "
                   "attempt only, which is why it may stand on a command line at all");
  pair->add_option("--name", p.device, "How the host lists this device");
  auto* access = command(app, "request-access", "Wait until somebody approves this device");
  add_target(*access, p, false);
  access->add_option("--wait", p.wait_s, "Seconds to wait [185]")->check(CLI::Range(1, 3600));
  access->add_option("--name", p.device, "How the host lists this device");
  auto* stream = command(app, "stream", "Stream, check every rule and print what was measured");
  add_target(*stream, p, true);
  add_stream(*stream, p);
  auto* test = command(app, "speedtest", "What the network carries from the host");
  add_target(*test, p, true);
  test->add_option("--kbps", p.speed_test.kbps, "To try [100000]");
  test->add_option("--ms", p.speed_test.ms, "How long [1000]")->check(CLI::Range(50, 5000));
  auto* known = command(app, "known-hosts", "The hosts that this client trusts");
  known->require_subcommand(1);
  auto* list = command(*known, "list", "All of them, and the fingerprint of this device");
  auto* forget = command(*known, "forget", "Trust one no longer");
  forget->add_option("WHICH", p.which, "address[:port] or the start of its fingerprint")
      ->required();

  try {
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& e) {
    const bool asked = e.get_exit_code() == 0;  // help or version
    app.exit(e, asked ? io.out : io.err, io.err);
    return asked ? kExitOk : kExitUsage;
  }
  const auto usage = [&](const std::string& what) {
    io.err << what << '\n';
    return static_cast<int>(kExitUsage);
  };
  for (auto& c : p.target.fingerprint)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  Cli cli(io, p.common);
  if (discover->parsed()) return cli.discover(p.browse_s);
  if (list->parsed()) return cli.list_hosts();
  if (forget->parsed()) return cli.forget_host(p.which);
  if (p.target.host.empty()) return usage("which host?");
  p.pair.name = p.device;
  if (info->parsed()) return cli.info(p.target);
  if (pair->parsed()) return cli.pair(p.target, p.pair);
  if (access->parsed()) return cli.request_access(p.target, p.device, p.wait_s);
  if (test->parsed()) return cli.speed_test(p.target, p.speed_test);
  if (auto wrong = finish_hello(p); !wrong.empty()) return usage(wrong);
  return cli.stream(p.target, std::move(p.stream));
}

}  // namespace pf::probe
