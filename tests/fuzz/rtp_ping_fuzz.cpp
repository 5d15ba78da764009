// Pings on the media ports (gamestream.md 7.1).
#include <algorithm>

#include "base/result.hpp"
#include "gamestream/media_ports.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  const auto ping = gamestream::parse_media_ping({data, size});
  if (!ping) return 0;
  PF_ASSERT(size == (ping->legacy ? 4U : 20U));
  if (!ping->legacy)
    PF_ASSERT(
        std::equal(ping->payload.begin(), ping->payload.end(), as_text({data, size}).begin()));
  return 0;
}
