#include "webui/tls_certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

constexpr std::size_t kFileLimit = 256 * 1024;

void wipe(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

// Removes the file for good: a power cut must not bring it back.
Result<> remove_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) return fail_errno(errno, file.string());
  const UniqueFd folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return fail_errno(errno, file.string());
  return {};
}

}  // namespace

TlsCertificate::TlsCertificate(Executor& executor, std::filesystem::path folder)
    : executor_(executor), file_(std::move(folder) / kTlsFile) {
  load();
}

void TlsCertificate::load() {
  struct stat info {};
  if (::stat(file_.c_str(), &info) != 0 && errno == ENOENT) return;
  const auto refuse = [this](const std::string& why) {
    problem_ = "The certificate in " + file_.string() + " is not used: " + why;
    log::warn("webui", "the operator's certificate is not used", "what", problem_);
  };
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse("other users of this machine can read its private key.");
  auto text = read_file(file_, kFileLimit);
  if (!text) return refuse(text.error().message() + ".");
  auto identity = http::read_identity(*text, *text, http::Strictness::Usable, unix_now());
  wipe(*text);
  if (!identity) return refuse(identity.error().context);
  own_ = std::move(*identity);
}

const std::vector<std::string>& TlsCertificate::names() const {
  static const std::vector<std::string> none;
  return own_ ? own_->facts.names : none;
}

std::optional<http::NamedTls> TlsCertificate::named_of(const Own& own) {
  if (!own) return std::nullopt;
  return http::NamedTls{own->identity, own->facts.names};
}

bool TlsCertificate::change(Own wanted, std::function<Result<>()> store, Done done) {
  if (changing_) return false;
  changing_ = true;
  auto ready = prepare_ ? prepare_(named_of(wanted)) : Result<std::function<void()>>([] {});
  executor_.work([this, alive = std::weak_ptr(alive_), &executor = executor_,
                  wanted = std::move(wanted), store = std::move(store), done = std::move(done),
                  ready = std::move(ready)] {
    auto stored = ready ? store() : Result<>(Failure(ready.error()));
    executor.post([this, alive, wanted, done, ready, stored = std::move(stored)]() mutable {
      if (alive.expired()) return;
      changing_ = false;
      if (stored) {
        (*ready)();
        own_ = std::move(wanted);
        problem_.clear();
      }
      done(std::move(stored));
    });
  });
  return true;
}

bool TlsCertificate::replace(http::CheckedIdentity identity, Done done) {
  auto text = identity.identity.certificate_pem + identity.identity.key_pem;
  return change(
      std::move(identity),
      [file = file_, text = std::move(text)] { return write_file_atomically(file, text, 0600); },
      std::move(done));
}

bool TlsCertificate::remove(Done done) {
  return change(
      std::nullopt, [file = file_] { return remove_file(file); }, std::move(done));
}

}  // namespace pf::webui
