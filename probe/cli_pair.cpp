// `pair` and `request-access`.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "crypto/digest.hpp"
#include "probe/cli.hpp"
#include "probe/cli_target.hpp"
#include "probe/client_session.hpp"
#include "probe/dial.hpp"

namespace pf::probe {

using nlohmann::json;

namespace {

constexpr std::size_t kLongestPin = 64;

// What is typed does not show.
class NoEcho {
 public:
  NoEcho() {
    active_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!active_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

// Tells the person at the terminal what is being waited for.
class AccessTalk final : public SessionObserver {
 public:
  AccessTalk(std::ostream& err, crypto::Fingerprint own) : err_(err), own_(std::move(own)) {}
  void on_connected(const crypto::Fingerprint& host, const std::string&) override {
    err_ << "host         " << host << "\nthis device  " << own_
         << "\nwaiting for approval in the host's console\n"
         << std::flush;
  }

 private:
  std::ostream& err_;
  crypto::Fingerprint own_;
};

}  // namespace

std::optional<std::string> Cli::ask_pin(const std::string& given) {
  if (given != "-") return given;
  std::string pin;
  if (io_.in_is_terminal) {
    io_.err << "PIN that the host shows: " << std::flush;
    const NoEcho quiet;
    std::getline(io_.in, pin);
    io_.err << '\n';
  } else {
    std::getline(io_.in, pin);
  }
  if (!pin.empty() && pin.back() == '\r') pin.pop_back();
  if (pin.empty() || pin.size() > kLongestPin) {
    fail(kExitUsage, "no-pin", "no PIN on standard input");
    return std::nullopt;
  }
  return pin;
}

int Cli::pair(const TargetOptions& options, const PairOptions& pairing) {
  auto known = store();
  const auto target = known ? resolve(options) : std::nullopt;
  auto pin = target ? ask_pin(pairing.pin) : std::nullopt;
  if (!pin) return exit_code_;
  DialOptions dial{.host = target->endpoint,
                   .alpns = target->alpns,
                   .identity = known->identity(),
                   .expected_host = std::nullopt,
                   .budget = std::chrono::seconds(options.timeout_s)};
  // Without the stored pin: this is how a changed host is accepted again. One that the user typed
  // counts.
  if (!options.fingerprint.empty()) dial.expected_host = options.fingerprint;
  const auto outcome = probe::pair(dial, *pin, pairing.name);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(pin->data()), pin->size()});
  if (outcome.ending.exit_code != kExitOk) return fail(outcome.ending);
  const auto before = known->find(target->name, target->endpoint.port());
  const bool changed = before && before->fingerprint != outcome.host;
  KnownHost host;
  host.address = target->name;
  host.port = target->endpoint.port();
  host.fingerprint = outcome.host;
  host.trust = Trust::Pin;
  if (auto kept = known->remember(host); !kept)
    return fail(kExitFailed, "state", kept.error().message());
  return show({{"paired", true},
               {"address", target->endpoint.to_string()},
               {"fingerprint", outcome.host},
               {"alpn", outcome.alpn},
               {"changed", changed},
               {"this_device", known->identity().certificate().fingerprint()}},
              fmt::format("paired with {}\nfingerprint {}{}\n", target->endpoint.to_string(),
                          outcome.host, changed ? " (another one than before)" : ""));
}

int Cli::request_access(const TargetOptions& options, const std::string& device, unsigned wait_s) {
  auto known = store();
  const auto target = known ? resolve(options) : std::nullopt;
  if (!target) return exit_code_;
  const auto before = known->find(target->name, target->endpoint.port());
  AccessTalk talk(io_.err, known->identity().certificate().fingerprint());
  SessionOptions session_options;
  session_options.host = target->endpoint;
  session_options.alpns = target->alpns;
  session_options.identity = known->identity();
  if (!options.fingerprint.empty())
    session_options.expected_host = options.fingerprint;
  else if (before)
    session_options.expected_host = before->fingerprint;
  session_options.hello.access_only = true;
  session_options.hello.name = device;
  session_options.budget = std::chrono::seconds(options.timeout_s);
  session_options.patience = std::chrono::seconds(wait_s);
  session_options.observer = &talk;
  auto session = ClientSession::start(std::move(session_options));
  if (!session) return fail(kExitFailed, "dial", session.error().message());
  std::optional<Ending> ended;
  while (!ended) {
    ended = (*session)->wait_closed(std::chrono::milliseconds(200));
    if (!ended && io_.interrupted && io_.interrupted())
      (*session)->close(0x51, "access request done");
  }
  if (ended->token != "granted")
    return fail(ended->exit_code == kExitOk ? kExitFailed : ended->exit_code, ended->token,
                ended->sentence);
  const auto statistics = (*session)->statistics();
  KnownHost host;
  host.address = target->name;
  host.port = target->endpoint.port();
  host.fingerprint = statistics.host_fingerprint;
  host.trust = before ? before->trust : Trust::Approved;
  if (auto kept = known->remember(host); !kept)
    return fail(kExitFailed, "state", kept.error().message());
  return show({{"granted", true},
               {"address", target->endpoint.to_string()},
               {"fingerprint", statistics.host_fingerprint},
               {"alpn", statistics.alpn},
               {"pendings", statistics.pendings}},
              fmt::format("access granted by {}\nfingerprint {}\n", target->endpoint.to_string(),
                          statistics.host_fingerprint));
}

}  // namespace pf::probe
