#include "capture/wlr/buffer_pool.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/unique_fd.hpp"

namespace pf::capture::wlr {

Result<std::unique_ptr<BufferPool>> BufferPool::create(wl_shm* shm, const BufferShape& shape) {
  std::unique_ptr<BufferPool> pool(new BufferPool(shape));
  const std::size_t each = std::size_t{shape.stride} * shape.height;
  const std::size_t total = each * kCount;
  if (total == 0 || total > 0x7FFF'FFFF) return fail_errno(EINVAL, "buffer size");
  const UniqueFd fd(::memfd_create("pf-capture", MFD_CLOEXEC));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(total)) != 0)
    return fail_errno(errno, "shared memory");
  void* memory = ::mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return fail_errno(errno, "shared memory");
  pool->memory_ = static_cast<std::uint8_t*>(memory);
  pool->bytes_ = total;
  wl_shm_pool* source = wl_shm_create_pool(shm, fd.get(), static_cast<std::int32_t>(total));
  for (std::size_t i = 0; i < kCount; ++i) {
    auto& buffer = pool->buffers_[i];
    buffer.pixels = pool->memory_ + i * each;
    buffer.object = wl_shm_pool_create_buffer(
        source, static_cast<std::int32_t>(i * each), static_cast<std::int32_t>(shape.width),
        static_cast<std::int32_t>(shape.height), static_cast<std::int32_t>(shape.stride),
        shape.format);
  }
  wl_shm_pool_destroy(source);
  return pool;
}

BufferPool::~BufferPool() {
  detach();
  if (memory_ != nullptr) ::munmap(memory_, bytes_);
}

void BufferPool::detach() {
  for (auto& buffer : buffers_)
    if (buffer.object != nullptr) wl_buffer_destroy(std::exchange(buffer.object, nullptr));
}

Buffer* BufferPool::take() {
  for (auto& buffer : buffers_) {
    if (buffer.held.load(std::memory_order_acquire)) continue;
    buffer.held.store(true, std::memory_order_relaxed);
    return &buffer;
  }
  return nullptr;
}

bool BufferPool::idle() const {
  for (const auto& buffer : buffers_)
    if (buffer.held.load(std::memory_order_acquire)) return false;
  return true;
}

}  // namespace pf::capture::wlr
