#include "app/backup.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "app/journals.hpp"
#include "app/privileges.hpp"
#include "app/state_lock.hpp"
#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "config/environment.hpp"
#include "crypto/identity.hpp"
#include "store/backup.hpp"
#include "trust/revocation_journal.hpp"
#include "webui/tls_certificate.hpp"

namespace pf::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "punktfunk.db";
constexpr const char* kCertificate = "host-cert.pem";
constexpr const char* kKey = "host-key.pem";
constexpr const char* kConsoleTls = webui::kTlsFile;  // only when the operator brought one
constexpr std::size_t kLargestPem = 256 * 1024;

Failure refused(std::string sentence) {
  return fail(Errc::StartFailed, std::move(sentence));
}

// Files that were moved, and back again unless keep() was called.
class Moves {
 public:
  Moves() = default;
  ~Moves() {
    std::error_code ignored;
    for (auto it = moved_.rbegin(); it != moved_.rend(); ++it)
      fs::rename(it->second, it->first, ignored);
  }
  Moves(const Moves&) = delete;
  Moves& operator=(const Moves&) = delete;
  // Nothing to do when `from` does not exist.
  Result<> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (!fs::exists(from, error)) return {};
    fs::create_directories(to.parent_path(), error);
    fs::permissions(to.parent_path(), fs::perms::owner_all, error);
    fs::rename(from, to, error);
    if (error) return fail_errno(error.value(), from.string());
    moved_.emplace_back(from, to);
    return {};
  }
  bool any() const { return !moved_.empty(); }
  void keep() { moved_.clear(); }

 private:
  std::vector<std::pair<fs::path, fs::path>> moved_;
};

const std::string* content_of(const std::vector<store::BackupFile>& files, const char* name) {
  for (const auto& file : files)
    if (file.name == name) return &file.content;
  return nullptr;
}

Result<> put_in_place(const config::Paths& paths, const fs::path& database,
                      const std::string& certificate, const std::string& key,
                      const std::string* console_tls) {
  if (auto done = write_file_atomically(paths.config / kKey, key, 0600); !done) return done;
  if (auto done = write_file_atomically(paths.config / kCertificate, certificate, 0644); !done)
    return done;
  if (console_tls != nullptr)
    if (auto done = write_file_atomically(paths.config / kConsoleTls, *console_tls, 0600); !done)
      return done;
  std::error_code error;
  fs::rename(database, paths.state / kDatabase, error);
  return error ? fail_errno(error.value(), database.string()) : Result<>{};
}

int report(const Result<>& done) {
  if (done) return 0;
  // Our own refusals are whole sentences.
  const auto& error = done.error();
  std::fprintf(stderr, "punktfunk-host: %s\n",
               (error.is(Errc::StartFailed) ? error.context : error.message()).c_str());
  return 1;
}

// The folders of the host and the file, as its account: root's own folders are others, and what
// root writes the host could not read.
struct Place {
  config::Paths paths;
  fs::path file;
  std::string account;  // empty: this user's own
};
Result<Place> host_place(const std::string& file) {
  const auto whole = fs::absolute(file);  // becoming that account leaves the current folder
  auto account = leave_root({});
  if (!account) return pass(account);
  auto paths = config::prepare_paths(config::process_environment());
  if (!paths) return pass(paths);
  return Place{std::move(*paths), whole, *account};
}

void tell_account(const Place& place) {
  if (!place.account.empty())
    std::fprintf(stderr,
                 "punktfunk-host: this runs as the host's account, %s, which has to be allowed "
                 "to use that file and its folder\n",
                 place.account.c_str());
}

Result<> run_backup(const std::string& file) {
  auto place = host_place(file);
  if (!place) return pass(place);
  if (auto done = back_up(place->paths, place->file); !done) {
    tell_account(*place);
    return done;
  }
  std::printf(
      "%s holds this host now: its devices, settings, history and its private key. Keep it "
      "where nobody else can read it.\n",
      place->file.c_str());
  return {};
}

Result<> run_restore(const std::string& file) {
  auto place = host_place(file);
  if (!place) return pass(place);
  const auto aside = restore(place->paths, place->file);
  if (!aside) {
    tell_account(*place);
    return Failure(aside.error());
  }
  std::printf("This host is the one of %s again.%s%s\n", place->file.c_str(),
              aside->empty() ? "" : " What was here before is kept in ", aside->c_str());
  std::printf(
      "Devices that were revoked since that backup are paired again; see: punktfunk-host ctl "
      "devices list\n");
  return {};
}

}  // namespace

Result<> back_up(const config::Paths& paths, const fs::path& to) {
  const auto database = paths.state / kDatabase;
  std::error_code error;
  if (!fs::exists(database, error))
    return refused("there is nothing to back up in " + paths.state.string() +
                   ": no host was started with this folder yet");
  if (fs::exists(to, error)) return refused(to.string() + " exists already. Choose another name");
  auto noted = trust::RevocationJournal(revocation_journals(paths)).load();
  if (!noted) return pass(noted);
  if (!noted->empty())
    return refused(
        "a device was revoked or limited and the database could not take that yet, so a backup "
        "would hold its old rights. Make room on the disk of " +
        paths.state.string() + ", start the host, and try again");
  std::vector<store::BackupFile> files;
  for (const auto* name : {kCertificate, kKey}) {
    auto content = read_file(paths.config / name, kLargestPem);
    if (!content) return pass(content);
    files.push_back({name, std::move(*content)});
  }
  if (fs::exists(paths.config / kConsoleTls, error)) {
    auto content = read_file(paths.config / kConsoleTls, kLargestPem);
    if (!content) return pass(content);
    files.push_back({kConsoleTls, std::move(*content)});
  }
  return store::write_backup(database, to, files);
}

Result<fs::path> restore(const config::Paths& paths, const fs::path& from) {
  std::error_code missing;
  if (!fs::exists(from, missing)) return refused("there is no file " + from.string());
  const auto lock = lock_state(paths.state);
  if (!lock) return Failure(lock.error());
  const auto fresh = paths.state / kRestoring;
  std::error_code ignored;
  fs::remove(fresh, ignored);  // of an earlier attempt that was cut off
  const auto files = store::read_backup(from, fresh);
  if (!files) return Failure(files.error());
  const auto give_up = [&](const Error& error) {
    std::error_code gone;
    fs::remove(fresh, gone);
    return Failure(error);
  };
  const auto* certificate = content_of(*files, kCertificate);
  const auto* key = content_of(*files, kKey);
  if (certificate == nullptr || key == nullptr || !crypto::Identity::from_pem(*certificate, *key))
    return give_up(refused(from.string() + " holds no usable identity").value());

  const auto when = fmt::format("before-restore-{:%Y%m%d-%H%M%S}",
                                fmt::gmtime(static_cast<std::time_t>(unix_now())));
  const auto aside = paths.state / when;
  Moves moves;
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    const auto name = std::string(kDatabase) + suffix;
    if (auto done = moves.move(paths.state / name, aside / name); !done)
      return give_up(done.error());
  }
  // Beside where they were: the two folders may be on different file systems.
  for (const auto* name : {kCertificate, kKey, kConsoleTls})
    if (auto done = moves.move(paths.config / name, paths.config / when / name); !done)
      return give_up(done.error());
  // What was noted is about the list that goes: its numbers mean other devices in the one that
  // comes.
  for (const auto& file : revocation_journals(paths))
    if (auto done = moves.move(file, file.parent_path() / when / file.filename()); !done)
      return give_up(done.error());
  if (auto done = put_in_place(paths, fresh, *certificate, *key, content_of(*files, kConsoleTls));
      !done)
    return give_up(done.error());
  const bool any = moves.any();
  moves.keep();
  return any ? aside : fs::path();
}

void add_backup_commands(CLI::App& app, int& exit_code) {
  const auto file = std::make_shared<std::string>();
  auto* const backup = app.add_subcommand(
      "backup",
      "Write devices, settings, history and the identity of this host to a file\n\n"
      "Examples:\n"
      "  punktfunk-host backup ~/punktfunk.backup    while the host runs, or not");
  backup->add_option("FILE", *file, "A new file; it will hold the private key")->required();
  backup->callback([file, &exit_code] { exit_code = report(run_backup(*file)); });
  auto* const back =
      app.add_subcommand("restore",
                         "Make this host the one of a backup again; what is here is kept aside\n\n"
                         "Examples:\n"
                         "  punktfunk-host restore ~/punktfunk.backup   stop the host first");
  back->add_option("FILE", *file, "Made by 'punktfunk-host backup'")->required();
  back->callback([file, &exit_code] { exit_code = report(run_restore(*file)); });
}

}  // namespace pf::app
