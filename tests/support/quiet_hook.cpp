#include "support/quiet_hook.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>

#include "base/thread.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

std::atomic<std::uint64_t> allocations{0}, locks{0}, sends{0};
// The first offender: who comes first fills it in.
std::atomic<bool> taken{false};
std::array<void*, 24> where{};
std::atomic<int> depth_of_where{0};
thread_local bool inside = false;

void hit(std::atomic<std::uint64_t>& counter) {
  if (pf::NoAllocScope::depth() == 0 || inside) return;
  inside = true;
  counter.fetch_add(1, std::memory_order_relaxed);
  if (!taken.exchange(true))
    depth_of_where.store(::backtrace(where.data(), static_cast<int>(where.size())));
  inside = false;
}

using LockFunction = int (*)(pthread_mutex_t*);
std::atomic<LockFunction> real_lock{nullptr};

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
  hit(allocations);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  hit(allocations);
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  hit(allocations);
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  hit(allocations);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  hit(allocations);
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
  hit(allocations);
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  hit(locks);
  auto real = real_lock.load(std::memory_order_acquire);
  if (real == nullptr) {
    inside = true;
    real = reinterpret_cast<LockFunction>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    inside = false;
    real_lock.store(real, std::memory_order_release);
  }
  return real(mutex);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (pf::NoAllocScope::depth() != 0) sends.fetch_add(1, std::memory_order_relaxed);
  return ::syscall(SYS_sendmsg, fd, message, flags);
}
int sendmmsg(int fd, mmsghdr* messages, unsigned int count, int flags) {
  if (pf::NoAllocScope::depth() != 0) sends.fetch_add(1, std::memory_order_relaxed);
  return static_cast<int>(::syscall(SYS_sendmmsg, fd, messages, count, flags));
}
ssize_t sendto(int fd, const void* bytes, std::size_t size, int flags, const sockaddr* to,
               socklen_t length) {
  if (pf::NoAllocScope::depth() != 0) sends.fetch_add(1, std::memory_order_relaxed);
  return ::syscall(SYS_sendto, fd, bytes, size, flags, to, length);
}

}  // extern "C"

namespace pf::test {

QuietCounts quiet_counts() {
  return {allocations.load(), locks.load(), sends.load()};
}

std::string quiet_first() {
  std::string text;
  const int depth = depth_of_where.load();
  char** names = ::backtrace_symbols(where.data(), depth);
  for (int i = 0; names != nullptr && i < depth; ++i) text += std::string(names[i]) + '\n';
  std::free(names);
  return text;
}

void quiet_reset() {
  // The first call loads a library, which must not happen on a media thread.
  std::array<void*, 2> nothing{};
  ::backtrace(nothing.data(), static_cast<int>(nothing.size()));
  allocations = locks = sends = 0;
  depth_of_where = 0;
  taken = false;
}

}  // namespace pf::test
