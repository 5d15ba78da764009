#include "audio/default_claims.hpp"

#include <algorithm>

#include "audio/source.hpp"

namespace pf::audio {
namespace {

constexpr std::string_view kOurs = "punktfunk-";
constexpr std::string_view kHead = "punktfunk default sink 1\n";
constexpr std::string_view kNothing = "nothing\n";
constexpr std::string_view kChoice = "choice\n";
constexpr std::string_view kSpace = " \t\r\n,";

std::string_view trimmed(std::string_view text, std::string_view what) {
  const auto first = text.find_first_not_of(what);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// The next word of relaxed JSON: in quotation marks or bare; taken off `text`.
std::string_view next_word(std::string_view& text) {
  text = trimmed(text, kSpace);
  const bool quoted = text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  const auto end =
      std::min(quoted ? text.find('"') : text.find_first_of(" \t\r\n,:={}[]\""), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
  return word;
}

// The value of "name" in an object of words, as session managers write it.
std::string_view name_in(std::string_view object) {
  object = trimmed(object, kSpace);
  if (!object.starts_with('{')) return {};
  object.remove_prefix(1);
  while (!object.empty()) {
    const auto before = object.size();
    const auto key = next_word(object);
    object = trimmed(object, " \t\r\n:=");
    const auto value = next_word(object);
    if (key == "name") return value;
    if (object.size() == before) break;  // no word at all: the object's end, or nonsense
  }
  return {};
}

}  // namespace

std::string choice_of(std::string_view sink) {
  return "{\"name\":\"" + std::string(sink) + "\"}";
}

bool is_ours(const Configured& choice) {
  return choice && name_in(*choice).starts_with(kOurs);
}

std::string journal_text(const Configured& before) {
  std::string text(kHead);
  return before ? text.append(kChoice).append(*before) : text.append(kNothing);
}

Result<Configured> read_journal_text(std::string_view text) {
  if (text.starts_with(kHead)) {
    text.remove_prefix(kHead.size());
    if (text == kNothing) return Configured();
    if (text.starts_with(kChoice) && text.size() > kChoice.size())
      return Configured(std::string(text.substr(kChoice.size())));
  }
  return fail(Errc::Unavailable, "the journal of the default sink says nothing that can be read");
}

Configured DefaultClaims::take(std::string sink, const Configured& now,
                               const std::optional<Configured>& left) {
  if (!is_ours(now))
    before_ = now;
  else if (sinks_.empty())  // an earlier run was killed
    before_ = left && !is_ours(*left) ? *left : Configured();
  sinks_.push_back(std::move(sink));
  return before_;
}

DefaultClaims::Leaving DefaultClaims::leave(std::string_view sink, const Configured& now) {
  if (const auto found = std::find(sinks_.begin(), sinks_.end(), sink); found != sinks_.end())
    sinks_.erase(found);
  if (!is_ours(now)) return {};  // a person has chosen another one meanwhile
  if (sinks_.empty()) return {true, before_};
  if (name_in(*now) != sink) return {};
  return {true, choice_of(sinks_.back())};
}

}  // namespace pf::audio
