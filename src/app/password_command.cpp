#include "app/password_command.hpp"

#include <CLI/CLI.hpp>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_client.hpp"
#include "app/privileges.hpp"
#include "app/state_lock.hpp"
#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "config/environment.hpp"
#include "config/paths.hpp"
#include "store/operator.hpp"
#include "webui/passwords.hpp"
#include "webui/setup_code.hpp"

namespace pf::app {
namespace {

using nlohmann::json;

// As the console asks for them (webui/schemas_sign_in.cpp).
constexpr std::size_t kShortest = 12;
constexpr std::size_t kLongest = 256;
constexpr std::size_t kLargestFile = 4096;

constexpr const char* kHelp = R"(A way back in when the console's password is lost

Examples:
  punktfunk-host password reset                    back to the first run, with a new set-up code
  punktfunk-host password reset --stdin            the new password is the first line of the input
  punktfunk-host password reset --file secret.txt  the new password is the first line of that file)";

constexpr const char* kIsSet = "The password is set, and every browser is signed out.\n";

struct Wish {
  bool from_input = false;
  std::string file;
};

int fail_with(const CtlIo& io, int code, const std::string& sentence) {
  io.err << "punktfunk-host: " << sentence << '\n';
  return code;
}
int fail_with(const CtlIo& io, const Error& error) {
  // Our own refusals are whole sentences.
  return fail_with(io, kExitFailed, error.is(Errc::StartFailed) ? error.context : error.message());
}

// The first line; else a sentence.
tl::expected<std::string, std::string> read_password(const Wish& wish, const CtlIo& io) {
  std::string text;
  if (wish.from_input) {
    std::getline(io.in, text);
  } else {
    auto content = read_file(wish.file, kLargestFile);
    if (!content) return tl::unexpected(content.error().message());
    text = content->substr(0, content->find('\n'));
  }
  if (text.ends_with('\r')) text.pop_back();
  if (text.size() < kShortest || text.size() > kLongest)
    return tl::unexpected(std::string("The password needs 12 to 256 characters."));
  return text;
}

// Without a running host: the stored password itself, as the host's account.
int reset_stored(const std::optional<std::string>& password, const CtlIo& io) {
  config::Paths paths;
  if (io.folder.empty()) {
    if (auto account = leave_root({}); !account) return fail_with(io, account.error());
    auto usual = config::prepare_paths(config::process_environment());
    if (!usual) return fail_with(io, usual.error());
    paths = std::move(*usual);
  } else {
    paths.config = paths.state = io.folder;
  }
  const auto lock = lock_state(paths.state);  // a host that does not answer may still be running
  if (!lock) return fail_with(io, lock.error());
  if (auto whole = check_restored(paths.state); !whole) return fail_with(io, whole.error());
  auto database = store::Database::open(paths.state / "punktfunk.db");
  if (!database) return fail_with(io, database.error());
  std::optional<std::string> hash;
  if (password && !(hash = webui::hash_password(*password, {})))
    return fail_with(io, kExitFailed,
                     "There is too little free memory to store a password safely. Close something "
                     "and try again.");
  if (auto saved = store::save_password(**database, hash, unix_now(), 0); !saved)
    return fail_with(io, saved.error());
  if (password) webui::SetupCode::remove(paths.state);
  io.out << (password ? kIsSet
                      : "The password is removed, and every browser is signed out. The host shows "
                        "a set-up code when it starts.\n");
  return kExitOk;
}

int reset(const Wish& wish, const CtlIo& io) {
  std::optional<std::string> password;
  if (wish.from_input || !wish.file.empty()) {
    auto read = read_password(wish, io);
    if (!read) return fail_with(io, kExitFailed, read.error());
    password = std::move(*read);
  }
  auto folder = io.folder;
  if (folder.empty()) {
    const auto paths = config::paths(environment_of_host(config::process_environment()));
    if (!paths) return fail_with(io, paths.error());
    folder = paths->config;
  }
  const auto client = CtlClient::open(folder);
  const auto without_host = [&](const CtlError& error) {
    if (error.exit_code == kExitNotReachable) return reset_stored(password, io);
    return fail_with(io, error.exit_code, error.message);
  };
  if (!client) return without_host(client.error());
  json body = json::object();
  if (password) body["password"] = *password;
  const auto answer = client->call("POST", "/password/reset", &body, std::chrono::seconds(30));
  if (!answer) return without_host(answer.error());
  if (password)
    io.out << kIsSet;
  else
    io.out << "The password is removed, and every browser is signed out. Open the console and "
              "enter the set-up code.\nIt is in "
           << answer->value("code_file", std::string()) << '\n';
  return kExitOk;
}

}  // namespace

void add_password_command(CLI::App& app, int& exit_code) {
  add_password_command(app, exit_code, process_io());
}

void add_password_command(CLI::App& app, int& exit_code, CtlIo io) {
  auto* const password = app.add_subcommand("password", "The console's password");
  password->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  auto* const command = password->add_subcommand("reset", kHelp);
  auto* const input = command->add_flag("--stdin", wish->from_input, "Read it from standard input");
  command->add_option("--file", wish->file, "Read it from this file")->excludes(input);
  command->final_callback([wish, io, &exit_code] { exit_code = reset(*wish, io); });
}

}  // namespace pf::app
