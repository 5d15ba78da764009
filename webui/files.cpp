#include "webui/files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace pf::webui {
namespace {

constexpr std::size_t kFileLimit = 4096;
constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kTokenKey = "PUNKTFUNK_MGMT_TOKEN=";
constexpr std::string_view kEndpointKey = "PUNKTFUNK_MGMT_URL=https://";

// The value of the only line; nothing when there is anything else in the file.
std::optional<std::string_view> only_line(std::string_view content, std::string_view key) {
  if (!content.starts_with(key)) return std::nullopt;
  content.remove_prefix(key.size());
  if (content.ends_with('\n')) content.remove_suffix(1);
  if (content.find_first_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  return content;
}

std::string with_remedy(const std::filesystem::path& file, const char* what) {
  return fmt::format("{} {}; remove the file and start the host again", file.string(), what);
}

}  // namespace

Result<std::string> load_token(const std::filesystem::path& folder) {
  const auto file = folder / kTokenFile;
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return fail(Errc::BadToken,
                fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
  // Root may use the file of the account that the host runs as.
  if (info.st_uid != ::geteuid() && ::geteuid() != 0)
    return fail(Errc::BadToken,
                fmt::format("{} belongs to another user (id {})", file.string(), info.st_uid));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Errc::BadToken,
                with_remedy(file, "may be read by other users, so it is no secret any more"));
  auto content = read_file(file, kFileLimit);
  if (!content) return fail(Errc::BadToken, content.error().message());
  const auto token = only_line(*content, kTokenKey);
  if (!token || token->size() != 2 * kTokenBytes || !from_hex(*token))
    return fail(Errc::BadToken, with_remedy(file, "does not hold a token"));
  return std::string(*token);
}

Result<std::string> load_or_create_token(const std::filesystem::path& folder) {
  const auto file = folder / kTokenFile;
  struct stat info {};
  // Only a missing file is replaced: overwriting one that cannot be read would hide the reason.
  if (::lstat(file.c_str(), &info) == 0 || errno != ENOENT) return load_token(folder);
  const auto token = to_hex(crypto::random_array<kTokenBytes>());
  auto stored = write_file_atomically(file, fmt::format("{}{}\n", kTokenKey, token), 0600);
  if (!stored) return pass(stored);
  return token;
}

Result<net::Endpoint> load_endpoint(const std::filesystem::path& folder) {
  const auto file = folder / kEndpointFile;
  auto content = read_file(file, kFileLimit);
  if (!content) return fail(Errc::BadEndpoint, content.error().message());
  const auto where = only_line(*content, kEndpointKey);
  const auto bad = [&] { return fail(Errc::BadEndpoint, with_remedy(file, "is not valid")); };
  if (!where) return bad();
  const auto colon = where->rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto address = where->substr(0, colon);
  const auto digits = where->substr(colon + 1);
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || port == 0)
    return bad();
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  const auto endpoint = net::Endpoint::parse(address, port);
  // The token goes where this file points, so it may point to this machine only.
  if (!endpoint || !endpoint->is_loopback()) return bad();
  return *endpoint;
}

Result<> store_endpoint(const std::filesystem::path& folder, const net::Endpoint& endpoint) {
  return write_file_atomically(folder / kEndpointFile,
                               fmt::format("{}{}\n", kEndpointKey, endpoint.to_string()), 0600);
}

}  // namespace pf::webui
