// .desktop files of other programs: what is accepted can be started and shown.
#include "apps/desktop_entry.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  const auto text = as_text({data, size});
  if (const auto entry = apps::parse_desktop_entry(text)) {
    PF_ASSERT(!entry->name.empty() && !entry->command.empty());
    PF_ASSERT(!entry->command.front().empty());
    PF_ASSERT(entry->folder.empty() || entry->folder.front() == '/');
  }
  if (const auto words = apps::parse_exec(text)) PF_ASSERT(!words->front().empty());
  return 0;
}
