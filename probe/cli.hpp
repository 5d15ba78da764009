// The commands of punktfunk-probe, apart from the process around them, so that tests can run them.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "native/wire/hello.hpp"
#include "probe/ending.hpp"
#include "probe/feedback.hpp"
#include "probe/forced_loss.hpp"
#include "probe/identity_store.hpp"

namespace pf::probe {

class ClientSession;
struct Statistics;

struct CliIo {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool in_is_terminal = false;          // secrets are asked for, without echo
  bool err_is_terminal = false;         // progress is shown
  std::function<bool()> interrupted{};  // the user wants to stop; polled
};

// What every command that talks to a host takes.
struct TargetOptions {
  std::string host;  // name or address, optionally with :port
  std::uint16_t port = 9777;
  std::string generation = "auto";  // 1, 2 or auto
  std::string fingerprint;          // demanded by the user
  bool trust_first = false;
  unsigned timeout_s = 10;
};

struct CommonOptions {
  bool json = false;
  std::string state;  // folder; empty = the default
};

struct PairOptions {
  std::string pin = "-";
  std::string name;
};

struct StreamOptions {
  native::wire::ClientHello hello;
  std::string feedback = "auto";
  bool no_feedback = false;
  bool ask_shards = false;
  bool strict = true;
  bool check_pictures = true;
  double seconds = 0;  // 0 = until stopped
  std::uint64_t frames = 0;
  LossPlan loss;
  std::string dump_video, dump_audio, script, microphone;
  std::string clipboard_send, clipboard_save;
  double microphone_tone = 0;  // Hz
};

struct SpeedTestOptions {
  std::uint32_t kbps = 100'000;
  std::uint32_t ms = 1'000;
};

// Every command returns an ExitCode and writes either the JSON envelope of product.md 7 or text.
class Cli {
 public:
  Cli(CliIo io, CommonOptions common) : io_(io), common_(std::move(common)) {}

  int discover(double seconds);
  int info(const TargetOptions& target);
  int pair(const TargetOptions& target, const PairOptions& options);
  int request_access(const TargetOptions& target, const std::string& name, unsigned wait_s);
  int stream(const TargetOptions& target, StreamOptions options);
  int speed_test(const TargetOptions& target, const SpeedTestOptions& options);
  int list_hosts();
  int forget_host(const std::string& which);

 private:
  struct Target;
  struct Dialled;
  std::optional<IdentityStore> store();
  std::optional<Target> resolve(const TargetOptions& options);
  std::optional<Dialled> prepare(const TargetOptions& options);
  Ending run_session(ClientSession& session);
  void settle(Dialled& dialled, const Ending& ended, const Statistics& statistics);
  std::optional<std::string> ask_pin(const std::string& given);

  int fail(const Ending& ending);
  int fail(int exit_code, const std::string& code, const std::string& message);
  int show(const nlohmann::json& data, const std::string& text);
  int show_with_error(const nlohmann::json& data, const std::string& text, const Ending& ending);
  void say(const std::string& line);

  CliIo io_;
  CommonOptions common_;
  int exit_code_ = kExitFailed;  // of the step that gave up
};

// Reads the command line and runs it. `arguments` without the program's name.
int run_cli(const std::vector<std::string>& arguments, CliIo io);

}  // namespace pf::probe
