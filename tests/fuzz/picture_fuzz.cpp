// Headers of pictures that the console is given as covers.
#include "apps/art.hpp"
#include "base/result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pf;
  if (const auto facts = apps::picture_facts({data, size})) {
    PF_ASSERT(facts->width > 0 && facts->width <= apps::Art::kLargestSide);
    PF_ASSERT(facts->height > 0 && facts->height <= apps::Art::kLargestSide);
  }
  return 0;
}
