#include "base/thread.hpp"

#include <pthread.h>
#include <sched.h>

namespace pf {

void name_this_thread(const char* name) noexcept {
  pthread_setname_np(pthread_self(), name);
}

bool raise_this_thread() noexcept {
  sched_param parameter{};
  parameter.sched_priority = 10;
  return pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &parameter) == 0;
}

int& NoAllocScope::depth() noexcept {
  thread_local int depth = 0;
  return depth;
}

}  // namespace pf
