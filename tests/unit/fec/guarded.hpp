// Memory whose neighbours fault: a read or write outside the buffer ends the test.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace pf::test {

// `size` bytes that end exactly at an inaccessible page (Side::After) or begin right behind one.
class GuardedBuffer {
 public:
  enum class Side { Before = 1, After };
  GuardedBuffer(std::size_t size, Side side) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t pages = (size + page - 1) / page;
    mapped_ = (pages + 2) * page;
    void* map =
        ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PF_ASSERT(map != MAP_FAILED);
    base_ = static_cast<std::uint8_t*>(map);
    PF_ASSERT(::mprotect(base_, page, PROT_NONE) == 0);
    PF_ASSERT(::mprotect(base_ + (pages + 1) * page, page, PROT_NONE) == 0);
    data_ = side == Side::Before ? base_ + page : base_ + (pages + 1) * page - size;
  }
  ~GuardedBuffer() { ::munmap(base_, mapped_); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  std::uint8_t* data() const { return data_; }

 private:
  std::uint8_t* base_;
  std::size_t mapped_;
  std::uint8_t* data_;
};

}  // namespace pf::test
