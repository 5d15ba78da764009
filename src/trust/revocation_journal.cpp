#include "trust/revocation_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "base/atomic_file.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "crypto/digest.hpp"
#include "store/database.hpp"

namespace pf::trust {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "punktfunk-revocations 1 ";
constexpr std::size_t kRoom = 64 * 1024;
constexpr std::size_t kLargest = 1024 * 1024;

// A field of a line: neither a line end nor the separator.
std::string field(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

std::string text_of(const std::vector<RevocationJournal::Entry>& entries) {
  std::string body;
  for (const auto& e : entries)
    body += e.revoked ? fmt::format("revoked\t{}\t{}\t{}\t{}\n", e.id, e.unix_time, field(e.by),
                                    field(e.from))
                      : fmt::format("narrowed\t{}\t{}\t{}\t{}\t{}\t{}\n", e.id, e.revision,
                                    e.disabled ? 1 : 0, e.access.grants,
                                    e.access.until_disconnect ? 1 : 0,
                                    e.access.expires_unix ? std::to_string(*e.access.expires_unix)
                                                          : std::string("-"));
  return fmt::format("{}{} {}\n", kFormat, body.size(), to_hex(crypto::sha256(as_bytes(body)))) +
         body;
}

template <class T>
bool read_number(std::string_view text, T& out) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool read_entry(std::string_view line, RevocationJournal::Entry& e) {
  const auto parts = split(line, '\t');
  if (parts.size() == 5 && parts[0] == "revoked") {
    e.by = parts[3];
    e.from = parts[4];
    return read_number(parts[1], e.id) && read_number(parts[2], e.unix_time);
  }
  if (parts.size() != 7 || parts[0] != "narrowed") return false;
  e.revoked = false;
  e.disabled = parts[3] != "0";
  e.access.until_disconnect = parts[5] != "0";
  if (parts[6] != "-") {
    std::int64_t end = 0;
    if (!read_number(parts[6], end)) return false;
    e.access.expires_unix = end;
  }
  return read_number(parts[1], e.id) && read_number(parts[2], e.revision) &&
         read_number(parts[4], e.access.grants);
}

// False when it is not what text_of() made. Behind it may be room that is not used.
bool read_text(std::string_view text, std::vector<RevocationJournal::Entry>& into) {
  if (!text.starts_with(kFormat)) return false;
  text.remove_prefix(kFormat.size());
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos) return false;
  const auto head = split(text.substr(0, line_end), ' ');
  text.remove_prefix(line_end + 1);
  std::size_t length = 0;
  if (head.size() != 2 || !read_number(head[0], length) || length > text.size()) return false;
  auto body = text.substr(0, length);
  if (head[1] != to_hex(crypto::sha256(as_bytes(body)))) return false;
  while (!body.empty()) {
    const auto end = body.find('\n');
    RevocationJournal::Entry entry;
    if (end == std::string_view::npos || !read_entry(body.substr(0, end), entry)) return false;
    into.push_back(std::move(entry));
    body.remove_prefix(end + 1);
  }
  return true;
}

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::symlink_status(file, ignored).type() != fs::file_type::not_found;
}

// Into the room that the file has already: needs no new space where the file system writes in
// place.
Result<> write_in_place(const fs::path& file, std::string_view text) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail_errno(errno, file.string());
  while (!text.empty()) {
    const auto at = static_cast<off_t>(::lseek(fd.get(), 0, SEEK_CUR));
    const auto wrote = ::write(fd.get(), text.data(), text.size());
    if (at < 0 || wrote <= 0) return fail_errno(errno, file.string());
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fdatasync(fd.get()) == 0 ? Result<>{} : fail_errno(errno, file.string());
}

Result<> write_to(const fs::path& file, std::string_view text) {
  if (text.size() <= kRoom && is_there(file))
    if (auto done = write_in_place(file, text)) return done;
  return write_file_atomically(file, text, 0600);
}

}  // namespace

Result<std::vector<RevocationJournal::Entry>> RevocationJournal::load() const {
  std::vector<Entry> entries;
  for (const auto& file : files_) {
    if (!is_there(file)) continue;
    const auto text = read_file(file, kLargest);
    const auto why = text ? std::string("it is damaged") : text.error().message();
    if (!text || !read_text(*text, entries))
      return fail(store::Errc::Unreadable,
                  fmt::format("{} ({}). It says what was taken away from devices when the database "
                              "could not be written, so nobody is admitted without it. Move it "
                              "away to start; then look at the list of devices and revoke anew "
                              "whoever must not be in it",
                              file.string(), why));
  }
  return entries;
}

void RevocationJournal::reserve() const {
  if (files_.empty() || is_there(files_.front())) return;
  auto text = text_of({});
  text.resize(kRoom, '\0');
  if (auto made = write_file_atomically(files_.front(), text, 0600); !made)
    log::warn("trust", "no room for revocations on a full disk", "what", made.error().message());
}

Result<> RevocationJournal::write(const std::vector<Entry>& entries) const {
  const auto text = text_of(entries);
  Result<> last = fail(store::Errc::WriteFailed, "there is no journal");
  for (const auto& file : files_) {
    last = write_to(file, text);
    if (last) return last;
  }
  return last;
}

void RevocationJournal::clear() const {
  for (const auto& file : files_) {
    if (!is_there(file)) continue;
    std::error_code ignored;
    if (file != files_.front())
      fs::remove(file, ignored);
    else if (auto done = write_in_place(file, text_of({})); !done)
      log::warn("trust", "entries that are stored stay in the journal", "what",
                done.error().message());
  }
}

}  // namespace pf::trust
