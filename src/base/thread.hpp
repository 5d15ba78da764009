// Thread names, priority, and the test guard against allocation on the media path.
#pragma once

#include <cstdint>

namespace pf {

// At most 15 characters, as `top -H` shows it.
void name_this_thread(const char* name) noexcept;
// Asks for real-time priority for a media thread; false when the system refuses (a health note).
bool raise_this_thread() noexcept;

// While one is alive on a thread, allocating on that thread is counted (and, with `abort_on_hit`,
// aborts). Works only in programs that link tests/support/alloc_hook.cpp; otherwise it does
// nothing.
class NoAllocScope {
 public:
  NoAllocScope() noexcept { ++depth(); }
  ~NoAllocScope() { --depth(); }
  NoAllocScope(const NoAllocScope&) = delete;
  NoAllocScope& operator=(const NoAllocScope&) = delete;
  static int& depth() noexcept;
};

}  // namespace pf
