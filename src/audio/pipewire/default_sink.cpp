#include "audio/pipewire/default_sink.hpp"

#include <mutex>
#include <system_error>

#include "audio/pipewire/default_metadata.hpp"
#include "audio/source.hpp"
#include "base/atomic_file.hpp"
#include "base/log.hpp"

namespace pf::audio::pipewire {
namespace {

constexpr std::size_t kMostJournal = 16 * 1024;

// One desktop is all that a process can reach. Held while the choice is looked at and changed.
std::mutex claims_mutex;
DefaultClaims claims;

bool left_behind(const std::filesystem::path& journal) {
  std::error_code ignored;
  return std::filesystem::exists(journal, ignored);
}

Result<> drop(const std::filesystem::path& journal) {
  std::error_code error;
  std::filesystem::remove(journal, error);
  if (error) return fail_errno(error.value(), journal.string());
  return {};
}

Result<Configured> read(const std::filesystem::path& journal) {
  auto text = read_file(journal, kMostJournal);
  if (!text) return pass(text);
  return read_journal_text(*text);
}

}  // namespace

Result<std::unique_ptr<DefaultSink>> DefaultSink::take(const std::string& socket,
                                                       const std::string& sink,
                                                       const std::filesystem::path& journal) {
  const std::lock_guard lock(claims_mutex);
  auto metadata = DefaultMetadata::open(socket);
  if (!metadata) return pass(metadata);
  std::optional<Configured> left;
  if (claims.empty() && left_behind(journal))
    if (auto said = read(journal)) left = std::move(*said);
  const auto before = claims.take(sink, (*metadata)->now(), left);
  auto changed = write_file_atomically(journal, journal_text(before), 0600);
  if (changed) changed = (*metadata)->set(choice_of(sink));
  if (changed) {
    log::info("audio", "the desktop plays into the session", "sink", sink, "before",
              before.value_or("nothing chosen"));
    return std::unique_ptr<DefaultSink>(new DefaultSink(socket, sink, journal));
  }
  // A journal that was written stays: the change may come to pass after all.
  claims.leave(sink, {});
  return pass(changed);
}

Result<> DefaultSink::give_back() {
  const std::lock_guard lock(claims_mutex);
  auto metadata = DefaultMetadata::open(socket_);
  const auto leaving = claims.leave(sink_, metadata ? (*metadata)->now() : Configured());
  if (!metadata) return pass(metadata);
  if (leaving.change)
    if (auto set = (*metadata)->set(leaving.to); !set) return set;
  return claims.empty() ? drop(journal_) : Result<>();
}

DefaultSink::~DefaultSink() {
  if (auto done = give_back(); !done)
    log::warn("audio", "the desktop's default sink is restored at the next start only", "reason",
              done.error().message());
}

Result<> restore_default_sink(const std::string& socket, const std::filesystem::path& journal) {
  const std::lock_guard lock(claims_mutex);
  if (!claims.empty() || !left_behind(journal)) return {};
  const auto before = read(journal);
  if (!before) {
    log::warn("audio", "the desktop's default sink cannot be restored: choose it anew", "reason",
              before.error().message());
    return drop(journal);
  }
  auto metadata = DefaultMetadata::open(socket);
  if (!metadata) return pass(metadata);
  if (is_ours((*metadata)->now())) {
    log::info("audio", "restoring the desktop's default sink", "to",
              before->value_or("nothing chosen"));
    if (auto set = (*metadata)->set(*before); !set) return set;
  }
  return drop(journal);
}

}  // namespace pf::audio::pipewire
