// What browsers send in headers: cookies, accepted codings, entity tags; and names of events.
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "webui/event_bus.hpp"
#include "webui/header_values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  const std::string text(as_text(ByteSpan(data, size)));
  if (const auto value = webui::cookie_value({{"Cookie", text}}, "__Host-pf_session")) {
    PF_ASSERT(value->size() < text.size() && value->find(';') == std::string::npos);
    // Once more makes it twice.
    PF_ASSERT(!webui::cookie_value({{"Cookie", text}, {"Cookie", text}}, "__Host-pf_session"));
  }
  (void)webui::accepts_gzip(&text);
  (void)webui::names_etag(&text, "\"a\"");
  if (const auto filter = webui::EventFilter::parse(text))
    PF_ASSERT(!text.empty() && !filter->wants("Nothing"));
  return 0;
}
