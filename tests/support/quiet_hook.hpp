// What happens on threads with a NoAllocScope alive, in programs that link quiet_hook.cpp: memory
// from the allocator (also by libraries), mutexes, and messages given to the kernel. Counts instead
// of aborting, so that a test can say what it found.
#pragma once

#include <cstdint>
#include <string>

namespace pf::test {

struct QuietCounts {
  std::uint64_t allocations = 0;
  std::uint64_t locks = 0;
  std::uint64_t sends = 0;  // sendmsg, sendmmsg, sendto
};

// Since the last reset, of all threads.
QuietCounts quiet_counts();
// Where the first allocation or lock since the reset came from, as addresses with their files.
std::string quiet_first();
void quiet_reset();

}  // namespace pf::test
