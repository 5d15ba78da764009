#include <nlohmann/json.hpp>

#include "store/database.hpp"
#include "webui/routes.hpp"

namespace pf::webui {
namespace {

struct Mapped {
  unsigned status;
  const char* code;
};

Mapped mapped(const Error& error) {
  using trust::Errc;
  if (error.is(Errc::UnknownDevice)) return {404, "not_found"};
  if (error.is(Errc::BadValue)) return {400, "bad_value"};
  if (error.is(Errc::NothingWaiting)) return {409, "nothing_waiting"};
  if (error.is(Errc::TooMany)) return {409, "several_waiting"};
  if (error.is(Errc::FromInternet)) return {409, "from_internet"};
  if (error.is(Errc::Disabled)) return {409, "disabled"};
  if (error.is(apps::Errc::UnknownApp)) return {404, "not_found"};
  if (error.is(apps::Errc::BadEntry)) return {400, "bad_value"};
  if (error.is(session::Errc::UnknownSession)) return {404, "not_found"};
  if (error.is(Errc::StoreFailed) || error.is(apps::Errc::StoreFailed) ||
      error.is(store::Errc::WriteFailed))
    return {500, "store_failed"};
  return {500, "failed"};
}

// "no pairing request is waiting" → "No pairing request is waiting."
std::string sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

// Each room that the error passed says the same of it; a person needs its cause once.
std::string not_stored(std::string_view text) {
  constexpr std::string_view kSame = "the change could not be stored: ";
  while (text.starts_with(kSame)) text.remove_prefix(kSame.size());
  return "The change could not be stored: " + std::string(text) +
         ". Nothing has changed; look after the disk and try again.";
}

}  // namespace

Reply json_reply(unsigned status, const nlohmann::json& value) {
  // Names and log lines may hold bytes that are no UTF-8; they must not make the answer fail.
  return {.status = status,
          .body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Reply no_content() {
  return {.status = 204, .body = {}, .content_type = {}};
}

Reply error_reply(unsigned status, const char* code, std::string_view text) {
  return json_reply(status, {{"error", text}, {"code", code}});
}

Reply error_reply(const Problem& problem) {
  return error_reply(problem.status, problem.code, problem.sentence);
}

Reply error_reply(const Error& error) {
  const auto [status, code] = mapped(error);
  const bool full = std::string_view(code) == "store_failed";
  return error_reply(status, code, full ? not_stored(error.message()) : sentence(error.message()));
}

}  // namespace pf::webui
