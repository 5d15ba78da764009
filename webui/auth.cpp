#include "webui/auth.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pf::webui {
namespace {

crypto::Sha256 digest_of(std::string_view text) {
  return crypto::sha256(ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

// The token of "Bearer <token>"; empty when there is none. The scheme compares without case
// (RFC 9110, 11.1).
std::string_view bearer(const std::string* header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header == nullptr || header->size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = (*header)[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
  }
  return std::string_view(*header).substr(kScheme.size());
}

}  // namespace

std::chrono::seconds FailureCounter::fail(const net::Endpoint& from, SteadyTime now) {
  const auto& bytes = from.bytes();
  const std::size_t significant = from.is_v4() ? bytes.size() : 8;
  const std::string key(reinterpret_cast<const char*>(bytes.data()), significant);
  if (!counts_.contains(key) && counts_.size() >= kAddresses) {
    const auto oldest = std::min_element(
        counts_.begin(), counts_.end(),
        [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
    counts_.erase(oldest);
  }
  auto& count = counts_[key];
  if (count.failures == 0 || now - count.since >= kWindow) count = {0, now};
  if (++count.failures <= kFailures) return std::chrono::seconds{0};
  return std::chrono::ceil<std::chrono::seconds>(kWindow - (now - count.since));
}

AdminAuth::AdminAuth(std::string_view token) : digest_(digest_of(token)) {}

std::optional<Problem> AdminAuth::check(const http::Request& request, SteadyTime now) {
  // Digests, so that neither content nor length of the token shows in the time taken.
  const bool right =
      crypto::equal_constant_time(digest_of(bearer(request.header("Authorization"))), digest_);
  if (right && request.remote.is_loopback()) return std::nullopt;
  const auto wait = failures_.fail(request.remote, now);
  if (wait.count() > 0)
    return Problem{
        429, "too_many_failures",
        fmt::format("Too many failed attempts from this address. Wait {} s.", wait.count())};
  if (right)
    return Problem{401, "not_local", "The administrator's token is valid on the host itself only."};
  return Problem{401, "unauthorized", "This needs the administrator's token."};
}

}  // namespace pf::webui
