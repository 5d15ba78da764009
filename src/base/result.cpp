#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace pf {

void assertion_failed(const char* condition, std::source_location where) noexcept {
  std::fprintf(stderr, "%s:%u: assertion failed: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), condition);
  std::abort();
}

}  // namespace pf
